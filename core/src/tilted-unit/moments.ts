/** Integrands that every theory of one unit needs. */
import { type Engine, type Matrix, matrix, mirrorLower, transpose, view } from "@finitude/engine";
import { type FeatureSource, positionOf } from "./features.ts";
import type { HiddenUnit } from "./hidden-unit.ts";
import type { Tilt } from "./tilt.ts";
import { averageOverUnit, type Integrand, type UnitAverages } from "./unit-averages.ts";

/** (1/M) sum_i <phi^i phi^iT>: n x n averages, row-major, both triangles. */
export function secondMoment(engine: Engine, unit: HiddenUnit): Integrand {
	const n = unit.points;
	return {
		size: n * n,
		add(chunk, weights, sums) {
			const { count } = chunk;
			const weighted = view(engine.allocate(n * count), n, count);
			const product = view(engine.allocate(n * n), n, n);
			// Square roots on both sides take half the operations.
			const positive = weights.data.every((w) => w >= 0);
			const factors = positive ? weights.data.map(Math.sqrt) : weights.data.slice();
			for (let i = 0; i < unit.positions; i++) {
				const phi = positionOf(chunk, unit, i);
				const [from, to] = [phi.block.data, weighted.block.data];
				for (let a = 0; a < n; a++) {
					for (let s = 0; s < count; s++) {
						to[a * count + s] = factors[s]! * from[phi.offset + a * count + s]!;
					}
				}
				const beta = i === 0 ? 0 : 1;
				if (positive) engine.syrk(1 / unit.positions, weighted, beta, product);
				else engine.gemm(1 / unit.positions, weighted, transpose(phi), beta, product);
			}
			if (positive) mirrorLower(matrix(n, n, product.block.data));
			const data = product.block.data;
			for (let k = 0; k < sums.length; k++) sums[k]! += data[k]!;
		},
	};
}

/** The kernel of the tilted unit, <phi phi^T> (n x n, exactly symmetric, averaged over positions), with the other averages. */
export function tiltedKernel(
	engine: Engine,
	source: FeatureSource,
	tilt: Tilt = {},
): UnitAverages & { readonly kernel: Matrix } {
	const result = averageOverUnit(engine, source, secondMoment(engine, source.unit), tilt);
	const n = source.unit.points;
	return { ...result, kernel: mirrorLower(matrix(n, n, result.averages)) };
}
