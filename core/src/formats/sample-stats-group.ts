import type { ChainResult } from "../samplers/chain-result.ts";
import type { Attributes, DataGroup, DataVariable } from "./data-tree.ts";
import { chainCoordinate, type DrawsRecord, drawsAttributes, drawVariables, scalar } from "./draws.ts";
import { labeledGroup } from "./groups.ts";
import { scalarVariables } from "./scalar-variables.ts";

/**
 * `sample_stats` of the ArviZ schema: how the sampler fared at each chain and draw, under the schema's names. What is known
 * for a whole chain only stands in the attributes, one number a chain.
 * @throws InputError when there is no chain or one has fewer draws than any diagnostic needs.
 */
export function sampleStatsGroup(chains: readonly ChainResult[], record: DrawsRecord): DataGroup {
	const ofDraws = drawVariables(chains);
	const variables: Record<string, DataVariable> = {
		...scalarVariables(chains, ofDraws, "statistics"),
		acceptance_rate: ofDraws(
			({ acceptance }) => scalar(acceptance),
			"mean Metropolis acceptance probability of the step",
		),
		diverging: ofDraws(({ divergent }) => scalar(divergent), "whether the step diverged"),
	};
	if (chains.every(({ stepSize }) => stepSize !== undefined)) {
		variables.step_size = ofDraws(
			({ stepSize }) => ({ values: Float64Array.of(stepSize!), width: 0 }),
			"step size, frozen after warm-up",
		);
	}
	return labeledGroup({ ...drawsAttributes(record), ...totals(chains) }, variables, {
		chain: chainCoordinate(chains),
	});
}

function totals(chains: readonly ChainResult[]): Attributes {
	const gradients = chains.flatMap(({ gradientEvaluations }) => gradientEvaluations ?? []);
	return {
		completed_draws: chains.map(({ completedDraws }) => completedDraws),
		shortened_steps: chains.map(({ shortenedSteps }) => shortenedSteps),
		...(gradients.length === chains.length ? { gradient_evaluations: gradients } : {}),
	};
}
