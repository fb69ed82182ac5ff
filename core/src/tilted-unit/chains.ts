/** Draws of a tilted unit as nodes of integration: for tilts whose weights leave too few of any proposal's points in effect. */
import { type Engine, type Matrix, matrix, type RandomState, transposed } from "@finitude/engine";
import { normals } from "../data/random.ts";
import { rHat } from "../diagnostics/rhat.ts";
import { ellipticalSlice } from "./elliptical-slice.ts";
import type { HiddenUnit } from "./hidden-unit.ts";
import type { IntegrationRule } from "./integration-rule.ts";
import { resampledWithin } from "./resampling.ts";
import type { Tilt } from "./tilt.ts";

/** Draws of p(w) ~ N(w; 0, I) exp(E(w)). */
export interface UnitChains {
	/**
	 * All draws, the weight of w proportional to exp(-E(w)): an average under the tilt itself is that over the draws, and one under
	 * another tilt E' is reweighted by exp(E' - E). The weights do not sum to 1, so log normalizers are known up to a constant.
	 */
	readonly rule: IntegrationRule;
	/** The draws of each group of chains, which know nothing of the others: their spread shows the error. */
	readonly groups: readonly IntegrationRule[];
	readonly chains: number;
	/** Rank-normalized split R-hat of E over the groups; 1 where E is constant. */
	readonly rHat: number;
	/** Of the draws for the mean of E: its variance over the squared standard error by the spread of the groups. */
	readonly effectiveSampleSize: number;
}

export interface PopulationOptions {
	readonly chains: number;
	/** At least two; they divide the number of chains. */
	readonly groups: number;
	/** Standard deviations of the leading coordinates, at least 1 each: of the normal density that draws the ellipses. */
	readonly scales: Float64Array;
	/** Advanced by everything that is drawn. */
	readonly stream: RandomState;
	/** Where the chains are at first: r x chains points of this tilt's measure. By default normal points, of no tilt. */
	readonly start?: { readonly points: Float64Array; readonly tilt: Tilt };
}

/** Many chains that follow a tilt. */
export interface Population {
	readonly chains: number;
	/** Brings the chains from the tilt they are at to another one. @returns the stages it took */
	moveTo(tilt: Tilt): number;
	/** Where the chains stand: chains x r. */
	points(): Matrix;
	/**
	 * Draws at the present tilt, `thinning` sweeps from one to the next.
	 *
	 * @param warmUp sweeps before them: resampling leaves a bias of the order of one over the chains of a group
	 */
	draw(draws: number, thinning: number, warmUp?: number): UnitChains;
}

/** A stage of a move ends where this fraction of the chains would still count. */
const STAGE_FRACTION = 0.5;

/** Sweeps after each stage: chains that were copied are to come apart. */
const STAGE_SWEEPS = 4;

/**
 * Chains of a unit. A tilt is approached in stages E = (1 - l) E_before + l E_after, l from 0 to 1: at
 * each the chains are resampled by the weights of the change, within their group, and moved by elliptical slice sampling
 * (sequential Monte Carlo; Del Moral, Doucet, Jasra 2006, J. R. Stat. Soc. B 68:411; stages as in Jasra et al. 2011, Scand. J.
 * Stat. 38:1). Modes between which no chain could pass get their share of the chains while the barrier is low.
 *
 * @param unit at the points that the tilts are about
 */
