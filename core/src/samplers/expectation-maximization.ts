/** Expectation-maximization (Dempster, Laird and Rubin 1977) for mixtures of the prior N(0, I) and Gaussians. */
import { choleskyFactor, type Engine, type Matrix, matrix } from "@finitude/engine";
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

/** The prior's share of every unit before the first step. */
const FIRST_PRIOR_SHARE = 0.1;

/** A step that gains less log likelihood is the last: far below what tells two candidates apart. */
const LEAST_GAIN = 0.1;

export interface MixtureFit {
	readonly mixture: UnitMixture;
	/** Of all units, of the mixture's density over the prior's. */
	readonly logLikelihood: number;
}

export interface ExpectationMaximization {
	/** The prior and one Gaussian for each group. @param groups of every unit, numbers from 0 on */
	start(groups: Int32Array): UnitMixture;
	/** At most so many steps uphill, fewer where a step gains little. A component left with less than one unit is dropped. */
	climb(from: UnitMixture, steps: number): MixtureFit;
}

/**
 * Binds n x r units and allocates the work space; the caller releases it.
 *
 * @param components the most that a mixture will have, the prior included
 */
export function createExpectationMaximization(
	engine: Engine,
	units: Matrix,
	components: number,
): ExpectationMaximization {
	const { rows: n, columns: r } = units;
	const responsibilities = engine.allocate(n * components);
	const logDensities = engine.allocate(n);
	const work = new Float64Array(r);
	const { log } = createScalarFunctions(engine);

	/** Fills the responsibilities of every component for every unit; returns the log likelihood over the prior's. */
	const expectation = (mixture: UnitMixture) => {
		const columns = mixture.length;
		const used = responsibilities.slice(0, n * columns);
		const ratios = used.data;
		for (let a = 0; a < n; a++) {
			const unit = units.data.subarray(a * r, (a + 1) * r);
			for (let k = 0; k < columns; k++) ratios[a * columns + k] = logComponentRatio(mixture[k]!, unit, work);
		}
		logSumExp(engine, used, columns, logDensities);
		return total(logDensities.data);
	};

	/** The components that fit the responsibilities best. */
	const maximization = (columns: number): UnitMixture => {
		const all = responsibilities.data;
		const parts = Array.from({ length: columns }, () => new Float64Array(n));
		for (let a = 0; a < n; a++) {
			for (let k = 0; k < columns; k++) parts[k]![a] = all[a * columns + k]!;
		}
		const [ofPrior, ...others] = parts;
		const kept = others.filter((part) => total(part) >= 1);
		const share = kept.length > 0 ? Math.max(total(ofPrior!) / n, LEAST_PRIOR_SHARE) : 1;
		const rest = kept.reduce((sum, part) => sum + total(part), 0);
		return [
			priorComponent(r, share, log),
			...kept.map((part) => gaussian(engine, units, part, ((1 - share) * total(part)) / rest, log)),
		];
	};

	return {
		start(groups) {
			const columns = 2 + groups.reduce((most, group) => Math.max(most, group), 0);
			const shares = responsibilities.data.fill(0);
			for (let a = 0; a < n; a++) {
				shares[a * columns] = FIRST_PRIOR_SHARE;
				shares[a * columns + 1 + groups[a]!] = 1 - FIRST_PRIOR_SHARE;
			}
			return maximization(columns);
		},
		climb(from, steps) {
			let mixture = from;
			let logLikelihood = expectation(mixture);
			for (let step = 1, gain = Number.POSITIVE_INFINITY; step < steps && gain >= LEAST_GAIN; step++) {
				mixture = maximization(mixture.length);
				const next = expectation(mixture);
				gain = next - logLikelihood;
				logLikelihood = next;
			}
			return { mixture, logLikelihood };
		},
	};
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
