/** Means and covariances of several outputs given their matrix of scales. */
import { diagonal, type Engine, load, type Matrix, matrix, multiply, view } from "@finitude/engine";
import { InputError } from "../errors.ts";
import type { KernelBlocks } from "../kernels/kernel-blocks.ts";
import { negativeOutputVariances } from "../theories/gaussian-process.ts";
import type { Modes } from "../theories/kernel-rescaling/modes.ts";
import type { ScalePrediction } from "./matrix-scale.ts";
import { outputCovariances, outputVariances, type RotatedScales, toOutputs } from "./rotated-scales.ts";

/** An entry of a P x D matrix. */
type Entry = (k: number, j: number) => number;

/**
 * Equation (15) of docs/theories/kernel-rescaling.md with a readout bias. In the coordinates T of the modes (T A T^T diagonal) a
 * point with c = T k and the bias j = s_b^2 T 1 has the mean sum_k (c_k Q + j_k) z_k, z_k = B_k^-1 yt_k, and the covariance
 * (k** Q + s_b^2) - sum_k (c_k Q + j_k) B_k^-1 (c_k Q + j_k); at training point i, t = T e_i, the latter is
 * kappa sum_k t_k B_k^-1 (c_k Q + j_k), without cancellation. In the basis of Q all of them are products of matrices that the
 * points have once and for all with P x D ones.
 *
 * @returns throws InputError where the covariance of the targets is not positive definite
 */
export function outputPredictor(
	engine: Engine,
	{ train, test }: KernelBlocks,
	modes: Modes,
	D: number,
	noiseVariance: number,
	readoutBiasVariance: number,
): (rotated: RotatedScales) => ScalePrediction {
	const P = train.rows;
	const biased = readoutBiasVariance > 0;
	const bias = modes.project(new Float64Array(P).fill(readoutBiasVariance));
	const basis = modes.dualBasis();
	const product = engineProducts(engine, P, D);
	const trainCross = biased
		? multiply(engine, train, basis)
		: mapped(basis, (t, e) => t * modes.signal[e % P]!);
	const noisy = mapped(basis, (t) => noiseVariance * t);
	const times = {
		trainCross: product(trainCross),
		trainSpread: product(mapped(noisy, (t, e) => t * trainCross.data[e]!)),
		trainBias: biased ? product(noisy) : undefined,
	};
	const testCross = test && multiply(engine, test.cross, basis);
	const tested = testCross && {
		cross: product(testCross),
		squares: product(mapped(testCross, (c) => c * c)),
	};
	const trainPrior = diagonal(train);

	return (rotated) => {
		const { scales, values: q, vectors, variances, targets } = rotated;
		requirePositive(variances);
		const b: Entry = (k, j) => variances[k * D + j]!;
		const z: Entry = (k, j) => targets[k * D + j]! / b(k, j);
		const columnSums = (of: Entry) => q.map((_, j) => bias.reduce((sum, __, k) => sum + of(k, j), 0));
		const meanShift = biased ? columnSums((k, j) => bias[k]! * z(k, j)) : undefined;
		const meanOf = (timesCross: Product) => {
			const mean = timesCross((k, j) => q[j]! * z(k, j));
			if (meanShift) for (let e = 0; e < mean.length; e++) mean[e]! += meanShift[e % D]!;
			return toOutputs(vectors, mean);
		};
		const notes = (kind: string, variance: Matrix, prior: Float64Array) =>
			negativeOutputVariances(kind, variance, (i, d) => {
				return prior[i]! * scales.data[d * (D + 1)]! + readoutBiasVariance;
			});

		const trainSpread = times.trainSpread((k, j) => q[j]! / b(k, j));
		if (times.trainBias) {
			const more = times.trainBias((k, j) => bias[k]! / b(k, j));
			for (let e = 0; e < trainSpread.length; e++) trainSpread[e]! += more[e]!;
		}
		const trainVariance = outputVariances(vectors, trainSpread);
		const trainNotes = notes("training", trainVariance, trainPrior);
		const trained = { trainMean: meanOf(times.trainCross), trainVariance };
		if (!test || !tested) return { ...trained, validity: trainNotes };

		const explained = tested.squares((k, j) => q[j]! ** 2 / b(k, j));
		const mixed = biased ? tested.cross((k, j) => (2 * bias[k]! * q[j]!) / b(k, j)) : undefined;
		const common = biased ? columnSums((k, j) => bias[k]! ** 2 / b(k, j)) : undefined;
		const testSpread = explained.map((removed, e) => {
			const j = e % D;
			const prior = test.diagonal[(e - j) / D]! * q[j]! + readoutBiasVariance;
			return prior - (removed + (mixed?.[e] ?? 0) + (common?.[j] ?? 0));
		});
		const testOutputCovariance = outputCovariances(vectors, testSpread);
		const testVariance = matrix(
			test.diagonal.length,
			D,
			testOutputCovariance.data.filter((_, e) => (e % (D * D)) % (D + 1) === 0),
		);
		return {
			...trained,
			testMean: meanOf(tested.cross),
			testVariance,
			testOutputCovariance,
			validity: [...trainNotes, ...notes("test", testVariance, test.diagonal)],
		};
	};
}

/** X W, row-major, for a P x D matrix W given by its entries. */
type Product = (W: Entry) => Float64Array;

/** Products with matrices of P columns, which are loaded once. */
function engineProducts(engine: Engine, P: number, D: number): (X: Matrix) => Product {
	const weights = view(engine.allocate(P * D), P, D);
	return (X) => {
		const [rows, out] = [load(engine, X), view(engine.allocate(X.rows * D), X.rows, D)];
		return (W) => {
			const w = weights.block.data;
			for (let k = 0; k < P; k++) for (let j = 0; j < D; j++) w[k * D + j] = W(k, j);
			engine.gemm(1, rows, weights, 0, out);
			return out.block.data.slice();
		};
	};
}

function mapped(m: Matrix, of: (x: number, e: number) => number): Matrix {
	return matrix(m.rows, m.columns, m.data.map(of));
}

/** @throws InputError */
function requirePositive(variances: Float64Array): void {
	const unusable = variances.find((b) => !(b > 0));
	if (unusable === undefined) return;
	throw new InputError({
		where: "scales",
		wanted: "a matrix of scales for which the covariance of the targets is positive definite",
		got: `one with an eigenvalue ${unusable.toExponential(1)} of that covariance`,
		advice: "Give positive definite scales, or a larger noiseVariance.",
	});
}
