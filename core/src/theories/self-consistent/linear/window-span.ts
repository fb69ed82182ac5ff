import { type Engine, type Matrix, matrix } from "@finitude/engine";
import { rowSpace } from "../../../samplers/row-space.ts";

/** Inputs in coordinates of the space that their rows of one side span. */
export interface SpanCoordinates {
	/** n x (m r). */
	readonly inputs: Matrix;
	/** r x l, orthonormal rows; absent where the inputs are left as they are. */
	readonly basis?: Matrix;
}

/**
 * The n m rows of length l of all points, in r <= n m coordinates, where they are fewer than l. W and the kernels of the points
 * depend on inner products of these rows only, so nothing of them changes.
 *
 * @param inputs n x (m l)
 * @param l length of a row
 */
export function spanCoordinates(engine: Engine, inputs: Matrix, l: number): SpanCoordinates {
	const count = inputs.data.length / l;
	if (count >= l) return { inputs };
	const { basis, coordinates } = rowSpace(engine, matrix(count, l, inputs.data));
	return { inputs: matrix(inputs.rows, (count / inputs.rows) * basis.rows, coordinates.data), basis };
}
