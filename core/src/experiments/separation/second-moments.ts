/** What a layer's mean pre-activation kernel says of its feature kernel, which is all that Gaussian units hand upward. */
import { type Engine, type Matrix, matrix } from "@finitude/engine";
import { type Estimate, rootOf } from "../../diagnostics/estimate.ts";
import type { DualActivation } from "../../kernels/dual-activation.ts";
import { type GaussianPairs, pairsBuilder } from "../../kernels/gaussian-pairs.ts";
import { variancesOf } from "../../kernels/kernel-blocks.ts";
import { dot, type LayerKernels, linearError, mapped, type RecordedKernel } from "./layer-moments.ts";

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
 * of its Monte-Carlo noise is taken off. Standard errors by the delta method on batch means, both kernels of a draw together;
 * what noise alone adds to a squared norm scatters by sqrt(2) times itself at most (when it lies along one direction), and
 * that much is added, in squares.
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
	const parts = feature.map((above, j) => {
		const start = dual.kernel(engine, pairsOf(prior[j]!));
		return {
			start,
			change: difference(packed(above.mean), start),
			...remainder(engine, dual, preactivation[j]!, above),
		};
	});
	const total = (of: (part: (typeof parts)[number]) => number) =>
		parts.reduce((sum, part) => sum + of(part), 0);
	const size = total(({ start }) => norm(start));
	if (!(size > 0)) return undefined;
	const noise = feature.reduce((sum, kernel) => sum + kernel.noise, 0);
	const moved = total(({ change }) => norm(change));
	const moments = feature.map((kernel) => kernel.moments);
	const along = (draw: readonly Float64Array[], of: (part: (typeof parts)[number]) => Float64Array) =>
		draw.reduce((sum, values, j) => sum + inner(of(parts[j]!), packed(values)), 0);
	const change = rootOf({
		value: (moved - noise) / size,
		standardError: errorOfSquare(
			linearError(moments, (draw) => 2 * along(draw, (part) => part.change)),
			noise,
			size,
		),
	});
	/** The part of the change that a factor makes is this many times the prior kernel. */
	const scaled = total((part) => inner(part.change, part.start)) / size;
	const scaledNoise = size * linearError(moments, (draw) => along(draw, ({ start }) => start) / size) ** 2;
	const shapeChange = rootOf({
		value: (moved - size * scaled ** 2 - (noise - scaledNoise)) / size,
		standardError: errorOfSquare(
			linearError(
				moments,
				(draw) => 2 * (along(draw, (part) => part.change) - scaled * along(draw, ({ start }) => start)),
			),
			noise - scaledNoise,
			size,
		),
	});
	if (moved <= RESOLVED ** 2 * noise) {
		const percent = (square: number) => `${(100 * Math.sqrt(square / size)).toPrecision(2)} %`;
		return {
			change,
			shapeChange,
			captured:
				`the feature kernel differs from that of the prior by ${percent(moved)}, less than ${RESOLVED} times the Monte-Carlo noise ` +
				`of ${percent(noise)}: more draws would tell`,
		};
	}
	const left = total(({ rest }) => norm(rest));
	const leftNoise = total(({ restNoise }) => restNoise);
	const unexplained = (left - leftNoise) / (moved - noise);
	const linear = linearError([...moments, ...preactivation.map((kernel) => kernel.moments)], (draw) => {
		let sum = 0;
		parts.forEach(({ rest, change: whole, restOf }, j) => {
			sum +=
				inner(rest, restOf(draw[j]!, draw[parts.length + j]!)) - unexplained * inner(whole, packed(draw[j]!));
		});
		return (2 * sum) / (moved - noise);
	});
	const quadratic = (Math.SQRT2 * Math.hypot(leftNoise, unexplained * noise)) / (moved - noise);
	const root = rootOf({ value: unexplained, standardError: Math.hypot(linear, quadratic) });
	return { change, shapeChange, captured: { value: 1 - root.value, standardError: root.standardError } };
}

/** Of a squared norm over `size`: to first order, and the scatter of the noise that was taken off. */
function errorOfSquare(linear: number, noise: number, size: number): number {
	return Math.hypot(linear, Math.SQRT2 * noise) / size;
}

/** G - G_Gauss(K) at one position, pair by pair, the noise in it, and its derivative along a draw's G and K. */
function remainder(engine: Engine, dual: DualActivation, below: RecordedKernel, above: RecordedKernel) {
	const points = Math.sqrt(below.mean.length);
	const pairs = pairsOf(matrix(points, points, below.mean));
	const { first, second } = pairs;
	const rest = difference(packed(above.mean), dual.kernel(engine, pairs));
	const { gradient } = dual.derivatives(engine, pairs);
	const restOf = (feature: Float64Array, preactivation: Float64Array) =>
		packed(feature).map((value, k) => {
			const [a, b] = [first[k]!, second[k]!];
			return (
				value -
				gradient[3 * k]! * preactivation[a * (points + 1)]! -
				gradient[3 * k + 1]! * preactivation[b * (points + 1)]! -
				gradient[3 * k + 2]! * preactivation[a * points + b]!
			);
		});
	const { standardError } = mapped([above.moments, below.moments], ([g, k]) => restOf(g!, k!));
	return { rest, restNoise: norm(standardError!), restOf };
}

/** Every pair of points, each point with itself included. */
function pairsOf(train: Matrix): GaussianPairs {
	const builder = pairsBuilder(variancesOf({ train }), (train.rows * (train.rows + 1)) / 2);
	builder.addTriangle(train, 0);
	return builder.pairs;
}

/** The lower triangle of a symmetric matrix, row by row: one number a pair. */
function packed(kernel: Float64Array): Float64Array {
	const points = Math.sqrt(kernel.length);
	const triangle = new Float64Array((points * (points + 1)) / 2);
	for (let i = 0, k = 0; i < points; i++) {
		for (let j = 0; j <= i; j++) triangle[k++] = kernel[i * points + j]!;
	}
	return triangle;
}

/** Sum of the products of all entries of two packed symmetric matrices: pairs of different points stand for two. */
function inner(a: Float64Array, b: Float64Array): number {
	let diagonal = 0;
	for (let i = 0, k = 0; k < a.length; i++, k += i + 1) diagonal += a[k]! * b[k]!;
	return 2 * dot(a, b) - diagonal;
}

function norm(a: Float64Array): number {
	return inner(a, a);
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
	return a.map((value, i) => value - b[i]!);
}
