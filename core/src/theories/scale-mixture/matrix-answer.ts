/** The answer of both theories where the scale is a matrix: several outputs, or the patches of a convolution. */

import { diagonal, type Engine, scoped, symmetricEigenvalues } from "@finitude/engine";
import type { Answer, Convergence, ValidityNote } from "../../answer/answer.ts";
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import { type PriorKernels, priorKernels } from "../../kernels/prior-kernels.ts";
import type { MatrixScale } from "../../matrix-scale/matrix-scale.ts";
import { rowsAsMatrices } from "../../matrix-scale/matrix-scale.ts";
import { outputScales } from "../../matrix-scale/output-scales.ts";
import { patchKernels } from "../../matrix-scale/patch-kernels.ts";
import { patchScales } from "../../matrix-scale/patch-scales.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { independentScales } from "../../scale-mixture/matrix/independent-scales.ts";
import {
	type MatrixScaleNodes,
	sampledNodes,
	wishartNodes,
} from "../../scale-mixture/matrix/matrix-scale-nodes.ts";
import {
	type MixtureAverage,
	mixtureAverage,
	type PointAverage,
} from "../../scale-mixture/matrix/mixture-average.ts";
import { wishartProduct } from "../../scale-mixture/matrix/wishart-product.ts";
import { NO_PREACTIVATION_KERNEL } from "../absent.ts";
import { negativeOutputVariances } from "../gaussian-process.ts";
import { requireFullRank } from "../kernel-rescaling/modes.ts";
import type { SolveContext } from "../theory.ts";
import { hasQuadrature, type MatrixOptions } from "./matrix-options.ts";
import { requireSpanningTargets } from "./matrix-requirements.ts";
import { LEAST_EFFECTIVE_SAMPLE_SIZE, samplingNotes } from "./sampling-notes.ts";

/**
 * Equations (9) to (12) of docs/theories/scale-mixture.md.
 *
 * @param theory the id
 * @param notes what does not depend on the matrix of scales
 * @throws InputError at zero noise for a singular kernel, and for targets that leave a direction of the outputs without scale
 */
export function matrixMixtureAnswer(
	theory: string,
	problem: Problem,
	options: MatrixOptions,
	notes: readonly ValidityNote[],
	{ engine, covariance = false }: SolveContext,
): Answer {
	const outputs = problem.trainTargets.columns;
	const overPoints = covariance && outputs === 1;
	const prior = priorKernels(engine, problem, { testCovariance: overPoints });
	if (problem.noiseVariance === 0) {
		requireFullRank(symmetricEigenvalues(engine, prior.outputWeights.train));
		requireSpanningTargets(engine, problem);
	}
	return scoped(engine, () => {
		const model = modelOf(engine, problem, prior, options, overPoints);
		const nodes = nodesOf(engine, problem, model, options);
		const average = mixtureAverage(model, nodes);
		return {
			theory,
			...predictionsOf(average),
			logEvidence: nodes.logEvidence,
			kernels: {},
			orderParameters: { scaleMean: average.scaleMean },
			absent: {
				"kernels.preactivation": NO_PREACTIVATION_KERNEL,
				"kernels.output":
					"not derived: the posterior of the hidden kernel is known for one scale only, not for a matrix of them",
			},
			validity: [
				...notes,
				...samplingNotes(nodes, average, hasQuadrature(problem, options, model.size)),
				...roundingNotes(average, prior.output),
			],
			convergence: convergenceOf(nodes),
		};
	});
}

/** The targets given the matrix of scales. */
function modelOf(
	engine: Engine,
	problem: Problem,
	prior: PriorKernels,
	{ weightSharing }: MatrixOptions,
	covariance: boolean,
): MatrixScale {
	const { trainTargets, noiseVariance, network } = problem;
	const rest = [trainTargets, noiseVariance, network.readout.biasVariance] as const;
	if (trainTargets.columns > 1) return outputScales(engine, prior.outputWeights, ...rest);
	const pairs = patchKernels(engine, problem, prior, weightSharing);
	return patchScales(engine, pairs, ...rest, { covariance });
}

function nodesOf(
	engine: Engine,
	problem: Problem,
	model: MatrixScale,
	options: MatrixOptions,
): MatrixScaleNodes {
	const widths = problem.network.layers.map(layerWidth);
	if (hasQuadrature(problem, options, model.size)) {
		const nodes = wishartNodes(model, widths[0]!);
		if (nodes) return nodes;
	}
	const law =
		problem.trainTargets.columns === 1 && !options.weightSharing
			? independentScales(model.size, widths[0]!)
			: wishartProduct(model.size, widths);
	return sampledNodes(engine, model, law, options);
}

function predictionsOf({ train, test }: MixtureAverage): Partial<Answer> {
	return {
		trainMean: train.mean,
		trainVariance: train.variance,
		...(train.covariance && { trainCovariance: train.covariance }),
		...(test && { testMean: test.mean, testVariance: test.variance }),
		...(test?.covariance && { testCovariance: test.covariance }),
		...(test?.outputCovariance && { testOutputCovariance: rowsAsMatrices(test.outputCovariance) }),
	};
}

function convergenceOf({ residual, steps, sampling }: MatrixScaleNodes): Convergence {
	if (!sampling) return { converged: true, iterations: steps, residual };
	const { effectiveSampleSize, samples } = sampling;
	const reliable = effectiveSampleSize >= LEAST_EFFECTIVE_SAMPLE_SIZE;
	return {
		converged: reliable,
		iterations: samples,
		residual,
		...(!reliable && {
			advice: `effective sample size ${Math.floor(effectiveSampleSize)} of ${samples}: the answer is not reliable. Raise samples.`,
		}),
	};
}

function roundingNotes({ train, test }: MixtureAverage, prior: KernelBlocks): ValidityNote[] {
	const notes = (kind: string, { variance }: PointAverage, priorVariance: Float64Array) =>
		negativeOutputVariances(kind, variance, (i) => priorVariance[i]!);
	return [
		...notes("training", train, diagonal(prior.train)),
		...(test && prior.test ? notes("test", test, prior.test.diagonal) : []),
	];
}
