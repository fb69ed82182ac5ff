/** Averages over one hidden unit under the tilt of the data: what equations (12)-(15) are made of. */
import {
	type Engine,
	load,
	type Matrix,
	matrix,
	mirrorLower,
	scoped,
	transpose,
	type View,
	view,
} from "@finitude/engine";
import {
	averageOverUnit,
	type FeatureChunk,
	type FeatureSource,
	type Tilt,
} from "../../../tilted-unit/index.ts";

/** exp((c/2) s^2), s = tau . phi over the leading points. */
export function treeTilt(c: number, tau: Float64Array): Tilt {
	return {
		fields: matrix(
			1,
			tau.length,
			tau.map((t) => Math.sqrt(c / 2) * t),
		),
	};
}

/** Averages of first order in the features, with what came along. */
export interface FieldAverages {
	/** <s phi>, n numbers. */
	readonly mean: Float64Array;
	/** ln E exp((c/2) s^2). */
	readonly logNormalizer: number;
	/** How many equally weighted points would serve as well. */
	readonly effectiveSampleSize: number;
}

/** <s phi>, s = t . phi over the leading points, under a tilt. */
export function fieldAverages(
	engine: Engine,
	source: FeatureSource,
	tilt: Tilt,
	t: Float64Array,
): FieldAverages {
	const n = source.unit.points;
	const { averages, ...rest } = averageOverUnit(
		engine,
		source,
		{
			size: n,
			add(chunk, weights, sums) {
				const s = field(engine, chunk, t);
				addProjection(
					engine,
					chunk,
					s.map((x, i) => weights.data[i]! * x),
					sums,
				);
			},
		},
		tilt,
	);
	return { ...rest, mean: averages };
}

/**
 * <(1 + scale s^2) phi phi^T>, n x n, under a tilt.
 *
 * @param tau of s
 */
export function secondMoments(
	engine: Engine,
	source: FeatureSource,
	tilt: Tilt,
	scale: number,
	tau: Float64Array,
): Matrix {
	const n = source.unit.points;
	const { averages } = averageOverUnit(
		engine,
		source,
		{
			size: n * n,
			add(chunk, weights, sums) {
				const { count } = chunk;
				const s = scale === 0 ? undefined : field(engine, chunk, tau);
				const roots = weights.data.map((w, i) => Math.sqrt(w * (s ? 1 + scale * s[i]! ** 2 : 1)));
				const scaled = view(engine.allocate(n * count), n, count);
				const product = view(engine.allocate(n * n), n, n);
				const [from, to] = [chunk.features.block.data, scaled.block.data];
				for (let a = 0; a < n; a++) {
					for (let i = 0; i < count; i++)
						to[a * count + i] = roots[i]! * from[chunk.features.offset + a * count + i]!;
				}
				engine.syrk(1, scaled, 0, product);
				const block = product.block.data;
				for (let k = 0; k < sums.length; k++) sums[k]! += block[k]!;
			},
		},
		tilt,
	);
	return mirrorLower(matrix(n, n, averages));
}

/**
 * sum_ab W'''_{*ab} Lam_ab at all n points (equation 15), Lam over the leading points:
 *
 *   N { c^2 (3 <q s phi_*> - <q> <s phi_*>) + c^3 (<s^3 q phi_*> - <s^2 q> <s phi_*>)
 *       - 2 c^2 [<b phi_*> + c (<s^2 b phi_*> - <s phi_*> <s b>)] },    q = phi^T Lam phi,  b = phi^T Lam <s phi>.
 *
 * Everything but products of averages is one weighted sum of phi_*, so one pass does.
 *
 * @param mean <s phi> at all n points
 * @param factor L with Lam = (L L^T)^-1
 */
export function thirdCumulant(
	engine: Engine,
	source: FeatureSource,
	{
		c,
		width,
		tau,
		mean,
		factor,
	}: {
		readonly c: number;
		readonly width: number;
		readonly tau: Float64Array;
		readonly mean: Float64Array;
		readonly factor: Matrix;
	},
): Float64Array {
	const n = source.unit.points;
	const P = tau.length;
	const forces = solved(engine, factor, mean.subarray(0, P));
	const { averages } = averageOverUnit(
		engine,
		source,
		{
			size: n + 2,
			add(chunk, weights, sums) {
				const s = field(engine, chunk, tau);
				const b = field(engine, chunk, forces);
				const q = quadraticForm(engine, chunk, factor);
				const w = weights.data;
				const readout = s.map((x, i) => {
					const pulled = c * c * q[i]! * x * (3 + c * x * x);
					return w[i]! * (pulled - 2 * c * c * b[i]! * (1 + c * x * x));
				});
				addProjection(engine, chunk, readout, sums);
				for (let i = 0; i < s.length; i++) {
					sums[n]! += w[i]! * q[i]!;
					sums[n + 1]! += w[i]! * q[i]! * s[i]! ** 2;
				}
			},
		},
		treeTilt(c, tau),
	);
	let fieldForce = 0;
	for (let a = 0; a < P; a++) fieldForce += forces[a]! * mean[a]!;
	const [q, squareQ] = [averages[n]!, averages[n + 1]!];
	const alongMean = -c * c * q - c ** 3 * (squareQ - 2 * fieldForce);
	return Float64Array.from({ length: n }, (_, a) => width * (averages[a]! + alongMean * mean[a]!));
}

/** t . phi over the leading points, one number for each point of the chunk. */
export function field(engine: Engine, { features, count }: FeatureChunk, t: Float64Array): Float64Array {
	return scoped(engine, () => {
		const row = load(engine, matrix(1, t.length, t));
		const product = view(engine.allocate(count), 1, count);
		engine.gemm(1, row, { ...features, rows: t.length }, 0, product);
		return product.block.data.slice();
	});
}

/** sums[a] += sum_i readout_i phi_a(i). */
export function addProjection(
	engine: Engine,
	{ features, count }: FeatureChunk,
	readout: Float64Array,
	sums: Float64Array,
): void {
	scoped(engine, () => {
		const n = features.rows;
		const product = view(engine.allocate(n), n, 1);
		engine.gemm(1, features, transpose(load(engine, matrix(1, count, readout))), 0, product);
		const block = product.block.data;
		for (let a = 0; a < n; a++) sums[a]! += block[a]!;
	});
}

/** phi^T (L L^T)^-1 phi = |L^-1 phi|^2 over the leading points. */
function quadraticForm(engine: Engine, { features, count }: FeatureChunk, factor: Matrix): Float64Array {
	return scoped(engine, () => {
		const P = factor.rows;
		const L = load(engine, factor);
		const reduced: View = view(engine.allocate(P * count), P, count);
		const from = features.block.data;
		reduced.block.data.set(from.subarray(features.offset, features.offset + P * count));
		engine.solveTriangular(L, reduced, false);
		const block = reduced.block.data;
		const q = new Float64Array(count);
		for (let a = 0; a < P; a++) for (let i = 0; i < count; i++) q[i]! += block[a * count + i]! ** 2;
		return q;
	});
}

function solved(engine: Engine, factor: Matrix, x: Float64Array): Float64Array {
	return scoped(engine, () => {
		const L = load(engine, factor);
		const X = load(engine, matrix(x.length, 1, x.slice()));
		engine.solveTriangular(L, X, false);
		engine.solveTriangular(L, X, true);
		return X.block.data.slice(X.offset, X.offset + x.length);
	});
}
