/** What a layer's mean pre-activation kernel says of its feature kernel, which is all that Gaussian units hand upward. */
import { dot, type Engine, type Matrix, matrix } from "@finitude/engine";
import { type Estimate, rootOf } from "../../diagnostics/estimate.ts";
import type { DualActivation } from "../../kernels/dual-activation.ts";
import { type BatchMoments, combineBatchMoments } from "../../samplers/batch-means.ts";
import { linearMoments } from "../../samplers/linear-moments.ts";
import { type LayerKernels, linearError, squaredNorm } from "./layer-moments.ts";
import { gaussianFeatures, packed } from "./packed-kernels.ts";

/**
 * The change of the kernel must be at least so many times its Monte-Carlo noise, norm against norm: even if all noise lay along
 * one direction, chance would make such a change in 0.3 % of all cases.
 */
const RESOLVED = 3;

export interface SecondMoments {
	/** |G - G_prior| / |G_prior| of the feature kernel. */
	readonly change: Estimate;
	/** The smallest |G - q G_prior| / |G_prior| over all factors q. */
	readonly shapeChange: Estimate;
	/** 1 - |G - G_Gauss(K)| / |G - G_prior|; a sentence where the change is within its noise. */
	readonly captured: Estimate | string;
}

/**
 * Equations (3)-(5) of docs/separation-of-scales.md, norms over all points and positions. From every squared norm the square
 * of its Monte-Carlo noise is taken off. Standard errors by the delta method on batch means, both kernels of a draw together.
 *
 * Undefined when the prior kernel vanishes.
 *
 * @param prior P x P pre-activation kernels of every position
 * @throws InputError when the activation has no dual activation at these kernels
 */
export function secondMoments(
	engine: Engine,
	dual: DualActivation,
	{ preactivation, feature }: LayerKernels,
	prior: readonly Matrix[],
): SecondMoments | undefined {
	const points = prior[0]!.rows;
	const start = gaussianFeatures(engine, dual, prior).value;
	const size = squaredNorm(start);
	if (!(size > 0)) return undefined;
	const features = linearMoments(
		feature.map(({ moments }) => moments),
		packed,
	);
	const difference = (from: Float64Array) =>
		packed(feature.map(({ mean }) => mean)).map((g, k) => g - from[k]!);
	const moved = vectorWithMoments(difference(start), features);
	const relative = ({ square, noise, error }: SquaredNorm) =>
		rootOf({ value: (square - noise) / size, standardError: error / size });

	const withoutFactor = (x: Float64Array) => {
		const along = dot(x, start) / size;
		return x.map((value, k) => value - along * start[k]!);
	};
	const reshaped = vectorWithMoments(
		withoutFactor(moved.vector),
		linearMoments([features], ([x]) => withoutFactor(x!)),
	);
	const changes = { change: relative(moved), shapeChange: relative(reshaped) };
	if (moved.square <= RESOLVED ** 2 * moved.noise) {
		const percent = (square: number) => `${(100 * Math.sqrt(square / size)).toPrecision(2)} %`;
		return {
			...changes,
			captured:
				`the feature kernel differs from that of the prior by ${percent(moved.square)}, less than ${RESOLVED} times the Monte-Carlo noise ` +
				`of ${percent(moved.noise)}: more draws would tell`,
		};
	}
	const gaussian = gaussianFeatures(
		engine,
		dual,
		preactivation.map(({ mean }) => matrix(points, points, mean)),
	);
	const left = vectorWithMoments(
		difference(gaussian.value),
		linearMoments([features, ...preactivation.map(({ moments }) => moments)], ([g, ...k]) => {
			const response = gaussian.derivative(k);
			return g!.map((value, i) => value - response[i]!);
		}),
	);
	return { ...changes, captured: oneMinusRoot(left, moved) };
}

/** |v|^2 of a vector that is known with an error, and what Monte-Carlo noise adds to it. */
interface SquaredNorm {
	readonly square: number;
	/** Sum of the squared standard errors of all entries. */
	readonly noise: number;
	/** Standard error of square - noise. */
	readonly error: number;
}

interface SampledVector extends SquaredNorm {
	readonly vector: Float64Array;
	readonly moments: readonly BatchMoments[];
}

/**
 * The error of |v|^2 is that of its linear part, and the scatter of the noise: sqrt(2) times the noise at most, when it lies
 * along one direction.
 */
function vectorWithMoments(vector: Float64Array, moments: readonly BatchMoments[]): SampledVector {
	const noise = squaredNorm(combineBatchMoments(moments).standardError!);
	const linear = linearError([moments], ([x]) => 2 * dot(vector, x!));
	return {
		vector,
		moments,
		square: squaredNorm(vector),
		noise,
		error: Math.hypot(linear, Math.SQRT2 * noise),
	};
}

/** 1 - |a| / |b|, the linear parts of their errors taken together. */
function oneMinusRoot(a: SampledVector, b: SampledVector): Estimate {
	const whole = b.square - b.noise;
	const ratio = (a.square - a.noise) / whole;
	const linear = linearError(
		[a.moments, b.moments],
		([x, y]) => (2 * (dot(a.vector, x!) - ratio * dot(b.vector, y!))) / whole,
	);
	const scatter = (Math.SQRT2 * Math.hypot(a.noise, ratio * b.noise)) / whole;
	const { value, standardError } = rootOf({ value: ratio, standardError: Math.hypot(linear, scatter) });
	return { value: 1 - value, standardError };
}
