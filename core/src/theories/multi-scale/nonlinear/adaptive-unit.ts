/** One hidden unit in the dual field of the outputs: equations (13)-(17). */
import { type Engine, load, type Matrix, matrix, scoped, transpose, view } from "@finitude/engine";
import {
	type FeatureSource,
	positionOf,
	type Tilt,
	type TiltedMeasure,
	tiltedMeasure,
} from "../../../tilted-unit/index.ts";

/** What a unit knows of its network. */
export interface UnitNetwork {
	/** N. */
	readonly width: number;
	/** g = s_a^2 / chi. */
	readonly readoutVariance: number;
}

/** The dual field of the outputs: Gaussian around i Delta. */
export interface DualField {
	/** Delta, P numbers. */
	readonly dual: Float64Array;
	/** R, P x P: its variance; undefined leaves the fluctuations out, which is the tree. */
	readonly resolvent?: Matrix | undefined;
}

/** p(w) ~ p_0(w) Lam^(-1/2) exp((g/2N) (Delta.phi)^2 / Lam), Lam = 1 + (g/N) phi.R phi: equation (14). */
export function adaptiveTilt({ width, readoutVariance }: UnitNetwork, { dual, resolvent }: DualField): Tilt {
	const c = readoutVariance / width;
	return {
		fields: matrix(
			1,
			dual.length,
			dual.map((x) => Math.sqrt(c / 2) * x),
		),
		...(resolvent && {
			stiffness: matrix(
				resolvent.rows,
				resolvent.rows,
				resolvent.data.map((x) => c * x),
			),
		}),
	};
}

/** The adapted measure on the nodes of a source, with the weights that the averages of (15) and (16) give each node. */
export interface AdaptiveUnit {
	readonly measure: TiltedMeasure;
	/** Delta.phi. */
	readonly fields: Float64Array;
	/** p (Delta.phi)/Lam: sums of phi over it are f/g. */
	readonly first: Float64Array;
	/** p [1/Lam + (g/N)(Delta.phi)^2/Lam^2]: sums of phi phi^T over it are Q/g before - f f^T/N. */
	readonly second: Float64Array;
	/** <Lam>. */
	readonly meanStiffness: number;
}

/**
 * @param source the unit at its P training points
 * @param weights of its rule
 */
export function adaptiveUnit(
	engine: Engine,
	{ width, readoutVariance }: UnitNetwork,
	source: FeatureSource,
	weights: Float64Array,
	{ dual, resolvent }: DualField,
): AdaptiveUnit {
	const c = readoutVariance / width;
	const count = source.rule.count;
	const fields = new Float64Array(count);
	const stiffnesses = new Float64Array(count).fill(1);
	let first = 0;
	source.forEach((chunk) => {
		const mark = engine.mark();
		const phi = positionOf(chunk, source.unit, 0, dual.length);
		const m = chunk.count;
		const row = view(engine.allocate(m), 1, m);
		engine.gemm(1, load(engine, matrix(1, dual.length, dual)), phi, 0, row);
		fields.set(row.block.data, first);
		if (resolvent) {
			const image = view(engine.allocate(resolvent.rows * m), resolvent.rows, m);
			engine.gemm(c, load(engine, resolvent), phi, 0, image);
			const [x, y, sums] = [phi.block.data, image.block.data, stiffnesses.subarray(first, first + m)];
			for (let a = 0; a < resolvent.rows; a++) {
				const at = phi.offset + a * m;
				for (let s = 0; s < m; s++) sums[s]! += x[at + s]! * y[a * m + s]!;
			}
		}
		engine.release(mark);
		first += m;
	});
	const exponents = fields.map((s, k) => {
		const stiffness = stiffnesses[k]!;
		return (0.5 * c * s * s) / stiffness - 0.5 * Math.log(stiffness);
	});
	// A tilt on points, not directions, can be normalized for every field.
	const measure = tiltedMeasure(source, weights, exponents)!;
	const { probabilities } = measure;
	return {
		measure,
		fields,
		first: probabilities.map((p, k) => (p * fields[k]!) / stiffnesses[k]!),
		second: probabilities.map((p, k) => {
			const stiffness = stiffnesses[k]!;
			return (p * (1 + (c * fields[k]! ** 2) / stiffness)) / stiffness;
		}),
		meanStiffness: probabilities.reduce((sum, p, k) => sum + p * stiffnesses[k]!, 0),
	};
}

/** sum_s weights_s phi_a of a unit with one position, n numbers for each of some weightings of the nodes, in one pass. */
export function firstMoments(
	engine: Engine,
	source: FeatureSource,
	weightings: readonly Float64Array[],
): Float64Array[] {
	const [n, k] = [source.unit.points, weightings.length];
	const sums = weightings.map(() => new Float64Array(n));
	let first = 0;
	source.forEach(({ features, count }) => {
		scoped(engine, () => {
			const weights = view(engine.allocate(k * count), k, count);
			const product = view(engine.allocate(n * k), n, k);
			weightings.forEach((own, j) => {
				weights.block.data.set(own.subarray(first, first + count), j * count);
			});
			engine.gemm(1, features, transpose(weights), 0, product);
			const { data } = product.block;
			sums.forEach((sum, j) => {
				for (let a = 0; a < n; a++) sum[a]! += data[a * k + j]!;
			});
		});
		first += count;
	});
	return sums;
}
