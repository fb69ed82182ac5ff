/** Which theory is closest to the sampled network, in mean and in variance, and whether the samples can tell. */
import type { Matrix } from "@finitude/engine";
import type { SampledAnswer } from "../answer/answer.ts";
import { R_HAT_LIMIT } from "../samplers/combine-chains.ts";
import type { PosteriorMoment } from "../samplers/moment-series.ts";

/**
 * Two theories are ranked when the difference of their squared distances exceeds this many of its own standard errors.
 * 3 keeps the chance of a wrong ranking below 0.3 % a pair, so below 5 % for the 15 pairs of six theories.
 */
export const RANKING_THRESHOLD = 3;

/** The posterior moments of f at the compared points. */
export type ComparedMoments = Readonly<Record<PosteriorMoment, Matrix>>;

/** A theory, with the moments that it gives. */
export interface RankedTheory extends Partial<ComparedMoments> {
	readonly id: string;
	readonly converged: boolean;
}

/** Monte-Carlo standard error of a projection of the sampled means or variances at the compared points. */
export type ProjectionError = (weights: Float64Array, moment: PosteriorMoment) => number;

/** Theories by their distance from the sampled mean, or from the sampled variance. */
export interface Ranking {
	/** Ids of the theories that give this moment, closest first, as measured. */
	readonly order: readonly string[];
	/** The closest one and those that it does not beat by more than the sampling error; none without a verdict. */
	readonly best: readonly string[];
}

export interface Verdict extends Readonly<Record<PosteriorMoment, Ranking>> {
	/** One sentence for people. */
	readonly sentence: string;
}

/**
 * Difference of the squared distances |a - mu|^2 - |b - mu|^2 to the unknown moment mu, in units of its standard error.
 *
 * It equals |a|^2 - |b|^2 - 2 (a - b).mu, which is linear in mu: the estimate of mu enters through one projection only, whose
 * Monte-Carlo standard error includes all correlations between points. Negative: a is closer.
 */
export function rankingScore(
	a: Matrix,
	b: Matrix,
	sampled: Matrix,
	projectionStandardError: (weights: Float64Array) => number,
): number {
	const weights = a.data.map((value, i) => value - b.data[i]!);
	let difference = 0;
	for (let i = 0; i < weights.length; i++) {
		difference += weights[i]! * (a.data[i]! + b.data[i]! - 2 * sampled.data[i]!);
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
 * The verdict on the posterior means and variances. Refuses when the sampler did not converge, leaves out theories that did
 * not, and refuses to rank theories whose difference is within the sampling error.
 */
export function verdict(
	theories: readonly RankedTheory[],
	sampledMoments: ComparedMoments,
	sampled: Pick<SampledAnswer, "convergence" | "diagnostics">,
	projectionError: ProjectionError,
): Verdict {
	const solved = theories.filter((theory) => theory.converged);
	const unsolved = theories.filter((theory) => !theory.converged).map((theory) => theory.id);
	const left = unsolved.length === 0 ? "" : ` Left out because not converged: ${list(unsolved)}.`;
	if (!sampled.convergence.converged) {
		const { maxRHat, divergences } = sampled.diagnostics;
		const rHat = maxRHat === undefined ? "R-hat undefined" : `largest R-hat ${maxRHat.toFixed(3)}`;
		const unranked = (moment: PosteriorMoment): Ranking => ({
			order: byDistance(moment, solved, sampledMoments).map(({ id }) => id),
			best: [],
		});
		return {
			mean: unranked("mean"),
			variance: unranked("variance"),
			sentence: `No verdict: the sampler has not converged (${rHat}, wanted at most ${R_HAT_LIMIT}; ${divergences} divergences); raise draws and warmup.${left}`,
		};
	}
	const mean = rank("mean", solved, sampledMoments, projectionError);
	const variance = rank("variance", solved, sampledMoments, projectionError);
	return {
		mean: mean.ranking,
		variance: variance.ranking,
		sentence: sentence(solved, mean.clause, variance.clause) + left,
	};
}

function sentence(solved: readonly RankedTheory[], mean: string, variance: string): string {
	if (solved.length === 0) return "No verdict: no theory answered this problem.";
	if (solved.length === 1)
		return `${solved[0]!.id} is the only theory that answered: there is nothing to rank it against.`;
	return `${mean}; ${variance}.`;
}

interface Estimate {
	readonly id: string;
	/** Of the moment that is ranked. */
	readonly value: Matrix;
	readonly squaredDistance: number;
}

/** The theories that give this moment, closest first. */
function byDistance(
	moment: PosteriorMoment,
	theories: readonly RankedTheory[],
	sampled: ComparedMoments,
): Estimate[] {
	return theories
		.flatMap(({ id, [moment]: value }) =>
			value === undefined ? [] : [{ id, value, squaredDistance: squaredDistance(value, sampled[moment]) }],
		)
		.sort((a, b) => a.squaredDistance - b.squaredDistance);
}

/** The ranking by one moment, and the clause that says it. */
function rank(
	moment: PosteriorMoment,
	theories: readonly RankedTheory[],
	sampled: ComparedMoments,
	projectionError: ProjectionError,
): { ranking: Ranking; clause: string } {
	const sorted = byDistance(moment, theories, sampled);
	const [closest, ...others] = sorted;
	const order = sorted.map(({ id }) => id);
	if (closest === undefined) {
		return { ranking: { order, best: [] }, clause: `no theory gives a ${moment}` };
	}
	const lead = new Map(
		others.map((other) => [
			other.id,
			-rankingScore(closest.value, other.value, sampled[moment], (weights) =>
				projectionError(weights, moment),
			),
		]),
	);
	const isBeaten = (id: string) => (lead.get(id) ?? 0) > RANKING_THRESHOLD;
	const best = order.filter((id) => !isBeaten(id));
	const behind = order.filter(isBeaten).map((id) => `${id} (${margin(lead.get(id)!)})`);
	const without = theories.filter((theory) => theory[moment] === undefined).map(({ id }) => id);
	return { ranking: { order, best }, clause: clause(moment, best, behind, without) };
}

function margin(score: number): string {
	return Number.isFinite(score)
		? `by ${score.toFixed(1)} standard errors of the difference`
		: "the difference has no sampling error";
}

/**
 * @param best ids, the closest first
 * @param behind the theories that the closest one beats, with its lead
 * @param without ids of the theories that do not give this moment
 */
function clause(
	moment: PosteriorMoment,
	best: readonly string[],
	behind: readonly string[],
	without: readonly string[],
): string {
	const closest = best[0]!;
	if (best.length + behind.length === 1) return `${closest} alone gives a ${moment}`;
	const none = without.length === 0 ? "" : ` (no ${moment} from ${list(without)})`;
	if (best.length === 1) {
		return `${closest} is closest to the sampled ${moment}, ahead of ${list(behind)}${none}`;
	}
	const tie = `${list(best)} cannot be ranked by their distances from the sampled ${moment}, which differ by less than ${RANKING_THRESHOLD} standard errors of the difference (more draws would tell)`;
	const ahead = behind.length === 0 ? "" : `, while ${closest} is ahead of ${list(behind)}`;
	return `${tie}${ahead}${none}`;
}
