/** The averages over one hidden unit that the contracted finite-width correction consists of. */
import { type Block, type Engine, transpose, type View, view } from "@finitude/engine";
import { positionOf } from "../../tilted-unit/features.ts";
import type { HiddenUnit } from "../../tilted-unit/hidden-unit.ts";
import type { Integrand } from "../../tilted-unit/unit-averages.ts";
import type { PosteriorOperators } from "./posterior-operators.ts";
import { contractUnit, type UnitContractions } from "./unit-contractions.ts";

/**
 * Averages over the prior of one unit, lengths in brackets. k = (1/M) sum_i phi^i phi^iT is its kernel, n x n; products with Q
 * and g run over the training points; q = tr(Q k), sigma = sum_k g^k.k.g^k - D q.
 */
export interface ContractionSums {
	/** <k> between all points and the training points [n P]. */
	readonly kernel: Float64Array;
	/** <sigma k> over the training points [P P]. */
	readonly weightedKernel: Float64Array;
	/** <(sigma/2) k g^k - k Q k g^k> [n D]. */
	readonly mean: Float64Array;
	/** <psi_s.k psi_s> [n]. */
	readonly spread: Float64Array;
	/** <(sigma/2) psi_s.k psi_s - psi_s.k Q k psi_s> [n]. */
	readonly ownVariance: Float64Array;
	/** <(psi_s.k g^k)(psi_s.k g^l)> [n D D]. */
	readonly outputVariance: Float64Array;
	/** <psi k psi^T> [n n]; empty unless the covariance is asked for. */
	readonly spreadCovariance: Float64Array;
	/** <(sigma/2) psi k psi^T - psi k Q k psi^T + (psi k g)(psi k g)^T> [n n]; empty likewise. */
	readonly covariance: Float64Array;
	/** <sigma>, <sigma^2>, <q>, <q^2>, <q sum_k g^k.k g^k>, <sum_k g^k.k Q k g^k>, <tr(k Q k Q)>. */
	readonly scalars: Float64Array;
}

/** The sizes that fix the lengths of the sums. */
export interface ContractionSizes {
	/** n = P + P*. */
	readonly points: number;
	/** P */
	readonly trainPoints: number;
	/** D */
	readonly outputs: number;
	/** Whether the n x n sums are wanted. */
	readonly covariance: boolean;
}

function segmentLengths({ points: n, trainPoints: P, outputs: D, covariance }: ContractionSizes) {
	const square = covariance ? n * n : 0;
	return {
		kernel: n * P,
		weightedKernel: P * P,
		mean: n * D,
		spread: n,
		ownVariance: n,
		outputVariance: n * D * D,
		spreadCovariance: square,
		covariance: square,
		scalars: 7,
	};
}

/** The sums as views of one array that holds them one after the other. */
export function splitSums(sizes: ContractionSizes, all: Float64Array): ContractionSums {
	let offset = 0;
	const segment = (length: number) => {
		offset += length;
		return all.subarray(offset - length, offset);
	};
	const lengths = segmentLengths(sizes);
	return {
		kernel: segment(lengths.kernel),
		weightedKernel: segment(lengths.weightedKernel),
		mean: segment(lengths.mean),
		spread: segment(lengths.spread),
		ownVariance: segment(lengths.ownVariance),
		outputVariance: segment(lengths.outputVariance),
		spreadCovariance: segment(lengths.spreadCovariance),
		covariance: segment(lengths.covariance),
		scalars: segment(lengths.scalars),
	};
}

/**
 * The integrand of all of them. Each point of a rule costs O(M n P + M^2 (n + P)) operations, with the covariance M^2 n^2, and
 * a chunk about three times the memory of its features.
 *
 * @param covariance also the n x n sums, for one output
 */
export function contractionIntegrand(
	engine: Engine,
	unit: HiddenUnit,
	operators: PosteriorOperators,
	covariance: boolean,
): Integrand {
	const { points: n, trainPoints: P, positions: M } = unit;
	const sizes = { points: n, trainPoints: P, outputs: operators.weights.columns, covariance };
	return {
		size: Object.values(segmentLengths(sizes)).reduce((sum, length) => sum + length, 0),
		add(chunk, weights, sums) {
			const into = splitSums(sizes, sums);
			const parts = contractUnit(engine, unit, operators, chunk);
			const { sigma, chi, fields, pairs } = parts;
			const addProduct = productAdder(engine, Math.max(n, sizes.outputs), chunk.count);
			// A copy: the work space below may move the engine's memory.
			const w = weights.data.slice();
			const share = w.map((x) => x / M);
			const tilted = share.map((x, s) => x * sigma[s]!);
			for (let i = 0; i < M; i++) {
				const phi = positionOf(chunk, unit, i);
				const train = positionOf(chunk, unit, i, P);
				addProduct(phi, train, share, into.kernel);
				addProduct(train, train, tilted, into.weightedKernel);
				addProduct(phi, meanCoefficients(engine, parts, i), w, into.mean);
				if (!covariance) continue;
				addProduct(chi[i]!, chi[i]!, share, into.spreadCovariance);
				for (let j = 0; j < M; j++) {
					const [a, b, pair] = [fields[i]![0]!, fields[j]![0]!, pairs[i]![j]!];
					const factors = w.map((x, s) => x * (pair[s]! + (a[s]! * b[s]!) / (M * M)));
					addProduct(chi[i]!, chi[j]!, factors, into.covariance);
				}
			}
			addVariances(parts, weights, n, into);
			addScalars(parts, weights, into.scalars);
		},
	};
}

