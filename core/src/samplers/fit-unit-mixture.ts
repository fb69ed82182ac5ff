/** Mixtures of Gaussians fitted to sampled units by expectation-maximization. */
import {
	type Block,
	choleskyFactor,
	type Engine,
	type Matrix,
	matrix,
	type RandomState,
	scoped,
} from "@finitude/engine";
import { logSumExp } from "./log-sum-exp.ts";
import { createScalarFunctions } from "./scalar-functions.ts";
import {
	component,
	logComponentRatio,
	type MixtureComponent,
	priorComponent,
	type UnitMixture,
} from "./unit-mixture.ts";

/**
 * The prior keeps at least this share, so that a unit unlike all that were sampled is still proposed; with N units it costs a
 * factor of (1 - share)^N of the proposals at most, a quarter at N = 16.
 */
const LEAST_PRIOR_SHARE = 0.02;

/** The prior's share before the first step. */
const FIRST_PRIOR_SHARE = 0.1;

/** Steps of expectation-maximization; most fits stop earlier, when a step gains less than LEAST_GAIN of log likelihood. */
const MAX_STEPS = 50;

/** Far below what tells two candidates apart. */
const LEAST_GAIN = 0.1;

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
	choice: MixtureChoice,
	stream: RandomState,
): UnitMixture {
	return scoped(engine, () => {
		const { log } = createScalarFunctions(engine);
		const alone = [priorComponent(units.columns, 1, log)];
		return units.rows === 0 ? alone : bestMixture(engine, units, choice, stream, alone, log);
	});
}

function bestMixture(
	engine: Engine,
	units: Matrix,
	{ symmetric, components }: MixtureChoice,
	stream: RandomState,
	alone: UnitMixture,
	log: (x: number) => number,
): UnitMixture {
	const r = units.columns;
	const perComponent = 1 + r + (r * (r + 1)) / 2;
	const data = symmetric ? mirrored(units) : units;
	// Log likelihoods are those of densities over the prior's: the prior alone has 0.
	let [best, bestScore, failures] = [alone, 0, 0];
	for (let centers = symmetric ? 0 : 1; centers <= components && failures < 2; centers++) {
		const { mixture, logLikelihood } = scoped(engine, () =>
			maximizeLikelihood(engine, data, startingGroups(engine, data, centers, symmetric, stream), log),
		);
		const parameters = centers === 0 ? perComponent - r : centers * perComponent;
		const score = logLikelihood * (units.rows / data.rows) - (parameters / 2) * log(units.rows);
		failures = score > bestScore ? 0 : failures + 1;
		if (score > bestScore) [best, bestScore] = [mixture, score];
	}
	return best;
}

/** Every row and its negative. */
function mirrored({ rows, columns, data }: Matrix): Matrix {
	const both = matrix(2 * rows, columns);
	both.data.set(data);
	for (let i = 0; i < data.length; i++) both.data[data.length + i] = -data[i]!;
	return both;
}

/**
 * The group of every unit: its nearest center, centers spread by k-means++ (Arthur and Vassilvitskii 2007), or that center's
 * mirror image. No centers: one group. A group is a number from 0 on.
 */
