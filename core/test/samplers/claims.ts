/** What each sampler claims of its draws, and so which proofs it has to pass. Every registered sampler has a claim. */
import { type Problem, type Sampler, samplers } from "../../src/index.ts";

export interface Claim {
	readonly id: string;
	/** Options that make an algorithm of its own are proved on their own. */
	readonly options: Readonly<Record<string, unknown>>;
	/** Kept draws follow the posterior itself; false where a step size biases them. */
	readonly exact: boolean;
	/**
	 * A Markov chain that leaves the posterior invariant, one with replicas at other noises, independent draws, or draws with
	 * importance weights. Replicas follow laws of their own given the data: they cannot be carried over to new data.
	 */
	readonly draws: "chain" | "replicas" | "independent" | "weighted";
	/** How many draws are worth one of hmc, roughly: where samplers are compared, runs are that much longer. */
	readonly effort: number;
}

export const claims: readonly Claim[] = [
	{ id: "hmc", options: {}, exact: true, draws: "chain", effort: 1 },
	{ id: "hmc", options: { trajectory: "nuts" }, exact: true, draws: "chain", effort: 1 },
	{ id: "hmc", options: { adaptMass: true }, exact: true, draws: "chain", effort: 1 },
	{ id: "hmc", options: { temper: 3 }, exact: true, draws: "replicas", effort: 1 },
	{ id: "mala", options: { stepsPerDraw: 4 }, exact: true, draws: "chain", effort: 4 },
	{ id: "gibbs", options: {}, exact: true, draws: "chain", effort: 2 },
	{ id: "gibbs", options: { rescaling: false }, exact: true, draws: "chain", effort: 2 },
	{ id: "langevin", options: {}, exact: false, draws: "chain", effort: 10 },
	{ id: "importance", options: {}, exact: true, draws: "weighted", effort: 1 },
	{ id: "exact", options: {}, exact: true, draws: "independent", effort: 1 },
];

export interface ProvedSampler extends Claim {
	readonly sampler: Sampler;
	/** "hmc {}". */
	readonly title: string;
}

/** Registered samplers that claim to be exact and sample this problem, once for each claim. */
export function provedSamplers(problem: Problem): ProvedSampler[] {
	return samplers.flatMap((sampler) =>
		claims
			.filter(({ id, exact }) => id === sampler.id && exact && sampler.applies(problem) === true)
			.map((claim) => ({ ...claim, sampler, title: `${sampler.id} ${JSON.stringify(claim.options)}` })),
	);
}
