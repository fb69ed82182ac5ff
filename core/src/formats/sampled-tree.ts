import type { SampledAnswer } from "../answer/answer.ts";
import type { ComputationRecord } from "../answer/record.ts";
import type { TheoryOutcome } from "../experiments/outcomes.ts";
import type { Problem } from "../problem/problem.ts";
import type { ChainResult } from "../samplers/chain-result.ts";
import type { SamplingSettings } from "../samplers/sampler.ts";
import { answerGroup } from "./answer-group.ts";
import { constantDataGroup, observedDataGroup } from "./data-groups.ts";
import type { DataTree } from "./data-tree.ts";
import type { DrawsRecord } from "./draws.ts";
import { CREATION } from "./groups.ts";
import { theoryGroupName } from "./names.ts";
import { posteriorGroup } from "./posterior-group.ts";
import { sampleStatsGroup } from "./sample-stats-group.ts";
import { weightsGroup } from "./weights-group.ts";

/** One problem, sampled, and what the theories say of it. */
export interface SampledProblem {
	readonly problem: Problem;
	readonly settings: SamplingSettings;
	readonly chains: readonly ChainResult[];
	/** The chains combined. */
	readonly answer: SampledAnswer & ComputationRecord;
	readonly theories: readonly TheoryOutcome[];
}

/**
 * Everything about a sampled problem: the groups of the ArviZ schema (`posterior`, `sample_stats`, `observed_data`,
 * `constant_data`), every draw's weights in `weights` where they were kept, the averages over all draws with their standard
 * errors in `sampled_network`, and one group for each theory that answered, `theory_nngp` and so on. Why others did not is in
 * the attribute `refused_theories` of the root.
 * @throws InputError when there is no chain or one has fewer draws than any diagnostic needs.
 */
export function sampledTree({ problem, settings, chains, answer, theories }: SampledProblem): DataTree {
	const layers = problem.network.layers.length;
	const { sampler, warmup, seed } = settings;
	const record: DrawsRecord = { sampler, warmup, seed, seconds: answer.seconds };
	const answered = theories.flatMap((outcome) => ("answer" in outcome ? [outcome] : []));
	const refused = theories.flatMap((outcome) =>
		"reason" in outcome ? [[outcome.theory, outcome.reason]] : [],
	);
	const weights = weightsGroup(chains, record);
	return {
		attributes: {
			...CREATION,
			title: problem.name,
			refused_theories: JSON.stringify(Object.fromEntries(refused)),
		},
		groups: {
			posterior: posteriorGroup(problem, chains, record),
			sample_stats: sampleStatsGroup(chains, record),
			...(weights && { weights }),
			observed_data: observedDataGroup(problem),
			constant_data: constantDataGroup(problem),
			sampled_network: answerGroup(answer, layers),
			...Object.fromEntries(
				answered.map((outcome) => [theoryGroupName(outcome.theory), answerGroup(outcome.answer, layers)]),
			),
		},
	};
}
