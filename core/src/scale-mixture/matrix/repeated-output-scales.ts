/** `outputScales` for tens of thousands of matrices of scales: work space in the engine, and products for all points at once. */
import { type Engine, EngineError, load, type Matrix, matrix, multiply, view } from "@finitude/engine";
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import { diagonalizeModes } from "../../theories/kernel-rescaling/modes.ts";
import { logProduct } from "../scale-likelihood.ts";
import type { ScaleModel } from "./scale-model.ts";

/**
 * Equations (13)-(15) of docs/theories/kernel-rescaling.md: the same numbers as `outputScales`. Call within `scoped`: the work
 * space lives as long as the model.
 *
 * With Q = V diag(q) V^T and a_kj = noise_k + signal_k q_j, mean_ij = sum_k (c_ik q_j + s_k) z_kj in the basis of Q, z = yt V / a,
 * and the variances are sums over k of c_ik^2 q_j^2 / a_kj and the like: products of matrices of the points with P x D ones.
 *
 * @param kernel K without the readout bias
 * @param targets P x D
 * @throws InputError when noiseVariance is 0 and K is singular
 */
export function repeatedOutputScales(
	engine: Engine,
	{ train, test }: KernelBlocks,
	targets: Matrix,
	noiseVariance: number,
	readoutBiasVariance: number,
): ScaleModel {
	const [P, D] = [targets.rows, targets.columns];
	const modes = diagonalizeModes(engine, train, noiseVariance, readoutBiasVariance);
	const { signal, noise, logDeterminantShift } = modes;
	const projected = modes.projectColumns(targets).data;
	const shared = modes.project(new Float64Array(P).fill(readoutBiasVariance));
	const biased = readoutBiasVariance > 0;
	const basis = modes.dualBasis();
	/** Column k times factor_k. */
	const scaled = (m: Matrix, factor: Float64Array) =>
		matrix(
			m.rows,
			P,
			m.data.map((x, e) => x * factor[e % P]!),
		);
	const square = (m: Matrix) =>
		matrix(
			m.rows,
			P,
			m.data.map((x) => x * x),
		);
	const trainCross = biased ? multiply(engine, train, basis) : scaled(basis, signal);
	const noisy = matrix(
		P,
		P,
		basis.data.map((x) => noiseVariance * x),
	);
	const testCross = test && multiply(engine, test.cross, basis);
	// Loaded once.
	const trainRows = load(engine, trainCross);
	const trainSpreads = load(
		engine,
		matrix(
			P,
			P,
			noisy.data.map((t, e) => t * trainCross.data[e]!),
		),
	);
	const trainBias = load(engine, noisy);
	const testRows = testCross && load(engine, testCross);
	const testSpreads = testCross && load(engine, square(testCross));
	const block = (rows: number) => view(engine.allocate(rows * D), rows, D);
	const weights = block(P);
	const axes = view(engine.allocate(D * D), D, D);
	const values = engine.allocate(D);
	const outputs = { train: block(P), test: block(test?.diagonal.length ?? 0) };
	const rotated = new Float64Array(P * D);
	const variances = new Float64Array(P * D);

	/** Eigenvectors of Q; yt V in `rotated` and a in `variances`. */
	const rotate = (scales: Matrix): { V: Float64Array; q: Float64Array } => {
		axes.block.data.set(scales.data);
		if (!engine.eigh(axes, values)) throw new EngineError("eigh: a matrix of scales is not finite.");
		const V = axes.block.data.slice();
		// What rounding makes negative is 0.
		const q = values.data.map((x) => Math.max(x, 0));
		rotated.fill(0);
		for (let k = 0; k < P; k++) {
			for (let j = 0; j < D; j++) variances[k * D + j] = noise[k]! + signal[k]! * q[j]!;
			for (let d = 0; d < D; d++) {
				const y = projected[k * D + d]!;
				for (let j = 0; j < D; j++) rotated[k * D + j]! += y * V[d * D + j]!;
			}
		}
		return { V, q };
	};
	const energyOf = (): number => {
		const logs = logProduct(Math.log);
		let fit = 0;
		for (let e = 0; e < P * D; e++) {
			const a = variances[e]!;
			if (!(a > 0)) return Number.POSITIVE_INFINITY;
			logs.multiply(a);
			fit += rotated[e]! ** 2 / a;
		}
		return D * logDeterminantShift + logs.value() + fit;
	};
	/** V diag(x) V^T or V M V^T. */
	const back = (M: Float64Array, V: Float64Array): Matrix => {
		const result = matrix(D, D);
		for (let i = 0; i < D; i++) {
			for (let j = 0; j <= i; j++) {
				let sum = 0;
				for (let c = 0; c < D; c++) {
					for (let d = 0; d < D; d++) sum += V[i * D + c]! * M[c * D + d]! * V[j * D + d]!;
				}
				result.data[i * D + j] = result.data[j * D + i] = sum;
			}
		}
		return result;
	};
	/** rows x (P x D weights), the latter given entry by entry. */
	const apply = (
		rows: ReturnType<typeof block>,
		out: ReturnType<typeof block>,
		of: (k: number, j: number) => number,
	) => {
		const w = weights.block.data;
		for (let k = 0; k < P; k++) for (let j = 0; j < D; j++) w[k * D + j] = of(k, j);
		engine.gemm(1, rows, weights, 0, out);
		return out.block.data.slice();
	};
	/** sum_k of (k, j). */
	const sumOver = (of: (k: number, j: number) => number) =>
		Float64Array.from({ length: D }, (_, j) => {
			let sum = 0;
			for (let k = 0; k < P; k++) sum += of(k, j);
			return sum;
		});

	return {
		size: D,
		targetCount: P * D,
		energy(scales) {
			rotate(scales);
			return energyOf();
		},
		slope(scales) {
			const { V } = rotate(scales);
			const energy = energyOf();
			if (energy === Number.POSITIVE_INFINITY) return undefined;
			const [spread, pull] = [new Float64Array(D * D), new Float64Array(D * D)];
			for (let k = 0; k < P; k++) {
				const l = signal[k]!;
				for (let i = 0; i < D; i++) {
					spread[i * (D + 1)]! += l / variances[k * D + i]!;
					const z = (l * rotated[k * D + i]!) / variances[k * D + i]!;
					for (let j = 0; j < D; j++) pull[i * D + j]! += (z * rotated[k * D + j]!) / variances[k * D + j]!;
				}
			}
			return { energy, spread: back(spread, V), pull: back(pull, V) };
		},
		predict(scales) {
			const { V, q } = rotate(scales);
			const a = (k: number, j: number) => variances[k * D + j]!;
			const z = (k: number, j: number) => rotated[k * D + j]! / a(k, j);
			const bias = biased ? sumOver((k, j) => shared[k]! * z(k, j)) : undefined;
			const meanOf = (rows: ReturnType<typeof block>, out: ReturnType<typeof block>) => {
				const inBasis = apply(rows, out, (k, j) => q[j]! * z(k, j));
				return toOutputs(inBasis, V, bias);
			};
			const trainSpread = apply(trainSpreads, outputs.train, (k, j) => q[j]! / a(k, j));
			if (biased) {
				const more = apply(trainBias, outputs.train, (k, j) => shared[k]! / a(k, j));
				for (let e = 0; e < P * D; e++) trainSpread[e]! += more[e]!;
			}
			const trained = {
				trainMean: meanOf(trainRows, outputs.train),
				trainVariance: matrix(P, D, diagonalsOf(trainSpread, V, D)),
				validity: [],
			};
			if (!test || !testRows || !testSpreads) return trained;
			const n = test.diagonal.length;
			const spread = apply(testSpreads, outputs.test, (k, j) => q[j]! ** 2 / a(k, j));
			const cross = biased
				? apply(testRows, outputs.test, (k, j) => (2 * shared[k]! * q[j]!) / a(k, j))
				: undefined;
			const constant = biased ? sumOver((k, j) => shared[k]! ** 2 / a(k, j)) : undefined;
			for (let e = 0; e < n * D; e++) {
				const j = e % D;
				const prior = test.diagonal[Math.floor(e / D)]! * q[j]! + readoutBiasVariance;
				spread[e] = prior - (spread[e]! + (cross?.[e] ?? 0) + (constant?.[j] ?? 0));
			}
			const covariance = outputCovariances(spread, V, D);
			return {
				...trained,
				testMean: meanOf(testRows, outputs.test),
				testVariance: matrix(
					n,
					D,
					covariance.data.filter((_, e) => (e % (D * D)) % (D + 1) === 0),
				),
				testOutputCovariance: covariance,
			};
		},
	};
	function toOutputs(inBasis: Float64Array, V: Float64Array, bias: Float64Array | undefined): Matrix {
		const result = matrix(inBasis.length / D, D);
		for (let row = 0; row < inBasis.length; row += D) {
			for (let j = 0; j < D; j++) {
				const m = inBasis[row + j]! + (bias?.[j] ?? 0);
				for (let d = 0; d < D; d++) result.data[row + d]! += V[d * D + j]! * m;
			}
		}
		return result;
	}
}

/** Row i: the diagonal of V diag(spread_i) V^T. */
function diagonalsOf(spread: Float64Array, V: Float64Array, D: number): Float64Array {
	const result = new Float64Array(spread.length);
	for (let row = 0; row < spread.length; row += D) {
		for (let d = 0; d < D; d++) {
			for (let j = 0; j < D; j++) result[row + d]! += V[d * D + j]! ** 2 * spread[row + j]!;
		}
	}
	return result;
}

/** Row i: V diag(spread_i) V^T. */
function outputCovariances(spread: Float64Array, V: Float64Array, D: number): Matrix {
	const n = spread.length / D;
	const result = matrix(n, D * D);
	for (let i = 0; i < n; i++) {
		for (let d = 0; d < D; d++) {
			for (let e = 0; e <= d; e++) {
				let sum = 0;
				for (let j = 0; j < D; j++) sum += V[d * D + j]! * V[e * D + j]! * spread[i * D + j]!;
				result.data[i * D * D + d * D + e] = result.data[i * D * D + e * D + d] = sum;
			}
		}
	}
	return result;
}
