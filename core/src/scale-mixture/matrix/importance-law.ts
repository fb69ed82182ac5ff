/** The posterior of a matrix of scales as weighted independent draws. */
import { type Engine, seedStream, splitStream } from "@finitude/engine";
import { InputError } from "../../errors.ts";
import { createVariateSource, type VariateSource } from "./chi-square.ts";
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

/** Runs that refit the proposal, and the draws of each. */
const PILOT_RUNS = 3;
const PILOT_DRAWS = 1000;

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
	let components = dimension > MOST_FITTED ? [] : laplaceComponents(engine, surface, 1 - PRIOR_SHARE);
	for (let run = 1; run <= PILOT_RUNS && components.length > 0; run++) {
		const { draws, logWeights } = propose(surface, components, PILOT_DRAWS, sourceAt(run));
		const { probabilities } = normalizedWeights(logWeights);
		const weighted = draws.map((x, i) => ({ x, probability: probabilities[i]! }));
		components = refitted(engine, components, weighted, 1 - PRIOR_SHARE);
	}
	const { draws, logWeights } = propose(surface, components, samples, sourceAt(0));
	const { probabilities, logMean, squares } = normalizedWeights(logWeights);
	const kept = [...probabilities.keys()].filter((i) => probabilities[i]! > 0);
	return {
		draws: kept.map((i) => draws[i]!),
		probabilities: Float64Array.from(kept, (i) => probabilities[i]!),
		logEvidence: logMean,
		logEvidenceStandardError: Math.sqrt(Math.max(squares - 1 / samples, 0)),
		effectiveSampleSize: 1 / squares,
		failures: logWeights.reduce((count, w) => count + (w === Number.NEGATIVE_INFINITY ? 1 : 0), 0),
		samples,
	};
}

/** Draws from the mixture, with the logarithms of their weights. */
function propose(
	surface: PosteriorSurface,
	components: readonly StudentComponent[],
	count: number,
	source: VariateSource,
): { draws: Float64Array[]; logWeights: Float64Array } {
	const { law } = surface;
	const termsAt = logStudentTerms(components);
	const priorShare = components.length === 0 ? 1 : PRIOR_SHARE;
	// Stratified: the number of draws from each component is its share, up to one.
	const shares = [priorShare, ...components.map(({ weight }) => weight)];
	const cumulative = shares.map((_, k) => shares.slice(0, k + 1).reduce((a, b) => a + b, 0));
	const draws = Array.from({ length: count }, (_, i) => {
		const u = (i + 0.5) / count;
		const k = cumulative.findIndex((c) => u < c);
		return k === 0 ? law.draw(source) : drawStudent(components[(k < 0 ? components.length : k) - 1]!, source);
	});
	const logWeights = Float64Array.from(draws, (x) => {
		const prior = law.logDensity(x);
		const { terms } = termsAt(x);
		const top = terms.reduce((a, b) => Math.max(a, b), prior);
		const sum = terms.reduce(
			(total, term) => total + Math.exp(term - top),
			priorShare * Math.exp(prior - top),
		);
		return surface.logDensity(x) - top - Math.log(sum);
	});
	return { draws, logWeights };
}

/** Weights normalized to sum to 1, log of the mean weight, and the sum of squares of the normalized ones. */
function normalizedWeights(logWeights: Float64Array) {
	const top = logWeights.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
	if (top === Number.NEGATIVE_INFINITY) throw nowherePositiveDefinite();
	const weights = logWeights.map((w) => Math.exp(w - top));
	const total = weights.reduce((a, b) => a + b, 0);
	const probabilities = weights.map((w) => w / total);
	return {
		probabilities,
		logMean: top + Math.log(total / weights.length),
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
