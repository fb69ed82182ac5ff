/** What sets of random points are compared by. */
import { dot, type Engine, multiply } from "@finitude/engine";
import type { KernelBlocks } from "../../../../kernels/kernel-blocks.ts";
import { type JudgedNumbers, joined } from "../../../../tilted-unit/index.ts";
import { gaussianProcessPosterior } from "../../../gaussian-process.ts";
import { outputEnergy } from "../../../output-force.ts";
import type { DeepPoints, DeepProblem } from "./deep-equations.ts";
import { outputBlocks } from "./extend-deep.ts";
import type { DeepSaddle } from "./find-deep-saddle.ts";

/** A saddle with its points. */
export interface SolvedDeep {
	readonly points: DeepPoints;
	readonly saddle: DeepSaddle;
}

/**
 * Equation (6). With C^(l) = g <phi phi^T>_l + s_b^2, both terms of a layer are N times the exponent's average and its logarithm,
 * and what the prior's average adds to one it takes from the other.
 */
export function logEvidence({ layers, targets }: DeepProblem, saddle: DeepSaddle): number {
	const hidden = layers.reduce((sum, { width, prefactor }, l) => {
		const { logExcess, change } = saddle.tilted[l]!;
		return sum + width * logExcess - prefactor * dot(saddle.conjugates[l]!.data, change.data);
	}, 0);
	return hidden - outputEnergy(saddle.force, targets);
}

/** @param inputs C^(0) at all points */
export function judge(
	engine: Engine,
	problem: DeepProblem,
	{ points, saddle }: SolvedDeep,
	{ train, test }: KernelBlocks,
): JudgedNumbers {
	const { discrepancy } = saddle.force;
	const means = problem.targets.data.map((y, k) => y - problem.noiseVariance * discrepancy.data[k]!);
	const inputs: KernelBlocks = test
		? { train, test: { cross: test.cross, diagonal: test.diagonal } }
		: { train };
	const { blocks } = outputBlocks(engine, problem, points, saddle, inputs);
	const { trainVariance, testVariance } = gaussianProcessPosterior(
		engine,
		blocks,
		problem.targets,
		problem.noiseVariance,
	);
	return {
		mean: joined(means, blocks.test && multiply(engine, blocks.test.cross, discrepancy).data),
		variance: joined(trainVariance, testVariance),
		kernel: blocks.train.data,
		logEvidence: logEvidence(problem, saddle),
	};
}
