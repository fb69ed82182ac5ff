/** Small problems sampled and solved, as the command line does it. */

import type { SampledProblem } from "../../src/formats/index.ts";
import {
	type ChainResult,
	combineChains,
	computationRecord,
	type Problem,
	runChain,
	solveTheories,
} from "../../src/index.ts";
import { engine } from "../samplers/problems.ts";

/** @param change Of the chains, before they are combined: a chain that was stopped early, for example. */
export function sampledProblem(
	problem: Problem,
	change: (chains: ChainResult[]) => ChainResult[] = (chains) => chains,
): SampledProblem {
	const settings = { sampler: "hmc", chains: 3, draws: 20, warmup: 10, seed: 1, saveWeights: true };
	const chains = change([0, 1, 2].map((chain) => runChain(problem, engine, settings, chain)));
	const answer = { ...combineChains(problem, settings, chains), ...computationRecord(engine, 0.5, settings) };
	const theories = solveTheories(problem, "all", { engine, clock: () => 0, covariance: true });
	return { problem, settings, chains, answer, theories };
}

/** What a chain that was stopped after `draws` draws has. */
export function stoppedAfter(chain: ChainResult, draws: number): ChainResult {
	const cut = (values: Float64Array) => values.slice(0, (values.length / chain.completedDraws) * draws);
	const { logDensity, kernelMeanDiagonal, kernelLabelProjection } = chain.scalars;
	return {
		...chain,
		completedDraws: draws,
		trainMean: cut(chain.trainMean),
		trainVariance: cut(chain.trainVariance),
		testMean: cut(chain.testMean),
		testVariance: cut(chain.testVariance),
		scalars: {
			logDensity: cut(logDensity),
			kernelMeanDiagonal: cut(kernelMeanDiagonal),
			...(kernelLabelProjection && { kernelLabelProjection: cut(kernelLabelProjection) }),
		},
		acceptance: cut(chain.acceptance),
		divergent: chain.divergent.slice(0, draws),
		...(chain.weights && { weights: cut(chain.weights) }),
	};
}
