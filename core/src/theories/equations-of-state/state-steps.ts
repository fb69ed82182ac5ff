/** Moves in the space of kernels, in the coordinates K = F exp(E) F^T of each layer with the metric (N_l/2) tr(E E'). */
import { type Engine, type Matrix, matrix, multiply, symmetricEigen, trace } from "@finitude/engine";
import type { KernelState } from "./free-energy.ts";

/** One symmetric E for each layer. */
export type Direction = readonly Matrix[];

/** sum_l (N_l/2) tr(E_l E'_l). */
export function innerProduct(a: Direction, b: Direction, weights: readonly number[]): number {
	let sum = 0;
	a.forEach((m, l) => {
		let layer = 0;
		for (let k = 0; k < m.data.length; k++) layer += m.data[k]! * b[l]!.data[k]!;
		sum += (weights[l]! / 2) * layer;
	});
	return sum;
}

/** alpha a. */
export function scaledCopy(alpha: number, a: Direction): Matrix[] {
	return a.map(({ rows, columns, data }) => {
		const copy = matrix(rows, columns);
		for (let k = 0; k < data.length; k++) copy.data[k] = alpha * data[k]!;
		return copy;
	});
}

/** x <- alpha x + beta y. */
export function combine(x: readonly Matrix[], alpha: number, beta: number, y: Direction): void {
	x.forEach(({ data }, l) => {
		const other = y[l]!.data;
		for (let k = 0; k < data.length; k++) data[k] = alpha * data[k]! + beta * other[k]!;
	});
}

/** The largest entry of any layer, in absolute value. */
export function largestEntry(direction: Direction): number {
	let most = 0;
	for (const { data } of direction) {
		for (let k = 0; k < data.length; k++) most = Math.max(most, Math.abs(data[k]!));
	}
	return most;
}

/** F (I + h E / 2): to first order in h the state F exp(h E) F^T. Its determinant is left out: derivatives need none. */
export function nudged(
	engine: Engine,
	factors: readonly Matrix[],
	direction: Direction,
	h: number,
): Matrix[] {
	return factors.map((factor, l) => {
		const change = multiply(engine, factor, direction[l]!, { alpha: h / 2 });
		for (let k = 0; k < change.data.length; k++) change.data[k]! += factor.data[k]!;
		return change;
	});
}

/** The curve s -> F exp(s E / 2) of every layer; an eigendecomposition once, then two products for each point. */
export function geodesic(engine: Engine, state: KernelState, direction: Direction) {
	const eigen = direction.map((m) => symmetricEigen(engine, m));
	const rotated = state.factors.map((factor, l) => multiply(engine, factor, eigen[l]!.vectors));
	return {
		/** The largest absolute eigenvalue of any E. */
		extent: eigen.reduce(
			(most, { values }) => values.reduce((max, x) => Math.max(max, Math.abs(x)), most),
			0,
		),
		at(s: number): KernelState {
			return {
				factors: rotated.map((m, l) => {
					const { values, vectors } = eigen[l]!;
					const n = m.columns;
					const scaled = matrix(
						m.rows,
						n,
						m.data.map((x, k) => x * Math.exp((s / 2) * values[k % n]!)),
					);
					return multiply(engine, scaled, vectors, { transposeB: true });
				}),
				logDeterminants: state.logDeterminants.map((value, l) => value + s * trace(direction[l]!)),
			};
		},
	};
}
