/** Which theory is closest to the sampled network, in mean and in variance, and whether the samples can tell. */
import type { Matrix } from "@finitude/engine";
import type { SampledAnswer } from "../answer/answer.ts";
import { R_HAT_LIMIT } from "../samplers/combine-chains.ts";
import type { PosteriorMoment } from "../samplers/moment-series.ts";
import { type Lead, leadOf, RANKING_THRESHOLD, type RankedValue } from "./ranking.ts";

/** The posterior moments of f at the compared points. */
export type ComparedMoments = Readonly<Record<PosteriorMoment, Matrix>>;

/** A theory, with the moments that it gives. */
export interface RankedTheory extends Partial<ComparedMoments> {
	readonly id: string;
	readonly converged: boolean;
	/** What averages over nodes leave in them. Default: nothing. */
	readonly integration?: Readonly<Partial<Record<PosteriorMoment, Omit<RankedValue, "value">>>>;
}

/** Monte-Carlo standard error of a projection of the sampled means or variances at the compared points. */
export type ProjectionError = (weights: Float64Array, moment: PosteriorMoment) => number;

/** Theories by their distance from the sampled mean, or from the sampled variance. */
export interface Ranking {
	/** Ids of the theories that give this moment, closest first, as measured. */
	readonly order: readonly string[];
	/** The closest one and those that it does not beat by more than the errors of the samples and of averages over nodes; none without a verdict. */
	readonly best: readonly string[];
}

export interface Verdict extends Readonly<Record<PosteriorMoment, Ranking>> {
	/** One sentence for people. */
	readonly sentence: string;
}

function squaredDistance(a: Matrix, b: Matrix): number {
	return a.data.reduce((sum, value, i) => sum + (value - b.data[i]!) ** 2, 0);
}

function list(ids: readonly string[]): string {
	return ids.length < 2 ? ids.join("") : `${ids.slice(0, -1).join(", ")} and ${ids[ids.length - 1]}`;
}

/**
 * The verdict on the posterior means and variances. Refuses when the sampler did not converge, leaves out theories that did
 * not, and refuses to rank theories whose difference is within its error: that of the samples, and that of averages over nodes.
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

interface Estimate extends RankedValue {
	readonly id: string;
	readonly squaredDistance: number;
}

/** The theories that give this moment, closest first. */
function byDistance(
	moment: PosteriorMoment,
	theories: readonly RankedTheory[],
	sampled: ComparedMoments,
): Estimate[] {
	return theories
		.flatMap((theory) => {
			const { id, [moment]: value } = theory;
			if (value === undefined) return [];
			return [
				{
					id,
					value,
					...theory.integration?.[moment],
					squaredDistance: squaredDistance(value, sampled[moment]),
				},
			];
		})
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
	const leads = new Map(
		others.map((other) => [
			other.id,
			leadOf(closest, other, sampled[moment], (weights) => projectionError(weights, moment)),
		]),
	);
	const isBeaten = (id: string) => (leads.get(id)?.score ?? 0) > RANKING_THRESHOLD;
	const best = order.filter((id) => !isBeaten(id));
	const behind = order.filter(isBeaten).map((id) => `${id} (${margin(leads.get(id)!.score)})`);
	const without = theories.filter((theory) => theory[moment] === undefined).map(({ id }) => id);
	const remedy = remedyFor(closest.id, new Map([...leads].filter(([id]) => !isBeaten(id))));
	return { ranking: { order, best }, clause: clause(moment, best, behind, without, remedy) };
}

/** What would tell theories apart. @param leads of the closest theory over those that it does not beat */
function remedyFor(closest: string, leads: ReadonlyMap<string, Lead>): string {
	const limited = [...leads].filter(([, { limitedByIntegration }]) => limitedByIntegration);
	const imprecise = [
		...new Set(
			limited.flatMap(([id, lead]) => [
				...(lead.imprecise.closer ? [closest] : []),
				...(lead.imprecise.other ? [id] : []),
			]),
		),
	];
	if (imprecise.length === 0) return "more draws would tell";
	const smaller = `smaller integration errors of ${list(imprecise)}: raise samples`;
	return limited.length === leads.size
		? `more draws would not tell, but ${smaller}`
		: `more draws would tell, and ${smaller}`;
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
 * @param remedy what would tell the best ones apart
 */
function clause(
	moment: PosteriorMoment,
	best: readonly string[],
	behind: readonly string[],
	without: readonly string[],
	remedy: string,
): string {
	const closest = best[0]!;
	if (best.length + behind.length === 1) return `${closest} alone gives a ${moment}`;
	const none = without.length === 0 ? "" : ` (no ${moment} from ${list(without)})`;
	if (best.length === 1) {
		return `${closest} is closest to the sampled ${moment}, ahead of ${list(behind)}${none}`;
	}
	const tie = `${list(best)} cannot be ranked by their distances from the sampled ${moment}, which differ by less than ${RANKING_THRESHOLD} standard errors of the difference (${remedy})`;
	const ahead = behind.length === 0 ? "" : `, while ${closest} is ahead of ${list(behind)}`;
	return `${tie}${ahead}${none}`;
}
