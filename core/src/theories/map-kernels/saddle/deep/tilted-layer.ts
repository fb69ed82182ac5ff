/** The averages of one layer at random points, under the tilt less those of the prior: equations (2)-(4). */
import {
	type Engine,
	load,
	type Matrix,
	matrix,
	mirrorLower,
	scaled,
	scoped,
	submatrix,
	transpose,
	type View,
	view,
} from "@finitude/engine";
import {
	type FeatureSource,
	pointExponents,
	ruleWeights,
	tiltedMeasure,
} from "../../../../tilted-unit/index.ts";
import type { KernelMap } from "../../layers.ts";

/** What the tilt changes, as differences of averages over the same points: what random points share cancels. */
export interface TiltedLayer {
	/** <phi phi^T> under the tilt less that of the prior, P x P. */
	readonly change: Matrix;
	/** Where derivatives are at hand. */
	readonly backward?: {
		/** diag<phi'' o (Ct phi)> + Ct o <phi' phi'^T>, likewise. */
		readonly response: Matrix;
		/** <u u^T>, u = phi' o (Ct phi), under the tilt. */
		readonly square: Matrix;
	};
	/** log E exp(E) - E[E], E = (g/N) phi^T Ct phi. */
	readonly logExcess: number;
	/** 1 / (S sum w^2) of the normalized weights w: the fraction of the points that carry the averages. */
	readonly effectiveFraction: number;
	/** Weights of the points under the tilt less those of the prior. */
	readonly excess: Float64Array;
}

/**
 * @param source features as `layerPoints` gives them
 * @param conjugate Ct, P x P
 */
export function tiltedLayer(
	engine: Engine,
	source: FeatureSource,
	{ prefactor, width }: KernelMap,
	conjugate: Matrix,
): TiltedLayer {
	const P = conjugate.rows;
	const form = scaled(conjugate, prefactor / width);
	const exponents = pointExponents(engine, source, { form });
	const weights = ruleWeights(source);
	const { probabilities, logNormalizer, effectiveSampleSize } = tiltedMeasure(source, weights, exponents)!;
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	let mean = 0;
	const excess = probabilities.map((p, s) => {
		const prior = weights[s]! / total;
		mean += prior * exponents[s]!;
		return p - prior;
	});
	const derivatives = source.unit.points > P;
	const sums = layerSums(engine, P);
	let first = 0;
	source.forEach(({ features, count }) => {
		const own = excess.subarray(first, first + count);
		scoped(engine, () => sums.addMoments(submatrix(features, 0, 0, P, count), own));
		if (derivatives) {
			const tilted = probabilities.subarray(first, first + count);
			scoped(engine, () => sums.addResponses(features, conjugate, own, tilted));
		}
		first += count;
	});
	return {
		change: mirrorLower(sums.change),
		...(derivatives && {
			backward: { response: sums.response(conjugate), square: mirrorLower(sums.square) },
		}),
		logExcess: logNormalizer - mean,
		effectiveFraction: effectiveSampleSize / exponents.length,
		excess,
	};
}

/** Running sums over chunks of points. */
function layerSums(engine: Engine, P: number) {
	const [change, slopes, square] = [matrix(P, P), matrix(P, P), matrix(P, P)];
	const curvature = new Float64Array(P);
	/** sum += X diag(w) X^T. */
	const addSquares = (sum: Matrix, x: View, weights: Float64Array) => {
		const { columns: count } = x;
		const scaled = view(engine.allocate(P * count), P, count);
		const product = view(engine.allocate(P * P), P, P);
		const [from, to] = [x.block.data, scaled.block.data];
		for (let a = 0; a < P; a++) {
			const row = x.offset + a * count;
			for (let s = 0; s < count; s++) to[a * count + s] = weights[s]! * from[row + s]!;
		}
		engine.gemm(1, x, transpose(scaled), 0, product);
		const { data } = product.block;
		for (let k = 0; k < P * P; k++) sum.data[k]! += data[k]!;
	};
	return {
		change,
		square,
		/** sum += phi diag(excess) phi^T. */
		addMoments: (phi: View, excess: Float64Array) => addSquares(change, phi, excess),
		/** The same for phi' and phi'' o (Ct phi), and with the tilted weights for u. */
		addResponses(features: View, conjugate: Matrix, excess: Float64Array, tilted: Float64Array): void {
			const count = features.columns;
			const rows = (first: number) => submatrix(features, first, 0, P, count);
			const [slope, bend] = [rows(P), rows(2 * P)];
			const pull = view(engine.allocate(P * count), P, count);
			engine.gemm(1, load(engine, conjugate), rows(0), 0, pull);
			scoped(engine, () => addSquares(slopes, slope, excess));
			const [from, u] = [features.block.data, pull.block.data];
			for (let a = 0; a < P; a++) {
				const own = a * count;
				let sum = 0;
				for (let s = 0; s < count; s++) {
					sum += excess[s]! * from[bend.offset + own + s]! * u[own + s]!;
					u[own + s]! *= from[slope.offset + own + s]!;
				}
				curvature[a]! += sum;
			}
			addSquares(square, pull, tilted);
		},
		response(conjugate: Matrix): Matrix {
			const result = mirrorLower(slopes);
			for (let k = 0; k < P * P; k++) result.data[k]! *= conjugate.data[k]!;
			for (let a = 0; a < P; a++) result.data[a * P + a]! += curvature[a]!;
			return result;
		},
	};
}
