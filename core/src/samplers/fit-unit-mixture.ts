/** How many Gaussians the proposal of a unit has, and which. */
import { type Engine, type Matrix, matrix, type RandomState, scoped } from "@finitude/engine";
import { createExpectationMaximization, type MixtureFit } from "./expectation-maximization.ts";
import { createScalarFunctions } from "./scalar-functions.ts";
import { priorComponent, type UnitMixture } from "./unit-mixture.ts";

/** Expectation-maximization finds local maxima: so many starts climb a little, and the highest climbs on. */
const STARTS = 4;
const SHORT_CLIMB = 10;
const LONG_CLIMB = 50;

export interface MixtureChoice {
	/** Whether w and -w have one law: every component then has its mirror image. */
	readonly symmetric: boolean;
	/** Most components beside the prior, a mirrored pair counted once. */
	readonly components: number;
}

/**
 * The mixture of the prior and as many Gaussians as the Bayesian information criterion asks for (Schwarz 1978, Annals of
 * Statistics 6:461), fitted to n x r sampled units in coordinates where the prior is N(0, I). Candidates grow by one component
 * (a pair when symmetric, the first a single centered Gaussian) until two in a row bring no improvement. With no units, or
 * none that differ from the prior, the answer is the prior alone. Advances `stream`.
 */
export function fitUnitMixture(
	engine: Engine,
	units: Matrix,
	{ symmetric, components }: MixtureChoice,
	stream: RandomState,
): UnitMixture {
	return scoped(engine, () => {
		const { log } = createScalarFunctions(engine);
		const r = units.columns;
		const perComponent = 1 + r + (r * (r + 1)) / 2;
		const data = symmetric ? mirrored(units) : units;
		let best: UnitMixture = [priorComponent(r, 1, log)];
		if (units.rows === 0) return best;
		// Log likelihoods are those of densities over the prior's: the prior alone has 0.
		let bestScore = 0;
		let failures = 0;
		for (let centers = symmetric ? 0 : 1; centers <= components && failures < 2; centers++) {
			const { mixture, logLikelihood } = highestFit(engine, data, centers, symmetric, stream);
			const parameters = centers === 0 ? perComponent - r : centers * perComponent;
			const score = logLikelihood * (units.rows / data.rows) - (parameters / 2) * log(units.rows);
			failures = score > bestScore ? 0 : failures + 1;
			if (score > bestScore) [best, bestScore] = [mixture, score];
		}
		return best;
	});
}

/** The best of several short climbs from random centers, continued. No centers: one Gaussian, without a choice. */
function highestFit(
	engine: Engine,
	units: Matrix,
	centers: number,
	symmetric: boolean,
	stream: RandomState,
): MixtureFit {
	return scoped(engine, () => {
		const components = 1 + Math.max(centers, 1) * (symmetric ? 2 : 1);
		const { start, climb } = createExpectationMaximization(engine, units, components);
		const climbs = Array.from({ length: centers > 1 ? STARTS : 1 }, () =>
			climb(start(nearestCenters(engine, units, centers, symmetric, stream)), SHORT_CLIMB),
		);
		const highest = climbs.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a));
		return climb(highest.mixture, LONG_CLIMB);
	});
}

/** Every row and its negative. */
function mirrored({ rows, columns, data }: Matrix): Matrix {
	const both = matrix(2 * rows, columns);
	both.data.set(data);
	for (let i = 0; i < data.length; i++) both.data[data.length + i] = -data[i]!;
	return both;
}

/**
 * For every unit the number of its nearest center, or of that center's mirror image; centers are units spread by k-means++
 * (Arthur and Vassilvitskii 2007). No centers: one group.
 */
function nearestCenters(
	engine: Engine,
	units: Matrix,
	centers: number,
	symmetric: boolean,
	stream: RandomState,
): Int32Array {
	const n = units.rows;
	const groups = new Int32Array(n);
	if (centers === 0) return groups;
	const uniforms = engine.allocate(centers);
	engine.fillUniform(stream, uniforms);
	const nearest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
	const images = symmetric ? [1, -1] : [1];
	for (let k = 0; k < centers; k++) {
		const uniform = uniforms.data[k]!;
		const center = rowOf(units, k === 0 ? Math.floor(uniform * n) : spread(nearest, uniform));
		for (let a = 0; a < n; a++) {
			images.forEach((sign, image) => {
				const distance = squaredDistance(rowOf(units, a), center, sign);
				if (distance >= nearest[a]!) return;
				nearest[a] = distance;
				groups[a] = images.length * k + image;
			});
		}
	}
	return groups;
}

/** The index at which the running sum of the numbers passes that fraction of their sum. */
function spread(numbers: Float64Array, fraction: number): number {
	let rest = fraction * numbers.reduce((sum, x) => sum + x, 0);
	const at = numbers.findIndex((x) => {
		rest -= x;
		return rest < 0;
	});
	return Math.max(at, 0);
}

function rowOf({ data, columns }: Matrix, row: number): Float64Array {
	return data.subarray(row * columns, (row + 1) * columns);
}

function squaredDistance(x: Float64Array, y: Float64Array, sign: number): number {
	let sum = 0;
	for (let i = 0; i < x.length; i++) sum += (x[i]! - sign * y[i]!) ** 2;
	return sum;
}
