/** A covariance over training and test points, in the blocks that a posterior needs. */
import { type Engine, type Matrix, matrix } from "@finitude/engine";
import type { DualActivation } from "./dual-activation.ts";
import { type GaussianPairs, pairsBuilder } from "./gaussian-pairs.ts";

/** The P* x P* block is there only when it was asked for: with P* >> P it would cost more than everything else. */
export interface KernelBlocks {
	/** P x P, exactly symmetric. */
	readonly train: Matrix;
	readonly test?: TestBlocks;
}

export interface TestBlocks {
	/** P* x P: between test and training points. */
	readonly cross: Matrix;
	/** P*: the diagonal of the test block. */
	readonly diagonal: Float64Array;
	/** P* x P*, exactly symmetric, on request. */
	readonly covariance?: Matrix;
}

/** The blocks of E[phi phi^T] from those of the pre-activations, each distinct entry computed once. */
export function mapBlocks(engine: Engine, dual: DualActivation, blocks: KernelBlocks): KernelBlocks {
	const { pairs, unpack } = packBlocks(blocks);
	return unpack(dual.kernel(engine, pairs));
}

/** The distinct entries of a covariance as one list. */
export interface PackedBlocks {
	/** Its covariances are the list. */
	readonly pairs: GaussianPairs;
	/** Where the variances of the training, then the test points stand in the list. */
	readonly variances: Int32Array;
	/** The blocks of any list in this order. */
	unpack(values: Float64Array): KernelBlocks;
}

/** Triangle of the training points, then what there is of test points: row by row. */
export function packBlocks(blocks: KernelBlocks): PackedBlocks {
	const { train, test } = blocks;
	const P = train.rows;
	const tests = test?.diagonal.length ?? 0;
	const testPairs = test?.covariance ? (tests * (tests + 1)) / 2 : tests;
	const builder = pairsBuilder(variancesOf(blocks), (P * (P + 1)) / 2 + tests * P + testPairs);
	builder.addTriangle(train, 0);
	if (test) {
		builder.addRectangle(test.cross, P, 0);
		if (test.covariance) builder.addTriangle(test.covariance, P);
		else builder.addDiagonal(P, tests);
	}
	const { pairs } = builder;
	const variances = new Int32Array(P + tests);
	for (let k = 0; k < pairs.first.length; k++) {
		if (pairs.first[k] === pairs.second[k]) variances[pairs.first[k]!] = k;
	}
	return { pairs, variances, unpack: (values) => unpack(values, blocks) };
}

/** The variances of training, then test points. */
export function variancesOf({ train, test }: KernelBlocks): Float64Array {
	const P = train.rows;
	const variances = new Float64Array(P + (test?.diagonal.length ?? 0));
	for (let i = 0; i < P; i++) variances[i] = train.data[i * P + i]!;
	if (test) variances.set(test.diagonal, P);
	return variances;
}

/** scale x (sum of the blocks) + shift, entry by entry. */
export function combineBlocks(blocks: readonly KernelBlocks[], scale: number, shift: number): KernelBlocks {
	const combine = ([first, ...others]: readonly Float64Array[]) => {
		const sum = first!.slice();
		for (const array of others) for (let i = 0; i < sum.length; i++) sum[i]! += array[i]!;
		// Half the time of `map`.
		for (let i = 0; i < sum.length; i++) sum[i] = scale * sum[i]! + shift;
		return sum;
	};
	const combineMatrices = (of: (b: KernelBlocks) => Matrix) => {
		const { rows, columns } = of(blocks[0]!);
		return matrix(rows, columns, combine(blocks.map((b) => of(b).data)));
	};
	const { test } = blocks[0]!;
	return {
		train: combineMatrices((b) => b.train),
		...(test && {
			test: {
				cross: combineMatrices((b) => b.test!.cross),
				diagonal: combine(blocks.map((b) => b.test!.diagonal)),
				...(test.covariance && { covariance: combineMatrices((b) => b.test!.covariance!) }),
			},
		}),
	};
}

/** Blocks + factor x m m^T. @param mean m at the training, then the test points */
export function addOuterProduct(
	{ train, test }: KernelBlocks,
	mean: Float64Array,
	factor: number,
): KernelBlocks {
	const P = train.rows;
	const add = (block: Matrix, rowOffset: number, columnOffset: number) =>
		matrix(
			block.rows,
			block.columns,
			block.data.map((x, k) => {
				const [i, j] = [Math.floor(k / block.columns), k % block.columns];
				// The product of the means first: exactly symmetric.
				return x + factor * (mean[rowOffset + i]! * mean[columnOffset + j]!);
			}),
		);
	return {
		train: add(train, 0, 0),
		...(test && {
			test: {
				cross: add(test.cross, P, 0),
				diagonal: test.diagonal.map((x, s) => x + factor * mean[P + s]! ** 2),
				...(test.covariance && { covariance: add(test.covariance, P, P) }),
			},
		}),
	};
}

/** Undoes the packing of `packBlocks`. */
function unpack(values: Float64Array, { train, test }: KernelBlocks): KernelBlocks {
	let read = 0;
	const triangle = (n: number): Matrix => {
		const result = matrix(n, n);
		for (let i = 0; i < n; i++) {
			for (let j = 0; j <= i; j++) result.data[i * n + j] = result.data[j * n + i] = values[read++]!;
		}
		return result;
	};
	const mappedTrain = triangle(train.rows);
	if (!test) return { train: mappedTrain };
	const { rows, columns } = test.cross;
	const cross = matrix(rows, columns, values.slice(read, read + rows * columns));
	read += rows * columns;
	if (!test.covariance) return { train: mappedTrain, test: { cross, diagonal: values.slice(read) } };
	const covariance = triangle(rows);
	const diagonal = Float64Array.from({ length: rows }, (_, i) => covariance.data[i * rows + i]!);
	return { train: mappedTrain, test: { cross, diagonal, covariance } };
}
