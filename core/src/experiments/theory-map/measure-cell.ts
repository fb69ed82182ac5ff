/** Theories and the sampled network in one cell of a map. */
import { isInputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import type { ChainResult, ChainSnapshot } from "../../samplers/chain-result.ts";
import type { SamplingSettings } from "../../samplers/sampler.ts";
import type { TheoryChoice } from "../experiment.ts";
import type { TheoryOutcome } from "../outcomes.ts";
import type { Candidate, CandidateDistance } from "./decision.ts";
import type { CellSampling, JudgedCell, JudgeTask } from "./judge-cell.ts";
import { integrationOfQuantity, quantityOf } from "./quantity.ts";
import { type MapCell, problemOfCell, type TheoryMap } from "./theory-map.ts";

/** Chains and where each of them stands. */
export interface ContinuableChains {
	readonly chains: readonly ChainResult[];
	/** One for each chain, in order. */
	readonly snapshots: readonly ChainSnapshot[];
}

/** What measuring needs from its caller: the same in threads, in one thread, or in a browser. */
export interface CellContext {
	/** Undefined when it was interrupted. A theory that fails has a reason like one that refuses. */
	readonly solve: (problem: Problem, choice: TheoryChoice) => Promise<TheoryOutcome | undefined>;
	/** All chains; with snapshots these go on, to the bits of chains that are as long from the start. Undefined when interrupted. */
	readonly sample: (
		problem: Problem,
		settings: SamplingSettings,
		snapshots?: readonly ChainSnapshot[],
	) => Promise<ContinuableChains | undefined>;
	/** `judgeCell`, here or elsewhere. Undefined when it was interrupted. */
	readonly judge: (task: JudgeTask) => Promise<JudgedCell | { readonly reason: string } | undefined>;
}

/** What became of a theory in a cell. */
export type CellTheory =
	| (CandidateDistance & { readonly seconds: number })
	/** Why it is not compared; `unsolved` when its equations were not solved. */
	| { readonly label: string; readonly reason: string; readonly unsolved?: true };

export interface CellMeasurement extends MapCell {
	/** Those that are compared, closest first; then the others. */
	readonly theories: readonly CellTheory[];
	readonly agreements: readonly (readonly [string, string])[];
	/** Or why the network could not be sampled. Absent where there is no theory to compare. */
	readonly sampled?: CellSampling | { readonly reason: string };
}

/**
 * Solves every theory, then samples the network until the closest theory is ahead of all rivals and the chains have converged, or there are no
 * rounds left; each round doubles the draws.
 * @returns undefined when it was interrupted
 */
export async function measureCell(
	map: TheoryMap,
	cell: MapCell,
	context: CellContext,
): Promise<CellMeasurement | undefined> {
	const problem = problemOfCell(map.experiment.problem, cell);
	const solved = await solveCell(map, problem, context);
	if (solved === undefined) return undefined;
	const { candidates, others } = solved;
	if (candidates.length === 0) return { ...cell, theories: others, agreements: [] };
	const sampled = await sampleCell(map, problem, candidates, context);
	if (sampled === undefined) return undefined;
	if ("reason" in sampled) {
		const uncompared = candidates.map(({ label }) => ({ label, reason: "the network was not sampled" }));
		return { ...cell, theories: [...uncompared, ...others], agreements: [], sampled };
	}
	const { decision, sampling } = sampled;
	const seconds = new Map(candidates.map((one) => [one.label, one.seconds]));
	return {
		...cell,
		theories: [
			...decision.candidates.map((one) => ({ ...one, seconds: seconds.get(one.label)! })),
			...others,
		],
		agreements: decision.agreements,
		sampled: sampling,
	};
}

type SolvedTheory = Candidate & { readonly seconds: number };

/** The theories that can be compared, and why the others cannot. */
async function solveCell(
	{ theories, settings: { quantity } }: TheoryMap,
	problem: Problem,
	{ solve }: CellContext,
): Promise<{ candidates: SolvedTheory[]; others: CellTheory[] } | undefined> {
	const outcomes = await Promise.all(
		theories.map(({ theory, options }) => solve(problem, { id: theory.id, options })),
	);
	const candidates: SolvedTheory[] = [];
	const others: CellTheory[] = [];
	for (const [i, outcome] of outcomes.entries()) {
		if (outcome === undefined) return undefined;
		const { label } = theories[i]!;
		if ("reason" in outcome) {
			others.push({ label, reason: outcome.reason });
			continue;
		}
		const { convergence, seconds } = outcome.answer;
		const value = quantityOf(outcome.answer, quantity);
		if (!convergence.converged) {
			const advice = convergence.advice === undefined ? "" : `: ${convergence.advice}`;
			others.push({ label, reason: `not converged${advice}`, unsolved: true });
		} else if (typeof value === "string") others.push({ label, reason: value });
		else {
			candidates.push({ label, value, ...integrationOfQuantity(outcome.answer, quantity), seconds });
		}
	}
	return { candidates, others };
}

/** Round after round. A refusal of the first is the reason why there is nothing; a later one leaves what there is. */
async function sampleCell(
	map: TheoryMap,
	problem: Problem,
	candidates: readonly Candidate[],
	{ sample, judge }: CellContext,
): Promise<JudgedCell | { readonly reason: string } | undefined> {
	const { rounds, quantity, agreement } = map.settings;
	let drawn: ContinuableChains | undefined;
	let sampled: JudgedCell | { readonly reason: string } | undefined;
	for (let round = 1; round <= rounds; round++) {
		const settings = { ...map.sampling, draws: map.sampling.draws * 2 ** (round - 1) };
		try {
			drawn = await sample(problem, settings, drawn?.snapshots);
			if (drawn === undefined) return undefined;
			sampled = await judge({
				problem,
				settings,
				chains: drawn.chains,
				candidates,
				quantity,
				agreement,
				rounds: round,
			});
			if (sampled === undefined) return undefined;
		} catch (error) {
			if (!isInputError(error)) throw error;
			return sampled ?? { reason: error.message };
		}
		if ("reason" in sampled || (sampled.sampling.converged && !sampled.decision.open)) break;
	}
	return sampled;
}
