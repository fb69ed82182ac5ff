import type { Problem } from "../../problem/problem.ts";
import type { ChainResult } from "../../samplers/chain-result.ts";
import { combineChains } from "../../samplers/combine-chains.ts";
import type { SamplingSettings } from "../../samplers/sampler.ts";
import { type Candidate, type Decision, decide, noiseFloor } from "./decision.ts";
import { sampledQuantityOf } from "./quantity.ts";
import type { MapQuantity } from "./schema.ts";

/** The chains of a cell and the theories to be judged by them: plain data. */
export interface JudgeTask {
	readonly problem: Problem;
	/** Of this round. */
	readonly settings: SamplingSettings;
	readonly chains: readonly ChainResult[];
	readonly candidates: readonly Candidate[];
	readonly quantity: MapQuantity;
	readonly agreement: number;
	/** So far, this one included. */
	readonly rounds: number;
}

export interface JudgedCell {
	readonly decision: Decision;
	readonly sampling: CellSampling;
}

/** How the network was sampled. */
export interface CellSampling {
	readonly converged: boolean;
	/** What to try when it did not converge. */
	readonly advice?: string;
	readonly rounds: number;
	readonly chains: number;
	/** Of each chain, in the last round. */
	readonly draws: number;
	readonly maxRHat?: number;
	readonly minBulkEss?: number;
	readonly divergences: number;
	/** |standard errors| / |estimate| of the quantity. */
	readonly noiseFloor?: number;
}

/** What the chains say of the theories, or why they say nothing. @throws InputError where the chains cannot be combined. */
export function judgeCell({
	problem,
	settings,
	chains,
	candidates,
	quantity,
	agreement,
	rounds,
}: JudgeTask): JudgedCell | { readonly reason: string } {
	const answer = combineChains(problem, settings, chains);
	const sampled = sampledQuantityOf(answer, chains, quantity);
	if (sampled === undefined) {
		return { reason: "the standard errors of the kernel are not known: too few draws or too many points" };
	}
	const { converged, advice } = answer.convergence;
	const { maxRHat, minBulkEss, divergences, draws } = answer.diagnostics;
	const floor = noiseFloor(sampled);
	return {
		decision: decide(candidates, sampled, agreement),
		sampling: {
			converged,
			...(advice !== undefined && { advice }),
			rounds,
			chains: chains.length,
			draws,
			...(maxRHat !== undefined && { maxRHat }),
			...(minBulkEss !== undefined && { minBulkEss }),
			divergences,
			...(floor !== undefined && { noiseFloor: floor }),
		},
	};
}
