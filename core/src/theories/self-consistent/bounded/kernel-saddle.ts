import {
	choleskyInverse,
	choleskySolve,
	type Engine,
	type Matrix,
	matrix,
	matrixFromColumn,
	multiply,
	plus,
} from "@finitude/engine";
import type { FeatureSource, Tilt } from "../../../tilted-unit/index.ts";
import { andersonMixing } from "../../anderson-mixing.ts";
import { factorKernel } from "../../kernel-factor.ts";
import type { PointValues } from "../cumulant-function.ts";
import type { KernelSaddle } from "../model.ts";
import { largestMagnitude } from "../vectors.ts";
import type { BoundedNetwork } from "./bounded-cumulant.ts";
import { fieldAverages, secondMoments } from "./unit-averages.ts";

export interface BoundedSaddleProblem {
	readonly network: BoundedNetwork;
	/** The unit at the P training points. */
	readonly source: FeatureSource;
	/** The unit at training points and, averaged over what no training point sees, test points. */
	readonly predictions: () => FeatureSource;
	/** Values at all of those points, corrected for t over the training points, in two. */
	readonly split: (values: Float64Array, t: Float64Array) => PointValues;
	/** y, P numbers. */
	readonly targets: Float64Array;
	readonly noiseVariance: number;
	/** What is added to the kernel of random points. */
	readonly correction?: Matrix | undefined;
	/** K to start from; the prior's where not given. */
	readonly start?: Matrix | undefined;
}

/** K is accepted when one more iteration would move no entry by more than this fraction of the largest. */
const TOLERANCE = 1e-11;

const MAXIMUM_STEPS = 3000;

/** The fraction of each step that is taken: at most a half, since whole steps oscillate in the mean-field scaling. */
const [LARGEST_FRACTION, SMALLEST_FRACTION, SLOWER, FASTER] = [0.5, 0.005, 0.7, 1.02];

/** Steps below this fraction of the kernel are extrapolated from: further away the map is not linear enough. */
const ACCELERATED = 0.01;

/**
 * The saddle over the random kernel (equation 16): K = sig2 <phi phi^T> under the tilt exp((c/2) [(g . phi)^2 - phi^T Q phi]),
 * Q = (K + kappa I)^-1, g = Q y, by a damped fixed point: the fraction of a step that is taken falls when the steps grow and
 * rises slowly while they shrink. Close to the saddle the steps are extrapolated (Anderson mixing).
 *
 * @throws InputError when K + kappa I is not numerically positive definite
 */
export function boundedKernelSaddle(
	engine: Engine,
	{ network, source, predictions, split, targets, noiseVariance, correction, start }: BoundedSaddleProblem,
	onProgress?: (fraction: number, message: string) => void,
): KernelSaddle {
	const { width, readoutVariance, readoutBiasVariance } = network;
	const c = readoutVariance / width;
	const kernelUnder = (tilt: Tilt): Matrix => {
		const moments = secondMoments(engine, source, tilt, 0, targets);
		const kernel = matrix(
			moments.rows,
			moments.rows,
			moments.data.map((x) => readoutVariance * x + readoutBiasVariance),
		);
		return correction ? plus(kernel, correction) : kernel;
	};
	let kernel = start ?? kernelUnder({});
	let fraction = LARGEST_FRACTION;
	let before = Number.POSITIVE_INFINITY;
	let iterations = 0;
	let residual = Number.POSITIVE_INFINITY;
	let converged = false;
	let accelerate = andersonMixing(engine);
	for (; !converged && iterations < MAXIMUM_STEPS; iterations++) {
		onProgress?.(iterations / MAXIMUM_STEPS, "saddle over the kernel");
		const next = kernelUnder(saddleTilt(engine, c, kernel, targets, noiseVariance).tilt);
		const step = next.data.map((x, k) => x - kernel.data[k]!);
		residual = largestMagnitude(step);
		const size = largestMagnitude(next.data);
		converged = residual <= TOLERANCE * size;
		const grew = residual > before;
		fraction = grew
			? Math.max(SMALLEST_FRACTION, SLOWER * fraction)
			: Math.min(LARGEST_FRACTION, FASTER * fraction);
		before = residual;
		if (grew || residual > ACCELERATED * size) accelerate = andersonMixing(engine);
		kernel = matrix(next.rows, next.rows, accelerate(kernel.data, step, fraction));
	}
	const { tilt, discrepancy } = saddleTilt(engine, c, kernel, targets, noiseVariance);
	const { mean } = fieldAverages(engine, predictions(), tilt, discrepancy);
	const bias = readoutBiasVariance * discrepancy.reduce((sum, x) => sum + x, 0);
	const means = split(
		mean.map((x) => readoutVariance * x + bias),
		discrepancy,
	);
	const train = multiply(engine, kernel, matrixFromColumn(discrepancy)).data;
	return {
		means: { ...means, train },
		kernel,
		orderParameters: {},
		convergence: { converged, iterations, residual },
	};
}

/** The tilt of equation (16), and g. */
function saddleTilt(engine: Engine, c: number, kernel: Matrix, targets: Float64Array, noiseVariance: number) {
	const factor = factorKernel(engine, kernel, noiseVariance);
	const discrepancy = choleskySolve(engine, factor, matrixFromColumn(targets)).data;
	const precision = choleskyInverse(engine, factor);
	const tilt: Tilt = {
		fields: matrix(
			1,
			discrepancy.length,
			discrepancy.map((g) => Math.sqrt(c / 2) * g),
		),
		form: matrix(
			precision.rows,
			precision.rows,
			precision.data.map((q) => (-c / 2) * q),
		),
	};
	return { tilt, discrepancy };
}
