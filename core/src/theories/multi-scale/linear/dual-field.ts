import { type Engine, type Matrix, matrix, multiply, symmetricEigen } from "@finitude/engine";
import type { OutputScales } from "../../../matrix-scale/output-scales.ts";

/** Delta, P x D, with Y = kappa Delta + K0 Delta T: diagonal in the eigenbases of K0 and T. */
export function dualField(engine: Engine, { modes, projected }: OutputScales, scales: Matrix): Matrix {
	const { values, vectors } = symmetricEigen(engine, scales);
	const D = scales.rows;
	const rotated = multiply(engine, projected, vectors);
	const delta = matrix(
		rotated.rows,
		D,
		rotated.data.map((y, e) => {
			const k = Math.floor(e / D);
			return y / (modes.noise[k]! + modes.signal[k]! * values[e % D]!);
		}),
	);
	const turnedBack = multiply(engine, delta, vectors, { transposeB: true });
	return multiply(engine, modes.dualBasis(), turnedBack);
}
