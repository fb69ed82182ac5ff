import type { Matrix } from "@finitude/engine";
import type { Answer } from "../../answer/answer.ts";
import { chi } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { emergentScale } from "../../theories/discrepancy-measures.ts";
import { nngp } from "../../theories/nngp.ts";
import { solveTheory } from "../../theories/solve.ts";
import type { AnalysisContext } from "../analysis.ts";

/** The infinitely wide network of the same prior. */
export interface InfiniteWidth {
	readonly answer: Answer;
	/** s_a^2 / chi of the network as it is. */
	readonly outputScale: number;
	/** tr t_0^T C t_0, averaged over positions: t_0 the discrepancy, C the covariance of the last pre-activations. */
	readonly emergentScale: number;
}

export function infiniteWidthOf(problem: Problem, { engine, clock }: AnalysisContext): InfiniteWidth {
	const answer = solveTheory(nngp, problem, {}, { engine, clock });
	const { trainTargets, noiseVariance, network } = problem;
	const discrepancy = {
		...trainTargets,
		data: trainTargets.data.map((y, i) => (y - answer.trainMean!.data[i]!) / noiseVariance),
	};
	const layers = answer.kernels.preactivation as readonly (Matrix | readonly Matrix[])[];
	const last = positionsOf(layers[layers.length - 1]!);
	return {
		answer,
		outputScale: network.readout.weightVariance / chi(network),
		emergentScale:
			last.reduce((sum, covariance) => sum + emergentScale(discrepancy, covariance), 0) / last.length,
	};
}

/** One matrix for each position, whether there are several or one. */
export function positionsOf(kernel: Matrix | readonly Matrix[]): readonly Matrix[] {
	return "data" in kernel ? [kernel] : kernel;
}