/** Work space for into += left diag(factors) right^T, matrices of at most `rows` rows over the points of a chunk. */
function productAdder(engine: Engine, rows: number, count: number) {
	const scaled = view(engine.allocate(rows * count), rows, count);
	const product = engine.allocate(rows * rows);
	return (left: View, right: View, factors: Float64Array, into: Float64Array): void => {
		const [from, to] = [right.block.data, scaled.block.data];
		for (let a = 0; a < right.rows; a++) {
			const row = right.offset + a * count;
			for (let s = 0; s < count; s++) to[a * count + s] = factors[s]! * from[row + s]!;
		}
		const result = view(product, left.rows, right.rows);
		engine.gemm(1, left, transpose({ ...scaled, rows: right.rows }), 0, result);
		const values = product.data;
		for (let k = 0; k < into.length; k++) into[k]! += values[k]!;
	};
}

/** sum_j pair_ij s^{k,j} of every output k, D x count: phi^i times it, summed over i, is (sigma/2) k g^k - k Q k g^k. */
function meanCoefficients(engine: Engine, { count, fields, pairs }: UnitContractions, i: number): View {
	const D = fields[0]!.length;
	const coefficients = view(engine.allocate(D * count), D, count);
	const to = coefficients.block.data;
	fields.forEach((ofOutputs, j) => {
		const pair = pairs[i]![j]!;
		ofOutputs.forEach((field, k) => {
			for (let s = 0; s < count; s++) to[k * count + s]! += pair[s]! * field[s]!;
		});
	});
	return coefficients;
}

/** What has one number, or D x D, for every point. */
function addVariances(
	{ count, fields, pairs, chi }: UnitContractions,
	weights: Block,
	n: number,
	{ spread, ownVariance, outputVariance }: ContractionSums,
): void {
	const M = chi.length;
	const D = fields[0]!.length;
	const w = weights.data;
	const x = chi[0]!.block.data;
	const projected = Array.from({ length: D }, () => new Float64Array(count));
	for (let point = 0; point < n; point++) {
		const rows = chi.map(({ offset }) => offset + point * count);
		for (const p of projected) p.fill(0);
		for (let i = 0; i < M; i++) {
			for (let s = 0; s < count; s++) {
				const own = x[rows[i]! + s]!;
				let image = 0;
				for (let j = 0; j < M; j++) image += pairs[i]![j]![s]! * x[rows[j]! + s]!;
				spread[point]! += (w[s]! * own * own) / M;
				ownVariance[point]! += w[s]! * own * image;
				for (let k = 0; k < D; k++) projected[k]![s]! += (own * fields[i]![k]![s]!) / M;
			}
		}
		for (let k = 0; k < D; k++) {
			for (let l = 0; l < D; l++) {
				let sum = 0;
				for (let s = 0; s < count; s++) sum += w[s]! * projected[k]![s]! * projected[l]![s]!;
				outputVariance[(point * D + k) * D + l]! += sum;
			}
		}
	}
}

/** The averages of the evidence. */
function addScalars(
	{ count, fields, overlaps, q, sigma }: UnitContractions,
	weights: Block,
	scalars: Float64Array,
): void {
	const M = fields.length;
	const D = fields[0]!.length;
	const w = weights.data;
	for (let s = 0; s < count; s++) {
		let [crossed, squared] = [0, 0];
		for (let i = 0; i < M; i++) {
			for (let j = 0; j < M; j++) {
				const r = overlaps[i]![j]![s]! / (M * M);
				squared += r * overlaps[i]![j]![s]!;
				for (let k = 0; k < D; k++) crossed += r * fields[i]![k]![s]! * fields[j]![k]![s]!;
			}
		}
		const pulled = sigma[s]! + D * q[s]!;
		const terms = [sigma[s]!, sigma[s]! ** 2, q[s]!, q[s]! ** 2, q[s]! * pulled, crossed, squared];
		terms.forEach((x, k) => {
			scalars[k]! += w[s]! * x;
		});
	}
}
