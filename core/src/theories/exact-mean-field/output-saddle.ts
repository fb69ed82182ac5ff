/** The saddle over the output kernel of one hidden layer with its kernels at all points. */
import { type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import { combineBlocks, type KernelBlocks } from "../../kernels/kernel-blocks.ts";
import { type PriorKernels, priorKernels } from "../../kernels/prior-kernels.ts";
import type { Problem } from "../../problem/problem.ts";
import {
	featureSource,
	hiddenUnit,
	type JudgedNumbers,
	joined,
	oriented,
	type UnitNodes,
	type WhitenedUnit,
} from "../../tilted-unit/index.ts";
import { gaussianProcessPosterior } from "../gaussian-process.ts";
import { factorKernel } from "../kernel-factor.ts";
import type { SolveContext } from "../theory.ts";
import type { SaddleSolution } from "./newton.ts";
import { momentBlocks } from "./outputs.ts";
import { type Proposal, proposalOf } from "./proposal.ts";
import { type SaddleProblem, saddleProblem } from "./saddle-equations.ts";
import { type IntegratedSaddle, integrateSaddle, type SaddleOnNodes } from "./solve-saddle.ts";

/** A saddle that was looked for, and what it was looked for with. */
export interface OutputSaddle {
	readonly problem: SaddleProblem;
	readonly prior: PriorKernels;
	/** At training and test points. */
	readonly unit: WhitenedUnit;
	readonly proposal: Proposal;
	readonly nodes: UnitNodes;
	readonly integrated: IntegratedSaddle;
	/** Q with the readout bias at a solution on the nodes of `integrated`. @param covariance also of the test points */
	kernels(solution: SaddleSolution, covariance: boolean): KernelBlocks;
}

/**
 * Solves (1)-(3) of docs/theories/exact-mean-field.md for any number of outputs.
 *
 * @param chooseNodes where the weights of a unit are averaged
 * @throws InputError when Q + kappa I is singular at infinite width, and as `chooseNodes` does
 */
export function outputSaddle(
	problem: Problem,
	context: SolveContext,
	chooseNodes: (unit: WhitenedUnit, proposal: Proposal) => UnitNodes,
): OutputSaddle {
	const { engine, covariance = false } = context;
	const saddle = saddleProblem(problem);
	const prior = priorKernels(engine, problem, { testCovariance: covariance });
	factorKernel(engine, prior.output.train, problem.noiseVariance);
	const priorMoments = combineBlocks([prior.outputWeights], 1 / saddle.readoutVariance, 0);
	const unit = oriented(hiddenUnit(engine, problem), sumOverOutputs(saddle.targets));
	const proposal = proposalOf(engine, problem, unit, prior.outputWeights.train);
	const nodes = chooseNodes(unit, proposal);
	const kernels = (on: SaddleOnNodes, { point }: SaddleSolution, tests = false): KernelBlocks => {
		const { law, rule } = on;
		const source = featureSource(engine, unit, rule, { stored: 0 });
		const moments = momentBlocks(engine, source, { law, neurons: point.neurons }, priorMoments, tests);
		const blocks = combineBlocks([moments], saddle.readoutVariance, saddle.readoutBiasVariance);
		return { ...blocks, train: withBias(point.kernel, saddle) };
	};
	const integrated = integrateSaddle(
		{
			unit,
			problem: saddle,
			nodes,
			priorMoment: priorMoments.train,
			guess: proposal.kernel,
			judge: (on, solution) => judged(engine, kernels(on, solution), solution, saddle),
		},
		context,
	);
	return {
		problem: saddle,
		prior,
		unit,
		proposal,
		nodes,
		integrated,
		kernels: (solution, tests) => kernels(integrated, solution, tests),
	};
}

/** What orients the coordinates of w: the targets, summed over the outputs. */
function sumOverOutputs({ rows, columns: D, data }: Matrix): Float64Array {
	return Float64Array.from({ length: rows }, (_, a) =>
		data.subarray(a * D, (a + 1) * D).reduce((sum, y) => sum + y, 0),
	);
}

function withBias(kernel: Matrix, { readoutBiasVariance }: SaddleProblem): Matrix {
	return matrix(
		kernel.rows,
		kernel.rows,
		kernel.data.map((x) => x + readoutBiasVariance),
	);
}

/** Means, variances and kernel by one set of nodes. */
function judged(
	engine: Engine,
	blocks: KernelBlocks,
	{ point }: SaddleSolution,
	{ targets, noiseVariance }: SaddleProblem,
): JudgedNumbers {
	const t = point.force.discrepancy;
	const { trainVariance, testVariance } = gaussianProcessPosterior(engine, blocks, targets, noiseVariance);
	return {
		mean: joined(
			targets.data.map((y, k) => y - noiseVariance * t.data[k]!),
			blocks.test && multiply(engine, blocks.test.cross, t).data,
		),
		variance: joined(trainVariance, testVariance),
		kernel: blocks.train.data,
	};
}
