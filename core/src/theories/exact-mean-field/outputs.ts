/** What the density of a neuron says beside Q: kernels at test points, the covariance and the kurtosis of its weights. */
import {
	type Engine,
	type Matrix,
	matrix,
	matrixRow,
	mirrorLower,
	multiply,
	symmetricEigen,
	transpose,
	view,
} from "@finitude/engine";
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import type { Layer } from "../../network/network.ts";
import {
	type FeatureSource,
	type Integrand,
	positionOf,
	secondMoment,
	sumOverUnit,
	type TiltedMeasure,
	type WhitenedUnit,
} from "../../tilted-unit/index.ts";
import type { NeuronLaw, Neurons } from "./neurons.ts";

/** The law at its solution. */
export interface SolvedNeurons {
	readonly law: NeuronLaw;
	readonly neurons: Neurons;
}

/**
 * E_p[phi phi^T] with the test points (equation 6); the block of the training points is that of the solution.
 *
 * @param source the unit at training and test points, on the nodes of the law
 * @param prior E_prior[phi phi^T] in the same blocks, for the part that the law takes from it
 */
export function momentBlocks(
	engine: Engine,
	source: FeatureSource,
	{ law, neurons }: SolvedNeurons,
	prior: KernelBlocks,
	covariance: boolean,
): KernelBlocks {
	const { unit } = source;
	const { trainPoints: P, points: n } = unit;
	const tests = n - P;
	if (prior.test === undefined) return { train: neurons.moment };
	const share = law.anchor?.share ?? 0;
	const weights = neurons.measure.second.map((x, s) => x - share * law.prior.second[s]!);
	const anchored = (estimate: Float64Array, exact: Float64Array) =>
		estimate.map((x, k) => x + share * exact[k]!);
	const sums = sumOverUnit(
		engine,
		source,
		covariance ? secondMoment(engine, unit) : testMoments(engine, source),
		weights,
	);
	const columns = covariance ? n : P;
	const cross = matrix(tests, P);
	for (let b = 0; b < tests; b++) {
		const row = (P + b) * columns;
		cross.data.set(sums.subarray(row, row + P), b * P);
	}
	const diagonal = Float64Array.from({ length: tests }, (_, b) =>
		covariance ? sums[(P + b) * (n + 1)]! : sums[n * P + b]!,
	);
	const full = matrix(tests, tests);
	for (let b = 0; covariance && b < tests; b++) {
		const row = (P + b) * n + P;
		full.data.set(sums.subarray(row, row + tests), b * tests);
	}
	return {
		train: neurons.moment,
		test: {
			cross: matrix(tests, P, anchored(cross.data, prior.test.cross.data)),
			diagonal: anchored(diagonal, prior.test.diagonal),
			...(prior.test.covariance &&
				covariance && {
					covariance: mirrorLower(matrix(tests, tests, anchored(full.data, prior.test.covariance.data))),
				}),
		},
	};
}

/** n x P moments of all points with the training points, then the P* moments of the test points with themselves. */
function testMoments(engine: Engine, { unit }: FeatureSource): Integrand {
	const { trainPoints: P, points: n, positions } = unit;
	return {
		size: n * P + n - P,
		add(chunk, weights, sums) {
			const { count } = chunk;
			const weighted = view(engine.allocate(P * count), P, count);
			const product = view(engine.allocate(n * P), n, P);
			for (let i = 0; i < positions; i++) {
				const phi = positionOf(chunk, unit, i);
				const [from, to, w] = [phi.block.data, weighted.block.data, weights.data];
				for (let a = 0; a < n; a++) {
					let square = 0;
					for (let s = 0; s < count; s++) {
						const x = from[phi.offset + a * count + s]!;
						if (a < P) to[a * count + s] = w[s]! * x;
						else square += w[s]! * x * x;
					}
					if (a >= P) sums[n * P + a - P]! += square / positions;
				}
				engine.gemm(1 / positions, phi, transpose(weighted), i === 0 ? 0 : 1, product);
			}
			const data = product.block.data;
			for (let k = 0; k < n * P; k++) sums[k]! += data[k]!;
		},
	};
}

