/** What each sampler claims of its draws, and so which proofs it has to pass. Every registered sampler has an entry. */
import { type Problem, type Sampler, samplers } from "../../src/index.ts";

export interface Claim {
	/** Kept draws follow the posterior itself; false where a step size biases them. */
	readonly exact: boolean;
	/** A Markov chain with the posterior invariant, independent draws, or draws with importance weights. */
	readonly draws: "chain" | "independent" | "weighted";
	/** Option sets that are different algorithms, each proved on its own. The first is compared with other samplers. */
	readonly optionSets: readonly Readonly<Record<string, unknown>>[];
	/** How many draws are worth one of hmc, roughly: where samplers are compared, runs are that much longer. */
	readonly effort: number;
}

export const claims: Readonly<Record<string, Claim>> = {
	hmc: {
		exact: true,
		draws: "chain",
		optionSets: [{}, { trajectory: "nuts" }, { adaptMass: true }],
		effort: 1,
	},
	mala: { exact: true, draws: "chain", optionSets: [{ stepsPerDraw: 50 }], effort: 2 },
	gibbs: { exact: true, draws: "chain", optionSets: [{}], effort: 4 },
	langevin: { exact: false, draws: "chain", optionSets: [{}], effort: 10 },
	importance: { exact: true, draws: "weighted", optionSets: [{}], effort: 10 },
	exact: { exact: true, draws: "independent", optionSets: [{}], effort: 1 },
};

export interface ProvedSampler extends Claim {
	readonly sampler: Sampler;
	readonly options: Readonly<Record<string, unknown>>;
	/** "hmc {}". */
	readonly title: string;
}

/** Registered samplers that claim to be exact and sample this problem, once for each option set. */
export function provedSamplers(problem: Problem): ProvedSampler[] {
	return samplers.flatMap((sampler) => {
		const claim = claims[sampler.id]!;
		if (!claim.exact || sampler.applies(problem) !== true) return [];
		return claim.optionSets.map((options) => ({
			...claim,
			sampler,
			options,
			title: `${sampler.id} ${JSON.stringify(options)}`,
		}));
	});
}