export function tiltedPopulation(engine: Engine, unit: HiddenUnit, options: PopulationOptions): Population {
	const { chains, groups, scales, stream, start } = options;
	const r = unit.dimension;
	let present: Tilt = start?.tilt ?? {};
	let points = start?.points ?? normals(engine, stream, r * chains);
	const samplerOf = (tilts: readonly Tilt[]) =>
		ellipticalSlice(engine, unit, tilts, { scales, start: points, stream });
	return {
		chains,
		moveTo(tilt) {
			const [before, after] = [samplerOf([present]), samplerOf([tilt])];
			let gains = differences(after.states().exponents, before.states().exponents);
			let [part, stages] = [0, 0];
			while (part < 1) {
				const next = furthest(gains, part);
				points = resampledWithin(engine, points, weightsOf(gains, next - part), groups, stream);
				part = next;
				stages++;
				const sampler = samplerOf([scaled(present, 1 - part), scaled(tilt, part)]);
				for (let sweep = 0; sweep < STAGE_SWEEPS; sweep++) sampler.sweep();
				points = sampler.states().points;
				gains = differences(samplerOf([tilt]).states().exponents, samplerOf([present]).states().exponents);
			}
			present = tilt;
			return stages;
		},
		points: () => transposed(matrix(r, chains, points)),
		draw(draws, thinning, warmUp = 0) {
			const sampler = samplerOf([present]);
			for (let sweep = 0; sweep < warmUp; sweep++) sampler.sweep();
			const kept = Array.from({ length: draws }, () => {
				for (let sweep = 0; sweep < thinning; sweep++) sampler.sweep();
				return sampler.states();
			});
			points = kept.at(-1)!.points;
			const everyone = Array.from({ length: chains }, (_, c) => c);
			const members = Array.from({ length: groups }, (_, g) => everyone.filter((c) => c % groups === g));
			const series = members.map((own) =>
				Float64Array.from(kept.flatMap(({ exponents }) => own.map((c) => exponents[c]!))),
			);
			const { center, effectiveSampleSize } = spread(series);
			const convergence = rHat(series);
			const ruleOf = (own: readonly number[]) => drawsRule(r, chains, kept, own, center);
			return {
				rule: ruleOf(everyone),
				groups: members.map(ruleOf),
				chains,
				rHat: convergence.defined ? convergence.value : 1,
				effectiveSampleSize,
			};
		},
	};
}

interface Kept {
	readonly points: Float64Array;
	readonly exponents: Float64Array;
}

/** The draws of some chains. @param shift of the exponents, close to their mean */
function drawsRule(
	r: number,
	chains: number,
	kept: readonly Kept[],
	members: readonly number[],
	shift: number,
): IntegrationRule {
	const count = members.length * kept.length;
	return {
		kind: "chains",
		dimension: r,
		count,
		*chunks(most) {
			for (let first = 0; first < count; first += most) {
				const length = Math.min(most, count - first);
				const points = new Float64Array(r * length);
				const weights = new Float64Array(length);
				for (let s = 0; s < length; s++) {
					const { points: all, exponents } = kept[Math.floor((first + s) / members.length)]!;
					const c = members[(first + s) % members.length]!;
					for (let k = 0; k < r; k++) points[k * length + s] = all[k * chains + c]!;
					weights[s] = Math.exp(shift - exponents[c]!) / count;
				}
				yield { points, weights, count: length };
			}
		},
	};
}

/** The mean of all series, and their variance over the squared standard error of that mean by the spread of theirs. */
function spread(series: readonly Float64Array[]): { center: number; effectiveSampleSize: number } {
	const means = series.map((x) => x.reduce((sum, value) => sum + value, 0) / x.length);
	const center = means.reduce((sum, mean) => sum + mean, 0) / means.length;
	const size = series.reduce((sum, x) => sum + x.length, 0);
	const variance =
		series.reduce((sum, x) => sum + x.reduce((own, value) => own + (value - center) ** 2, 0), 0) / (size - 1);
	const between = means.reduce((sum, mean) => sum + (mean - center) ** 2, 0);
	const error = between / (means.length * (means.length - 1));
	return { center, effectiveSampleSize: error === 0 ? size : Math.min(size, variance / error) };
}

function differences(a: Float64Array, b: Float64Array): Float64Array {
	return a.map((x, c) => x - b[c]!);
}

/** exp(length gain), relative to the largest. */
function weightsOf(gains: Float64Array, length: number): Float64Array {
	const top = gains.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY);
	return gains.map((gain) => Math.exp(length * (gain - top)));
}

/** How far a move may go on until only STAGE_FRACTION of the chains count: bisection to a thousandth of what is left. */
function furthest(gains: Float64Array, part: number): number {
	const counts = (next: number) => {
		let [sum, squares] = [0, 0];
		for (const w of weightsOf(gains, next - part)) {
			sum += w;
			squares += w * w;
		}
		return (sum * sum) / squares >= STAGE_FRACTION * gains.length;
	};
	if (counts(1)) return 1;
	let [reached, beyond] = [part, 1];
	while (beyond - reached > 1e-3 * (1 - part) || reached === part) {
		const middle = (reached + beyond) / 2;
		if (counts(middle)) reached = middle;
		else beyond = middle;
	}
	return reached;
}

/** E times a factor. */
function scaled(tilt: Tilt, factor: number): Tilt {
	return { ...tilt, strength: factor * (tilt.strength ?? 1) };
}
