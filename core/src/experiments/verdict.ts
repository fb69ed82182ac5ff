/** Which theory is closest to the sampled network, and whether the samples can tell. */
import type { Matrix } from "@finitude/engine";
import type { SampledAnswer } from "../answer/answer.ts";
import { R_HAT_LIMIT } from "../samplers/combine-chains.ts";

/**
 * Two theories are ranked when the difference of their squared distances exceeds this many of its own standard errors.
 * 3 keeps the chance of a wrong ranking below 0.3 % a pair, so below 5 % for the 15 pairs of six theories.
 */
export const RANKING_THRESHOLD = 3;

export interface RankedTheory {
	readonly id: string;
	/** The theory's mean at the compared points. */
	readonly mean: Matrix;
	readonly converged: boolean;
}

export interface Verdict {
	/** One sentence for people. */
	readonly sentence: string;
	/** Theory ids, closest first, as measured. */
	readonly order: readonly string[];
	/** The theories that no other theory beats by more than the sampling error: the closest one and its ties. */
	readonly best: readonly string[];
}

/**
 * Difference of the squared distances |a - mu|^2 - |b - mu|^2 to the unknown posterior mean mu, in units of its standard error.
 *
 * It equals |a|^2 - |b|^2 - 2 (a - b).mu, which is linear in mu: the estimate of mu enters through one projection only, whose
 * Monte-Carlo standard error includes all correlations between points. Negative: a is closer.
 */
export function rankingScore(
	a: Matrix,
	b: Matrix,
	sampledMean: Matrix,
	projectionStandardError: (weights: Float64Array) => number,
): number {
	const weights = a.data.map((value, i) => value - b.data[i]!);
	let difference = 0;
	for (let i = 0; i < weights.length; i++) {
		difference += weights[i]! * (a.data[i]! + b.data[i]! - 2 * sampledMean.data[i]!);
	}
	if (difference === 0) return 0;
	return difference / (2 * projectionStandardError(weights));
}

function squaredDistance(a: Matrix, b: Matrix): number {
	return a.data.reduce((sum, value, i) => sum + (value - b.data[i]!) ** 2, 0);
}

function list(ids: readonly string[]): string {
	return ids.length < 2 ? ids.join("") : `${ids.slice(0, -1).join(", ")} and ${ids[ids.length - 1]}`;
}

/**
 * The verdict on the posterior means. Refuses when the sampler did not converge, leaves out theories that did not, and
 * refuses to rank theories whose difference is within the sampling error.
 */
export function verdict(
	theories: readonly RankedTheory[],
	sampledMean: Matrix,
	sampled: Pick<SampledAnswer, "convergence" | "diagnostics">,
	projectionStandardError: (weights: Float64Array) => number,
): Verdict {
	const solved = theories.filter((theory) => theory.converged);
	const sorted = solved
		.map((theory) => ({ ...theory, distance: squaredDistance(theory.mean, sampledMean) }))
		.sort((a, b) => a.distance - b.distance);
	const order = sorted.map((theory) => theory.id);
	const unsolved = theories.filter((theory) => !theory.converged).map((theory) => theory.id);
	const left = unsolved.length === 0 ? "" : ` Left out because not converged: ${list(unsolved)}.`;
	if (!sampled.convergence.converged) {
		const { maxRHat, divergences } = sampled.diagnostics;
		const rHat = maxRHat === undefined ? "R-hat undefined" : `largest R-hat ${maxRHat.toFixed(3)}`;
		return {
			order,
			best: [],
			sentence: `No verdict: the sampler has not converged (${rHat}, wanted at most ${R_HAT_LIMIT}; ${divergences} divergences); raise draws and warmup.${left}`,
		};
	}
	const closest = sorted[0];
	if (closest === undefined)
		return { order, best: [], sentence: `No verdict: no theory answered this problem.${left}` };
	const scores = sorted
		.slice(1)
		.map((other) => -rankingScore(closest.mean, other.mean, sampledMean, projectionStandardError));
	const ties = sorted.slice(1).filter((_, i) => !(scores[i]! > RANKING_THRESHOLD));
	const best = [closest.id, ...ties.map((theory) => theory.id)];
	return { order, best, sentence: sentence(best, order, scores) + left };
}

function sentence(best: readonly string[], order: readonly string[], scores: readonly number[]): string {
	const beaten = order.filter((id) => !best.includes(id));
	if (order.length === 1)
		return `${order[0]} is the only theory that answered: there is nothing to rank it against.`;
	const margin = (id: string) => scores[order.indexOf(id) - 1]!.toFixed(1);
	const behind = beaten.map((id) => `${id} (by ${margin(id)} standard errors of the difference)`);
	if (best.length === 1) return `${best[0]} is closest to the sampled mean, ahead of ${list(behind)}.`;
	const tie = `${list(best)} cannot be ranked: their distances from the sampled mean differ by less than ${RANKING_THRESHOLD} standard errors of the difference (more draws would tell)`;
	return beaten.length === 0 ? `${tie}.` : `${tie}; they are closer than ${list(behind)}.`;
}