function startingGroups(
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
		const center = rowOf(units, k === 0 ? 0 : spread(nearest, uniforms.data[k]!)).slice();
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

/** Expectation-maximization (Dempster, Laird and Rubin 1977) from hard groups; the prior's component keeps its place. */
function maximizeLikelihood(engine: Engine, units: Matrix, groups: Int32Array, log: (x: number) => number) {
	const n = units.rows;
	const count = groups.reduce((most, group) => Math.max(most, group), 0) + 1;
	const columns = count + 1;
	const responsibilities = engine.allocate(n * columns);
	const logDensities = engine.allocate(n);
	const start = responsibilities.data;
	for (let a = 0; a < n; a++) {
		start[a * columns] = FIRST_PRIOR_SHARE;
		start[a * columns + 1 + groups[a]!] = 1 - FIRST_PRIOR_SHARE;
	}
	let mixture = maximized(engine, units, responsibilities, columns, log);
	let logLikelihood = expectation(engine, units, mixture, responsibilities, logDensities);
	for (let step = 1, gain = Number.POSITIVE_INFINITY; step < MAX_STEPS && gain >= LEAST_GAIN; step++) {
		mixture = maximized(engine, units, responsibilities, mixture.length, log);
		const next = expectation(engine, units, mixture, responsibilities, logDensities);
		gain = next - logLikelihood;
		logLikelihood = next;
	}
	return { mixture, logLikelihood };
}

/** Responsibilities of every component for every unit; returns the log likelihood over the prior's. */
function expectation(
	engine: Engine,
	units: Matrix,
	mixture: UnitMixture,
	responsibilities: Block,
	logDensities: Block,
): number {
	const columns = mixture.length;
	const used = responsibilities.slice(0, units.rows * columns);
	const work = new Float64Array(units.columns);
	const ratios = used.data;
	for (let a = 0; a < units.rows; a++) {
		const unit = rowOf(units, a);
		for (let k = 0; k < columns; k++) ratios[a * columns + k] = logComponentRatio(mixture[k]!, unit, work);
	}
	logSumExp(engine, used, columns, logDensities);
	return logDensities.data.reduce((sum, x) => sum + x, 0);
}

/** The components that fit these responsibilities best. One that is left with less than one unit is dropped. */
function maximized(
	engine: Engine,
	units: Matrix,
	responsibilities: Block,
	columns: number,
	log: (x: number) => number,
): UnitMixture {
	const n = units.rows;
	const all = responsibilities.data;
	const parts: Float64Array[] = [];
	for (let k = 0; k < columns; k++) {
		const part = new Float64Array(n);
		for (let a = 0; a < n; a++) part[a] = all[a * columns + k]!;
		parts.push(part);
	}
	const [first, ...others] = parts;
	const prior = Math.max(total(first!) / n, LEAST_PRIOR_SHARE);
	const kept = others.filter((part) => total(part) >= 1);
	const rest = kept.reduce((sum, part) => sum + total(part), 0);
	return [
		priorComponent(units.columns, kept.length > 0 ? prior : 1, log),
		...kept.map((part) => gaussian(engine, units, part, ((1 - prior) * total(part)) / rest, log)),
	];
}

/** The Gaussian of weighted units; its covariance is pulled toward the prior's by r + 2 units' worth, so that it is never singular. */
function gaussian(
	engine: Engine,
	units: Matrix,
	responsibility: Float64Array,
	share: number,
	log: (x: number) => number,
): MixtureComponent {
	const { rows: n, columns: r, data: w } = units;
	const sum = total(responsibility);
	const mean = new Float64Array(r);
	for (let a = 0; a < n; a++) {
		for (let i = 0; i < r; i++) mean[i]! += (responsibility[a]! * w[a * r + i]!) / sum;
	}
	const pull = r + 2;
	const covariance = matrix(r, r);
	const c = covariance.data;
	const deviation = new Float64Array(r);
	for (let i = 0; i < r; i++) c[i * (r + 1)] = pull / (sum + pull);
	for (let a = 0; a < n; a++) {
		const weight = responsibility[a]! / (sum + pull);
		for (let i = 0; i < r; i++) {
			deviation[i] = w[a * r + i]! - mean[i]!;
			// The factorization reads the lower triangle.
			for (let j = 0; j <= i; j++) c[i * r + j]! += weight * deviation[i]! * deviation[j]!;
		}
	}
	const cholesky = choleskyFactor(engine, covariance);
	if (!cholesky.positiveDefinite) {
		throw new Error(
			`fitUnitMixture: pivot ${cholesky.pivot} of a covariance of sampled units is not positive.`,
		);
	}
	return component(share, mean, cholesky.factor.data, log);
}

function total(x: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < x.length; i++) sum += x[i]!;
	return sum;
}
