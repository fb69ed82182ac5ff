import { type Engine, type Matrix, matrix } from "@finitude/engine";
import { layerWidth, type Problem } from "../../../src/index.ts";
import { combineBlocks } from "../../../src/kernels/kernel-blocks.ts";
import { priorKernels } from "../../../src/kernels/prior-kernels.ts";
import { createScalePosterior } from "../../../src/scale-mixture/scale-posterior.ts";
import { gaussianProcessPosterior } from "../../../src/theories/gaussian-process.ts";
import { diagonalizeModes } from "../../../src/theories/kernel-rescaling/modes.ts";

/** The posterior mean of a linear network at its test points: the mixture of the Gaussian processes with kernel q K over the posterior of the scale q (docs/samplers/exact.md). */
export function exactLinearMean(engine: Engine, problem: Problem): Matrix {
	const prior = priorKernels(engine, problem);
	const modes = diagonalizeModes(engine, prior.outputWeights.train, problem.noiseVariance, 0);
	const law = createScalePosterior(
		engine,
		modes,
		problem.network.layers.map(layerWidth),
	)(problem.trainTargets.data);
	const mean = matrix(problem.testInputs!.rows, 1);
	law.probabilities.forEach((p, i) => {
		if (p < 1e-18) return;
		const kernel = combineBlocks([prior.outputWeights], Math.exp((law.first + i) * law.step), 0);
		const { testMean } = gaussianProcessPosterior(
			engine,
			kernel,
			problem.trainTargets,
			problem.noiseVariance,
		);
		testMean!.data.forEach((m, s) => {
			mean.data[s]! += p * m;
		});
	});
	return mean;
}
