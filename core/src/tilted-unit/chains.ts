/** Draws of a tilted unit as nodes of integration: for tilts whose weights leave too few of any proposal's points in effect. */
import type { Engine, RandomState } from "@finitude/engine";
import { uniforms } from "../data/random.ts";
import { ess } from "../diagnostics/ess.ts";
import { rHat } from "../diagnostics/rhat.ts";
import { ellipticalSlice } from "./elliptical-slice.ts";
import type { HiddenUnit } from "./hidden-unit.ts";
import type { IntegrationRule } from "./integration-rule.ts";
import type { Tilt } from "./tilt.ts";

export interface ChainOptions {
	/** r x C points, one a chain. */
	readonly start: Float64Array;
	/** Standard deviations of the leading coordinates, at least 1 each: of the normal density that draws the ellipses. */
	readonly scales: Float64Array;
	/** Sweeps before the first draw. */
	readonly warmUp: number;
	/** Draws of a chain that are kept. */
	readonly draws: number;
	/** Sweeps from one draw to the next. */
	readonly thinning: number;
	/** The chains are dealt out to so many groups, each a rule of its own: their spread shows the error. */
	readonly groups: number;
	/** Advanced. */
	readonly stream: RandomState;
}

/** Draws of p(w) ~ N(w; 0, I) exp(E(w)). */
export interface UnitChains {
	/**
	 * All draws, the weight of w proportional to exp(-E(w)): an average under the tilt itself is that over the draws, and one under
	 * another tilt E' is reweighted by exp(E' - E). The weights do not sum to 1, so log normalizers are known up to a constant.
	 */
	readonly rule: IntegrationRule;
	/** The draws of each group of chains. */
	readonly groups: readonly IntegrationRule[];
	/** r x C: the last point of each chain. */
	readonly end: Float64Array;
	readonly chains: number;
	/** Rank-normalized split R-hat of E over the chains: 1 where E is constant, infinite where no chain moves. */
	readonly rHat: number;
	/** Effective sample size of the draws for the mean of E, by its autocorrelation. */
	readonly effectiveSampleSize: number;
}

/**
 * Draws from the tilted measure of a unit by elliptical slice sampling.
 *
 * @param unit at the points that the tilt is about
 */
export function tiltedChains(
	engine: Engine,
	unit: HiddenUnit,
	tilt: Tilt,
	options: ChainOptions,
): UnitChains {
	const { start, scales, warmUp, draws, thinning, groups, stream } = options;
	const r = unit.dimension;
	const chains = start.length / r;
	const sampler = ellipticalSlice(engine, unit, tilt, { scales, start, stream });
	for (let sweep = 0; sweep < warmUp; sweep++) sampler.sweep();
	const kept = Array.from({ length: draws }, () => {
		for (let sweep = 0; sweep < thinning; sweep++) sampler.sweep();
		return sampler.states();
	});
	const series = Array.from({ length: chains }, (_, c) =>
		Float64Array.from(kept, ({ exponents }) => exponents[c]!),
	);
	const [convergence, size] = [rHat(series), ess(series)];
	const middle = kept.reduce((sum, { exponents }) => sum + exponents.reduce((s, e) => s + e, 0), 0);
	const shift = middle / (chains * draws);
	const ruleOf = (members: readonly number[]): IntegrationRule => {
		const count = members.length * draws;
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
	};
	const everyone = Array.from({ length: chains }, (_, c) => c);
	return {
		rule: ruleOf(everyone),
		groups: Array.from({ length: groups }, (_, g) => ruleOf(everyone.filter((c) => c % groups === g))),
		end: kept.at(-1)!.points,
		chains,
		rHat: convergence.defined ? convergence.value : convergence.cause === "constant" ? 1 : Infinity,
		effectiveSampleSize: size.defined ? size.value : size.cause === "constant" ? chains * draws : 0,
	};
}

/**
 * Points of a rule drawn with given probabilities, as starts of chains: r x count. Systematic resampling (Kitagawa 1996, J.
 * Comput. Graph. Stat. 5:1): each point is drawn as often as its probability asks for, rounded up or down.
 *
 * @param probabilities of the rule's points, in its order; they sum to 1
 * @param stream advanced
 */
export function resampledPoints(
	engine: Engine,
	rule: IntegrationRule,
	probabilities: Float64Array,
	count: number,
	stream: RandomState,
): Float64Array {
	const r = rule.dimension;
	const result = new Float64Array(r * count);
	const offset = uniforms(engine, stream, 1)[0]!;
	let [at, total, drawn] = [0, 0, 0];
	let last: Float64Array = new Float64Array(r);
	for (const { points, count: length } of rule.chunks(2 ** 12)) {
		for (let s = 0; s < length; s++) {
			const p = probabilities[at++]!;
			if (p === 0) continue;
			total += p;
			last = Float64Array.from({ length: r }, (_, k) => points[k * length + s]!);
			for (; drawn < count && (drawn + offset) / count < total; drawn++) {
				for (let k = 0; k < r; k++) result[k * count + drawn] = last[k]!;
			}
		}
	}
	// Rounding may leave the sum of the probabilities below the last quantile.
	for (; drawn < count; drawn++) for (let k = 0; k < r; k++) result[k * count + drawn] = last[k]!;
	return result;
}
