import { dot, type Engine, gram, type Matrix, multiply } from "@finitude/engine";
import type { KernelBlocks } from "../../../kernels/kernel-blocks.ts";
import type { Problem } from "../../../problem/problem.ts";
import { factorKernel } from "../../kernel-factor.ts";
import type { PointValues } from "../cumulant-function.ts";
import type { SelfConsistentModel } from "../model.ts";
import { combine } from "../vectors.ts";
import { combination, innerProducts, linearCumulant, withBias } from "./linear-cumulant.ts";
import { linearKernelSaddle } from "./linear-kernel-saddle.ts";
import { type LinearTilt, linearTilt } from "./linear-tilt.ts";
import { pointCoordinates } from "./point-coordinates.ts";
import { spanCoordinates } from "./window-span.ts";
import { linearNetwork, linearProblem, oriented } from "./windows.ts";

/**
 * A linear network, dense or convolutional (sections "Linear networks" and "Kernel saddle" of docs/theories/self-consistent.md).
 *
 * @throws InputError when the prior kernel plus kappa is not numerically positive definite
 */
export function linearModel(engine: Engine, problem: Problem): SelfConsistentModel {
	const linear = linearProblem(problem);
	const network = linearNetwork(linear);
	const { readoutBiasVariance } = network;
	const train = oriented(linear, linear.train);
	const test = linear.test && oriented(linear, linear.test);
	const tiltAt = (inputs: Matrix, t: Float64Array) => linearTilt(engine, network, combination(inputs, t));
	const ones = (points: Matrix) => new Float64Array(points.rows).fill(1);

	const prior = tiltAt(train, new Float64Array(train.rows))!;
	const features = (tilt: LinearTilt, inputs: Matrix) =>
		withBias(tilt.features(inputs), ones(inputs), readoutBiasVariance);
	factorKernel(engine, gram(engine, features(prior, train)), problem.noiseVariance);

	const points = pointCoordinates(
		engine,
		train,
		problem.trainTargets.data,
		problem.noiseVariance,
		readoutBiasVariance,
	);
	// Few points with long inputs are solved for in their span; test points lie outside of it.
	const span = spanCoordinates(engine, points.inputs, network.long);
	const tiltOf = (tau: Float64Array) => tiltAt(points.inputs, tau)!;
	/** <Theta, X> + readout bias at training and test points. */
	const outputs = (theta: Float64Array, bias: number): PointValues => {
		const at = (inputs: Matrix) => innerProducts(inputs, theta).map((f) => f + bias);
		return { train: at(train), ...(test && { test: at(test) }) };
	};

	return {
		cumulant: linearCumulant(
			engine,
			{ ...network, long: span.inputs.columns / network.short },
			{ ...points, inputs: span.inputs },
		),
		targets: points.targets,
		discrepancies: points.discrepancies,
		means(tau, loopFactor) {
			const tilt = tiltOf(tau);
			const theta = loopFactor
				? combine(tilt.theta, -0.5, tilt.contractThird(points.inputs, loopFactor))
				: tilt.theta;
			return outputs(theta, readoutBiasVariance * dot(points.biasInput, tau));
		},
		fluctuations(tau, covariance): KernelBlocks {
			const tilt = tiltOf(tau);
			const trainFeatures = features(tilt, train);
			const kernel = { train: gram(engine, trainFeatures) };
			if (test === undefined) return kernel;
			const testFeatures = features(tilt, test);
			const { rows, columns, data } = testFeatures;
			const diagonal = Float64Array.from({ length: rows }, (_, i) => {
				const row = data.subarray(i * columns, (i + 1) * columns);
				return dot(row, row);
			});
			const cross = multiply(engine, testFeatures, trainFeatures, { transposeB: true });
			return {
				...kernel,
				test: { cross, diagonal, ...(covariance && { covariance: gram(engine, testFeatures) }) },
			};
		},
		adaptedKernel(tau) {
			const tilt = tiltOf(tau);
			const inputFeatures = linear.windowsAreShort
				? tilt.longSideFeatures(train)
				: tilt.shortSideFeatures(train);
			return gram(engine, withBias(inputFeatures, ones(train), readoutBiasVariance));
		},
		orderParameters(tau) {
			const { singularValues, domainDistance } = tiltOf(tau);
			return { singularValues: Array.from(singularValues), domainDistance };
		},
		notes(tau) {
			const { domainDistance } = tiltOf(tau);
			return [
				{
					name: "domainDistance",
					value: domainDistance,
					message:
						domainDistance < CLOSE_TO_THE_EDGE
							? "tau is close to the edge of the domain of W, where the network is dominated by few directions and the expansion around the saddle point is doubtful"
							: `tau is well inside the domain of W: 1 - (lam/C) ||T||^2 = ${domainDistance.toPrecision(3)}, and 0 at the edge`,
				},
			];
		},
		kernelSaddle: (onProgress) =>
			linearKernelSaddle(engine, linear, points, problem.noiseVariance, outputs, onProgress),
	};
}

/** Below this `domainDistance` says so in words: a twentieth of the distance at tau = 0. */
const CLOSE_TO_THE_EDGE = 0.05;
