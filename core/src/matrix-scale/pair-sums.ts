/** Sums over the pairs of patches, weighted by the entries of a matrix of scales. */
import { type Engine, type Matrix, matrix, transpose, view } from "@finitude/engine";
import type { KernelBlocks } from "../kernels/kernel-blocks.ts";
import type { PatchPair } from "./patch-kernels.ts";

export interface PairSums {
	/** n_p: matrices of scales are n_p x n_p. */
	readonly size: number;
	/** K[Z] at the training points for a symmetric Z: the lower triangle row by row, overwritten by the next call. */
	trainTriangle(Z: Matrix): Float64Array;
	/** K[Z], every entry shifted by a constant. @param into overwritten and returned; new where it is not given */
	blocks(Z: Matrix, shift: number, into?: KernelBlocks): KernelBlocks;
	/**
	 * The symmetric matrix G with tr(C K[dQ]) = tr(G dQ).
	 *
	 * @param C the lower triangle row by row, entries off the diagonal doubled: they stand for two
	 */
	adjoint(C: Float64Array): Matrix;
}

/**
 * The lower triangles of the training blocks are kept in the engine, one row for each pair: a sum over pairs is a product.
 *
 * @param pairs from `patchKernels`; where those of different patches are missing, only the diagonal of Q counts
 */
export function pairSums(engine: Engine, pairs: readonly PatchPair[]): PairSums {
	const size = pairs.at(-1)!.second + 1;
	const { train } = pairs[0]!.blocks;
	const entries = (train.rows * (train.rows + 1)) / 2;
	const triangles = view(engine.allocate(pairs.length * entries), pairs.length, entries);
	pairs.forEach(({ blocks }, p) => {
		triangles.block.data.set(packedLower(blocks.train, 1), p * entries);
	});
	const triangle = view(engine.allocate(entries), 1, entries);
	const weights = view(engine.allocate(pairs.length), 1, pairs.length);
	const trainTriangle = (Z: Matrix) => {
		const w = weights.block.data;
		for (let p = 0; p < pairs.length; p++) w[p] = Z.data[pairs[p]!.first * size + pairs[p]!.second]!;
		engine.gemm(1, weights, triangles, 0, triangle);
		return triangle.block.data;
	};
	return {
		size,
		trainTriangle,
		blocks(Z, shift, into = zerosLike(pairs[0]!.blocks)) {
			const fill = (sum: Float64Array, of: (blocks: KernelBlocks) => Float64Array) => {
				sum.fill(shift);
				for (const { first, second, blocks } of pairs) {
					const [weight, block] = [Z.data[first * size + second]!, of(blocks)];
					for (let e = 0; e < sum.length; e++) sum[e]! += weight * block[e]!;
				}
			};
			unpackLower(trainTriangle(Z), shift, into.train);
			if (into.test) {
				const { cross, diagonal, covariance } = into.test;
				fill(cross.data, (blocks) => blocks.test!.cross.data);
				fill(diagonal, (blocks) => blocks.test!.diagonal);
				if (covariance) fill(covariance.data, (blocks) => blocks.test!.covariance!.data);
			}
			return into;
		},
		adjoint(C) {
			triangle.block.data.set(C);
			engine.gemm(1, triangles, transpose(triangle), 0, transpose(weights));
			const products = weights.block.data;
			const G = matrix(size, size);
			pairs.forEach(({ first, second }, p) => {
				// The pair holds K_ij + K_ji, which dQ_ij and dQ_ji share.
				const value = first === second ? products[p]! : products[p]! / 2;
				G.data[first * size + second] = G.data[second * size + first] = value;
			});
			return G;
		},
	};
}

/** The lower triangle of a symmetric matrix row by row, entries off the diagonal times a factor. */
export function packedLower({ rows: n, data }: Matrix, factor: number): Float64Array {
	const packed = new Float64Array((n * (n + 1)) / 2);
	let at = 0;
	for (let i = 0; i < n; i++) {
		for (let j = 0; j < i; j++) packed[at++] = factor * data[i * n + j]!;
		packed[at++] = data[i * n + i]!;
	}
	return packed;
}

/** The symmetric matrix of a lower triangle row by row, every entry shifted. */
export function unpackLower(packed: Float64Array, shift: number, { rows: n, data }: Matrix): void {
	let at = 0;
	for (let i = 0; i < n; i++) {
		for (let j = 0; j <= i; j++) data[i * n + j] = data[j * n + i] = packed[at++]! + shift;
	}
}

function zerosLike({ train, test }: KernelBlocks): KernelBlocks {
	const zeros = ({ rows, columns }: Matrix) => matrix(rows, columns);
	return {
		train: zeros(train),
		...(test && {
			test: {
				cross: zeros(test.cross),
				diagonal: new Float64Array(test.diagonal.length),
				...(test.covariance && { covariance: zeros(test.covariance) }),
			},
		}),
	};
}
