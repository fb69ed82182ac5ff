/** `patchScales` for tens of thousands of matrices of scales: work space in the engine, and one product for all pairs of patches. */
import { columnVector, diagonal, type Engine, type Matrix, matrix, type View, view } from "@finitude/engine";
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import type { PatchPair } from "../../matrix-scale/patch-kernels.ts";
import type { ScaleModel } from "./scale-model.ts";

/**
 * Equation (16) of docs/theories/kernel-rescaling.md, one output: the same numbers as `patchScales`, without covariances between
 * points. Call within `scoped`: the work space lives as long as the model.
 *
 * @param pairs from `patchKernels`; where those of different patches are missing, only the diagonal of Q counts
 * @param targets P x 1
 */
export function repeatedPatchScales(
	engine: Engine,
	pairs: readonly PatchPair[],
	targets: Matrix,
	noiseVariance: number,
	readoutBiasVariance: number,
): ScaleModel {
	const P = targets.rows;
	const size = pairs.at(-1)!.second + 1;
	const loud = noiseVariance > largestVariance(pairs);
	const points = (loud ? P : 0) + (pairs[0]!.blocks.test?.diagonal.length ?? 0);
	const tests = points - (loud ? P : 0);
	const [crossFirst, diagonalFirst] = [P * P, P * P + points * P];
	const entries = diagonalFirst + points;
	const allocate = (rows: number, columns: number) => view(engine.allocate(rows * columns), rows, columns);
	// A row for each pair: the training block, and k_* and k_** of the points that are predicted like test points.
	const stack = allocate(pairs.length, entries);
	pairs.forEach(({ blocks }, row) => {
		stack.block.data.set(rowOf(blocks, loud), row * entries);
	});
	const trainRows: View = { ...stack, columns: P * P };
	const weights = allocate(1, pairs.length);
	const kernel = allocate(1, entries);
	const factor: View = { ...kernel, rows: P, columns: P, rowStride: P };
	const cross: View = { ...kernel, offset: crossFirst, rows: points, columns: P, rowStride: P };
	const reduced = allocate(P, points);
	const inverse = allocate(P, P);
	const dual = columnVector(engine.allocate(P));
	const means = columnVector(engine.allocate(points));
	const sums = columnVector(engine.allocate(pairs.length));

	/** K(Q) and the bias, then the factor of A in the lower triangle of its training block; L^-1 y in `dual`. Returns E(Q). */
	const factorize = ({ data: Q }: Matrix): number => {
		const w = weights.block.data;
		pairs.forEach(({ first, second }, k) => {
			w[k] = Q[first * size + second]!;
		});
		engine.gemm(1, weights, stack, 0, kernel);
		const A = kernel.block.data;
		if (readoutBiasVariance > 0) for (let e = 0; e < entries; e++) A[e]! += readoutBiasVariance;
		for (let i = 0; i < P; i++) A[i * P + i]! += noiseVariance;
		if (engine.cholesky(factor) >= 0) return Number.POSITIVE_INFINITY;
		dual.block.data.set(targets.data);
		engine.solveTriangular(factor, dual, false);
		let energy = 0;
		const [L, u] = [kernel.block.data, dual.block.data];
		for (let i = 0; i < P; i++) energy += 2 * Math.log(L[i * P + i]!) + u[i]! ** 2;
		return energy;
	};
	/** b = A^-1 y in `dual`, A^-1 in `inverse`. */
	const invert = () => {
		engine.solveTriangular(factor, dual, true);
		inverse.block.data.set(kernel.block.data.subarray(0, P * P));
		engine.invertFromCholesky(inverse);
	};
	/** G with tr(C K[dQ]) = tr(G dQ), C in `inverse`. */
	const adjoint = (): Matrix => {
		engine.gemm(1, trainRows, columnVector(inverse.block), 0, sums);
		const s = sums.block.data;
		const G = matrix(size, size);
		pairs.forEach(({ first, second }, k) => {
			// The pair holds K_ij + K_ji, which dQ_ij and dQ_ji share.
			const value = first === second ? s[k]! : s[k]! / 2;
			G.data[first * size + second] = G.data[second * size + first] = value;
		});
		return G;
	};
	/** Mean k_* b and variance k_** - |L^-1 k_*^T|^2 at the points of the stack. */
	const predictPoints = () => {
		const [V, k] = [reduced.block.data, kernel.block.data];
		for (let s = 0; s < points; s++) {
			for (let i = 0; i < P; i++) V[i * points + s] = k[crossFirst + s * P + i]!;
		}
		engine.solveTriangular(factor, reduced, false);
		engine.gemm(1, cross, dual, 0, means);
		const variance = k.slice(diagonalFirst, entries);
		for (let i = 0; i < P; i++) for (let s = 0; s < points; s++) variance[s]! -= V[i * points + s]! ** 2;
		return { mean: means.block.data.slice(), variance };
	};

	return {
		size,
		targetCount: P,
		energy: factorize,
		slope(scales) {
			const energy = factorize(scales);
			if (energy === Number.POSITIVE_INFINITY) return undefined;
			invert();
			const spread = adjoint();
			const [b, C] = [dual.block.data, inverse.block.data];
			for (let i = 0; i < P; i++) for (let j = 0; j < P; j++) C[i * P + j] = b[i]! * b[j]!;
			return { energy, spread, pull: adjoint() };
		},
		predict(scales) {
			factorize(scales);
			invert();
			const column = (x: Float64Array) => matrix(x.length, 1, x);
			const { mean, variance } = points > 0 ? predictPoints() : NONE;
			const tested = tests > 0 && {
				testMean: column(mean.slice(points - tests)),
				testVariance: column(variance.slice(points - tests)),
			};
			if (loud) {
				return {
					trainMean: column(mean.slice(0, P)),
					trainVariance: column(variance.slice(0, P)),
					...tested,
					validity: [],
				};
			}
			// Of f = y - noise at the training points.
			const [b, C] = [dual.block.data, inverse.block.data];
			return {
				trainMean: column(targets.data.map((y, i) => y - noiseVariance * b[i]!)),
				trainVariance: column(
					Float64Array.from({ length: P }, (_, i) => noiseVariance * (1 - noiseVariance * C[i * P + i]!)),
				),
				...tested,
				validity: [],
			};
		},
	};
}

const NONE = { mean: new Float64Array(0), variance: new Float64Array(0) };

/** Of the infinite-width prior at the training points. Above it the data leave f almost as it was: f is then better computed itself. */
function largestVariance(pairs: readonly PatchPair[]): number {
	const variances = pairs
		.filter(({ first, second }) => first === second)
		.map(({ blocks }) => diagonal(blocks.train));
	return variances[0]!.reduce((largest, _, i) => {
		return Math.max(
			largest,
			variances.reduce((sum, v) => sum + v[i]!, 0),
		);
	}, 0);
}

function rowOf({ train, test }: KernelBlocks, loud: boolean): Float64Array {
	const parts = [train.data, ...(loud ? [train.data] : []), ...(test ? [test.cross.data] : [])];
	const diagonals = [...(loud ? [diagonal(train)] : []), ...(test ? [test.diagonal] : [])];
	return Float64Array.from([...parts, ...diagonals].flatMap((part) => [...part]));
}
