/** The prior kernels between the patches of one convolutional layer. */
import { type Engine, type Matrix, matrix, matrixRow, multiply } from "@finitude/engine";
import type { DualActivation } from "../kernels/dual-activation.ts";
import { dualOf } from "../kernels/dual-of.ts";
import { pairsBuilder } from "../kernels/gaussian-pairs.ts";
import { combineBlocks, type KernelBlocks, mapBlocks, variancesOf } from "../kernels/kernel-blocks.ts";
import { type PriorKernels, selectColumns } from "../kernels/prior-kernels.ts";
import { type ConvolutionLayer, chi } from "../network/network.ts";
import { inputColumns, patchMembers } from "../network/patches.ts";
import type { Problem } from "../problem/problem.ts";
import { layerPositions } from "../problem/tiling.ts";

/** What one entry Q_ij (and with it Q_ji) of a symmetric matrix of scales multiplies. */
export interface PatchPair {
	/** first <= second. */
	readonly first: number;
	readonly second: number;
	/** K_ii / n_p, or (K_ij + K_ji) / n_p for i < j: symmetric. */
	readonly blocks: KernelBlocks;
}

/**
 * K_ij(x, x') = (s_a^2 / chi) E[phi(h_i(x)) phi(h_j(x'))] for the patches i, j of one convolutional layer, without the readout
 * bias; n_p (n_p + 1) / 2 pairs, or the n_p pairs of equal patches.
 *
 * @param prior of the same problem; with `test.covariance` the pairs have it too
 * @param between Whether pairs of different patches are wanted.
 */
export function patchKernels(
	engine: Engine,
	{
		network,
		trainInputs,
		testInputs,
		inputShape,
	}: Pick<Problem, "network" | "trainInputs" | "testInputs" | "inputShape">,
	prior: PriorKernels,
	between: boolean,
): PatchPair[] {
	const layer = network.layers[0] as ConvolutionLayer;
	const dual = dualOf(layer.activation, "network.layers[0].activation");
	const patches = prior.preactivation[0]!;
	const positions = layerPositions(network.layers, trainInputs.columns, inputShape)[0]!;
	const columns = patchMembers(positions, layer.patch).map((members) =>
		inputColumns(members, positions.channels),
	);
	const scale = network.readout.weightVariance / chi(network) / patches.length;
	const inputs = columns.map((patch) => ({
		train: selectColumns(trainInputs, patch),
		...(testInputs && { test: selectColumns(testInputs, patch) }),
	}));
	const covariance = patches[0]!.test?.covariance !== undefined;
	const pairs: PatchPair[] = [];
	for (let first = 0; first < patches.length; first++) {
		const same = mapBlocks(engine, dual, patches[first]!);
		pairs.push({ first, second: first, blocks: combineBlocks([same], scale, 0) });
		for (let second = first + 1; between && second < patches.length; second++) {
			const joint = jointCovariance(engine, inputs[first]!, inputs[second]!, layer, covariance);
			const blocks = mapJoint(engine, dual, joint, [patches[first]!, patches[second]!]);
			pairs.push({ first, second, blocks: combineBlocks([blocks], scale, 0) });
		}
	}
	return pairs;
}

interface PatchInputs {
	readonly train: Matrix;
	readonly test?: Matrix;
}

/** E[h_i(x) h_j(x')] between patch i and patch j, which is not symmetric. */
interface JointCovariance {
	/** Rows: x in patch i; columns: x' in patch j. */
	readonly train: Matrix;
	readonly test?: {
		/** x a test point, x' a training point: in patches i and j, and in patches j and i. */
		readonly cross: Matrix;
		readonly crossSwapped: Matrix;
		readonly diagonal: Float64Array;
		readonly covariance?: Matrix;
	};
}

function jointCovariance(
	engine: Engine,
	a: PatchInputs,
	b: PatchInputs,
	{ weightVariance, biasVariance }: ConvolutionLayer,
	covariance: boolean,
): JointCovariance {
	const alpha = weightVariance / a.train.columns;
	const between = (x: Matrix, z: Matrix) => {
		const product = multiply(engine, x, z, { transposeB: true, alpha });
		return matrix(
			product.rows,
			product.columns,
			product.data.map((c) => c + biasVariance),
		);
	};
	const train = between(a.train, b.train);
	if (!a.test || !b.test) return { train };
	const [xTest, zTest] = [a.test, b.test];
	const diagonal = Float64Array.from({ length: xTest.rows }, (_, i) => {
		const z = matrixRow(zTest, i);
		return alpha * matrixRow(xTest, i).reduce((sum, x, c) => sum + x * z[c]!, 0) + biasVariance;
	});
	return {
		train,
		test: {
			cross: between(xTest, b.train),
			crossSwapped: between(zTest, a.train),
			diagonal,
			...(covariance && { covariance: between(xTest, zTest) }),
		},
	};
}

/** E[phi phi^T] between the two patches plus its transpose, in the blocks of a kernel. */
function mapJoint(
	engine: Engine,
	dual: DualActivation,
	{ train, test }: JointCovariance,
	patches: readonly [KernelBlocks, KernelBlocks],
): KernelBlocks {
	const P = train.rows;
	const tests = test?.diagonal.length ?? 0;
	const n = P + tests;
	const variances = new Float64Array(2 * n);
	variances.set(variancesOf(patches[0]));
	variances.set(variancesOf(patches[1]), n);
	const builder = pairsBuilder(variances, P * P + 2 * tests * P + (test?.covariance ? tests * tests : tests));
	// Points 0..n-1 are the first patch of the training, then the test points; n..2n-1 the second.
	builder.addRectangle(train, 0, n);
	if (test) {
		builder.addRectangle(test.cross, P, n);
		builder.addRectangle(test.crossSwapped, n + P, 0);
		if (test.covariance) builder.addRectangle(test.covariance, P, n + P);
		else {
			for (let s = 0; s < tests; s++) {
				builder.addRectangle(matrix(1, 1, test.diagonal.slice(s, s + 1)), P + s, n + P + s);
			}
		}
	}
	const values = dual.kernel(engine, builder.pairs);
	let read = 0;
	const next = (rows: number, columns: number) => {
		const start = read;
		read += rows * columns;
		return matrix(rows, columns, values.subarray(start, read));
	};
	const mappedTrain = withTranspose(next(P, P));
	if (!test) return { train: mappedTrain };
	const [cross, crossSwapped] = [next(tests, P).data, next(tests, P).data];
	const sum = matrix(
		tests,
		P,
		cross.map((x, e) => x + crossSwapped[e]!),
	);
	if (!test.covariance) {
		return { train: mappedTrain, test: { cross: sum, diagonal: next(1, tests).data.map((x) => 2 * x) } };
	}
	const covariance = withTranspose(next(tests, tests));
	const diagonal = Float64Array.from({ length: tests }, (_, i) => covariance.data[i * tests + i]!);
	return { train: mappedTrain, test: { cross: sum, diagonal, covariance } };
}

/** M + M^T, exactly symmetric. */
function withTranspose(m: Matrix): Matrix {
	const n = m.rows;
	const result = matrix(n, n);
	for (let i = 0; i < n; i++) {
		for (let j = 0; j <= i; j++) {
			result.data[i * n + j] = result.data[j * n + i] = m.data[i * n + j]! + m.data[j * n + i]!;
		}
	}
	return result;
}