/** The second moments of a neuron's weights. */
export interface WeightMoments {
	/** E_p[w w^T], over the layer's weights and its bias where it has one (equation 5). */
	readonly covariance: Matrix;
	/** The same in the coordinates that the training points depend on. */
	readonly whitened: Matrix;
	/** Excess kurtosis of the projection of w on the top eigenvector of the covariance. */
	readonly kurtosis: number;
}

/** @param layer the prior of the weights */
export function weightMoments(
	engine: Engine,
	unit: WhitenedUnit,
	{ law, neurons }: SolvedNeurons,
	layer: Layer,
): WeightMoments {
	const { basis } = unit;
	const r = basis.rows;
	const share = law.anchor?.share ?? 0;
	const whitened = coordinateMoments(law, neurons.measure, share, r);
	const scales = priorDeviations(basis.columns, layer);
	const D = scales.length;
	const excess = matrix(
		r,
		r,
		whitened.data.map((x, k) => x - (k % (r + 1) === 0 ? 1 : 0)),
	);
	const lifted = multiply(engine, multiply(engine, basis, excess, { transposeA: true }), basis);
	const covariance = mirrorLower(
		matrix(
			D,
			D,
			lifted.data.map((x, k) => {
				const [i, j] = [Math.floor(k / D), k % D];
				return scales[i]! * scales[j]! * (x + (i === j ? 1 : 0));
			}),
		),
	);
	const { vectors } = symmetricEigen(engine, covariance);
	const top = Float64Array.from({ length: D }, (_, i) => scales[i]! * vectors.data[i * D + D - 1]!);
	return { covariance, whitened, kurtosis: excessKurtosis(law, neurons.measure, unit, top) };
}

/** E_p[z z^T] over the first r coordinates. */
function coordinateMoments(law: NeuronLaw, { second }: TiltedMeasure, share: number, r: number): Matrix {
	const result = matrix(r, r);
	let first = 0;
	for (const { points, count } of law.source.rule.chunks(2 ** 12)) {
		for (let i = 0; i < r; i++) {
			for (let j = 0; j <= i; j++) {
				let sum = 0;
				for (let s = 0; s < count; s++) {
					const weight = second[first + s]! - share * law.prior.second[first + s]!;
					sum += weight * points[i * count + s]! * points[j * count + s]!;
				}
				result.data[i * r + j]! += sum;
			}
		}
		first += count;
	}
	for (let i = 0; i < r; i++) result.data[i * r + i]! += share;
	return mirrorLower(result);
}

/**
 * E[x^4]/E[x^2]^2 - 3 for x = direction . (weights in units of their prior deviations). The part of x outside the coordinates
 * that the training points depend on keeps its prior, independent of the rest.
 */
function excessKurtosis(
	law: NeuronLaw,
	{ second, fourth }: TiltedMeasure,
	{ basis }: WhitenedUnit,
	direction: Float64Array,
): number {
	const r = basis.rows;
	const inside = Float64Array.from({ length: r }, (_, k) =>
		matrixRow(basis, k).reduce((sum, x, j) => sum + x * direction[j]!, 0),
	);
	const square = (x: Float64Array) => x.reduce((sum, value) => sum + value * value, 0);
	const rest = Math.max(0, square(direction) - square(inside));
	let [two, four, first] = [0, 0, 0];
	for (const { points, count } of law.source.rule.chunks(2 ** 12)) {
		for (let s = 0; s < count; s++) {
			let x = 0;
			for (let k = 0; k < r; k++) x += inside[k]! * points[k * count + s]!;
			two += second[first + s]! * x * x;
			four += fourth[first + s]! * x ** 4;
		}
		first += count;
	}
	return (four + 6 * two * rest + 3 * rest * rest) / (two + rest) ** 2 - 3;
}

/** Of the weights, then of the bias where the layer has one. */
export function priorDeviations(count: number, { weightVariance, biasVariance }: Layer): Float64Array {
	const inputs = count - (biasVariance > 0 ? 1 : 0);
	return Float64Array.from({ length: count }, (_, i) =>
		Math.sqrt(i < inputs ? weightVariance / inputs : biasVariance),
	);
}
