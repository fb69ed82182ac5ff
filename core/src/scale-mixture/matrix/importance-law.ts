/** The posterior of a matrix of scales as weighted independent draws. */
import { type Engine, seedStream, splitStream } from "@finitude/engine";
import { InputError } from "../../errors.ts";
import { createVariateSource, type VariateSource } from "./chi-square.ts";
import { calibrated } from "./control-variates.ts";
import { laplaceComponents } from "./laplace-components.ts";
import type { PosteriorSurface } from "./scale-posterior-surface.ts";
import { drawStudent, logStudentTerms, refitted, type StudentComponent } from "./student-mixture.ts";

export interface ImportanceLaw {
	/** Coordinates of the draws, those without weight left out. */
	readonly draws: readonly Float64Array[];
	/** Their weights, which sum to 1. */
	readonly probabilities: Float64Array;
	/** log p(Y). */
	readonly logEvidence: number;
	readonly logEvidenceStandardError: number;
	/** (sum w)^2 / sum w^2. */
	readonly effectiveSampleSize: number;
	/** Draws at which the covariance of the targets was not numerically positive definite: their weight is 0. */
	readonly failures: number;
	/** Draws in all. */
	readonly samples: number;
}

/** Probability of proposing from the prior: no weight exceeds the largest likelihood over this (Hesterberg 1995). */
const PRIOR_SHARE = 0.1;

/** Runs that refit the proposal, and the least number of draws of each; a shape in m dimensions wants some multiple of m. */
const PILOT_RUNS = 3;
const LEAST_PILOT_DRAWS = 1000;
const PILOT_DRAWS_PER_DIMENSION = 100;

/** With more coordinates than this the proposal is the prior: a fit would need more draws than are wanted. */
const MOST_FITTED = 150;

/**
 * Importance sampling from a mixture of the prior and of Student t laws, which begin as Laplace's approximation at every mode and
 * are refitted to the weights of short pilot runs. The pilot draws are discarded: the proposal of the draws that count is
 * frozen before the first of them.
 *
 * @throws InputError when the covariance of the targets is not numerically positive definite at any draw
 */
export function importanceLaw(
	engine: Engine,
	surface: PosteriorSurface,
	{ samples, seed }: { readonly samples: number; readonly seed: number },
): ImportanceLaw {
	const { dimension } = surface.law;
	const stream = seedStream(seed);
	const sourceAt = (index: number) => createVariateSource(engine, splitStream(stream, index));
	const pilotDraws = Math.max(LEAST_PILOT_DRAWS, PILOT_DRAWS_PER_DIMENSION * dimension);
	let components = dimension > MOST_FITTED ? [] : laplaceComponents(engine, surface, 1 - PRIOR_SHARE);
	for (let run = 1; run <= PILOT_RUNS && components.length > 0; run++) {
		const { draws, logWeights } = propose(surface, components, pilotDraws, sourceAt(run));
		const { probabilities } = normalizedWeights(logWeights);
		const weighted = draws.map((x, i) => ({ x, probability: probabilities[i]! }));
		components = refitted(engine, components, weighted, 1 - PRIOR_SHARE);
	}
	const { draws, logWeights, ratios } = propose(surface, components, samples, sourceAt(0));
	const { probabilities, squares } = normalizedWeights(logWeights);
	const { logEvidence, standardError } = evidenceOf(engine, logWeights, ratios);
	const kept = [...probabilities.keys()].filter((i) => probabilities[i]! > 0);
	return {
		draws: kept.map((i) => draws[i]!),
		probabilities: Float64Array.from(kept, (i) => probabilities[i]!),
		logEvidence,
		logEvidenceStandardError: standardError,
		effectiveSampleSize: 1 / squares,
		failures: logWeights.reduce((count, w) => count + (w === Number.NEGATIVE_INFINITY ? 1 : 0), 0),
		samples,
	};
}

interface Proposed {
	readonly draws: Float64Array[];
	readonly logWeights: Float64Array;
	/** For each draw the densities of the mixture's components over that of the mixture, less 1: their means are 0. */
	readonly ratios: Float64Array[];
}

function propose(
	surface: PosteriorSurface,
	components: readonly StudentComponent[],
	count: number,
	source: VariateSource,
): Proposed {
	const { law } = surface;
	const termsAt = logStudentTerms(components);
	const shares = [components.length === 0 ? 1 : PRIOR_SHARE, ...components.map(({ weight }) => weight)];
	const cumulative = shares.map((_, k) => shares.slice(0, k + 1).reduce((a, b) => a + b, 0));
	// Stratified: the number of draws from each component is its share, up to one.
	const draws = Array.from({ length: count }, (_, i) => {
		const k = cumulative.findIndex((c) => (i + 0.5) / count < c);
		if (k === 0) return law.draw(source);
		// Rounding may leave the last sum below 1.
		return drawStudent(components.at(k < 0 ? -1 : k - 1)!, source);
	});
	const logWeights = new Float64Array(count);
	const ratios = draws.map((x, i) => {
		const terms = Float64Array.of(Math.log(shares[0]!) + law.logDensity(x), ...termsAt(x).terms);
		const top = terms.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
		const parts = terms.map((term) => Math.exp(term - top));
		const sum = parts.reduce((a, b) => a + b, 0);
		logWeights[i] = surface.logDensity(x) - top - Math.log(sum);
		return parts.map((part, k) => part / (sum * shares[k]!) - 1);
	});
	return { draws, logWeights, ratios };
}

/**
 * The mean weight, corrected by its regression on the ratios, whose means are known (Owen and Zhou 2000, Journal of the American
 * Statistical Association 95:135): exact where the likelihood is constant.
 */
function evidenceOf(engine: Engine, logWeights: Float64Array, ratios: readonly Float64Array[]) {
	const n = logWeights.length;
	const controlled = calibrated(engine, new Float64Array(n).fill(1 / n), ratios);
	const top = logWeights.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
	const errors = controlled.standardErrors(1);
	let mean = 0;
	logWeights.forEach((logWeight, i) => {
		const weight = Math.exp(logWeight - top);
		mean += controlled.calibrated[i]! * weight;
		errors.add(i, Float64Array.of(weight));
	});
	return { logEvidence: top + Math.log(mean), standardError: errors.values()[0]! / mean };
}

/** Weights normalized to sum to 1, and the sum of their squares. */
function normalizedWeights(logWeights: Float64Array) {
	const top = logWeights.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
	if (top === Number.NEGATIVE_INFINITY) throw nowherePositiveDefinite();
	const weights = logWeights.map((w) => Math.exp(w - top));
	const total = weights.reduce((a, b) => a + b, 0);
	const probabilities = weights.map((w) => w / total);
	return {
		probabilities,
		squares: probabilities.reduce((sum, p) => sum + p * p, 0),
	};
}

/** Of an average over a matrix of scales. */
export function nowherePositiveDefinite(): InputError {
	return new InputError({
		where: "noiseVariance",
		wanted: "a noise that keeps the covariance of the targets positive definite in float64",
		got: "a matrix that is not, for every matrix of scales that was tried",
		advice: "Give a larger noiseVariance.",
	});
}
