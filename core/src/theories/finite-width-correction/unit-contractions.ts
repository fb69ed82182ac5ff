import { type Engine, load, transpose, type View, view } from "@finitude/engine";
import { type FeatureChunk, positionOf } from "../../tilted-unit/features.ts";
import type { HiddenUnit } from "../../tilted-unit/hidden-unit.ts";
import type { PosteriorOperators } from "./posterior-operators.ts";

/** What the features of some points of a rule contract to; every array runs over those points. */
export interface UnitContractions {
	readonly count: number;
	/** fields[i][k]: s^{k,i} = g^k.phi^i of position i and output k. */
	readonly fields: readonly (readonly Float64Array[])[];
	/** overlaps[i][j]: r_ij = phi^i.Q phi^j over the training points. */
	readonly overlaps: readonly (readonly Float64Array[])[];
	/** pairs[i][j]: delta_ij sigma / (2 M) - r_ij / M^2. */
	readonly pairs: readonly (readonly Float64Array[])[];
	/** tr(Q k) = (1/M) sum_i r_ii. */
	readonly q: Float64Array;
	/** sum_k g^k.k.g^k - D q. */
	readonly sigma: Float64Array;
	/** chi[i] = psi phi^i, n x count, in the engine's memory. */
	readonly chi: readonly View[];
}

/** Contracts the features of one chunk with g, Q and psi: O(M n P + M^2 P) operations a point. */
export function contractUnit(
	engine: Engine,
	unit: HiddenUnit,
	{ factor, weights, projection }: PosteriorOperators,
	chunk: FeatureChunk,
): UnitContractions {
	const { points: n, trainPoints: P, positions: M } = unit;
	const D = weights.columns;
	const { count } = chunk;
	const L = load(engine, factor);
	const g = load(engine, weights);
	const psi = load(engine, projection);
	const s = view(engine.allocate(D * count), D, count);
	const white = view(engine.allocate(M * P * count), M * P, count);
	const chiBlock = engine.allocate(M * n * count);
	const chi = Array.from({ length: M }, (_, i) => view(chiBlock, n, count, i * n * count));
	const features = chunk.features.block.data;
	const fields = chi.map((chiOfPosition, i) => {
		const train = positionOf(chunk, unit, i, P);
		const z = { ...white, offset: i * P * count, rows: P };
		white.block.data.set(features.subarray(train.offset, train.offset + P * count), z.offset);
		engine.solveTriangular(L, z, false);
		engine.gemm(1, psi, train, 0, chiOfPosition);
		const x = chiBlock.data;
		for (let k = P * count; k < n * count; k++) x[chiOfPosition.offset + k]! += features[train.offset + k]!;
		engine.gemm(1, transpose(g), train, 0, s);
		return Array.from({ length: D }, (_, k) => s.block.data.slice(k * count, (k + 1) * count));
	});
	const overlaps = overlapsOf(white.block.data, P, M, count);
	const q = new Float64Array(count);
	const sigma = new Float64Array(count);
	for (let i = 0; i < M; i++) {
		for (let c = 0; c < count; c++) {
			const own = overlaps[i]![i]![c]! / M;
			q[c]! += own;
			sigma[c]! -= D * own;
			for (const field of fields[i]!) sigma[c]! += field[c]! ** 2 / M;
		}
	}
	const pairs = overlaps.map((row, i) =>
		row.map((r, j) => r.map((x, c) => (i === j ? sigma[c]! / (2 * M) : 0) - x / (M * M))),
	);
	return { count, fields, overlaps, pairs, q, sigma, chi };
}

/** z^i.z^j at every point, z^i = L^-1 phi^i the whitened training features. */
function overlapsOf(white: Float64Array, P: number, M: number, count: number): Float64Array[][] {
	const overlaps: Float64Array[][] = Array.from({ length: M }, () => []);
	for (let i = 0; i < M; i++) {
		for (let j = 0; j <= i; j++) {
			const sum = new Float64Array(count);
			for (let a = 0; a < P; a++) {
				const [x, y] = [(i * P + a) * count, (j * P + a) * count];
				for (let c = 0; c < count; c++) sum[c]! += white[x + c]! * white[y + c]!;
			}
			overlaps[i]![j] = sum;
			overlaps[j]![i] = sum;
		}
	}
	return overlaps;
}
