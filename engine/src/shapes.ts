/** Shape checks of the linear algebra methods: a few integer comparisons that keep a wrong call out of foreign memory. */
import type * as engine from "./engine.ts";

type Block = engine.Block<engine.FloatArray>;
type View = engine.View<engine.FloatArray>;

const size = (v: View) => `${v.rows} x ${v.columns}`;

/** @throws RangeError unless C is the shape of A B. */
export function checkProduct(where: string, a: View, b: View, c: View): void {
	if (a.columns !== b.rows || a.rows !== c.rows || b.columns !== c.columns) {
		throw new RangeError(
			`${where}: wanted C (m x n), A (m x k), B (k x n); got C ${size(c)}, A ${size(a)}, B ${size(b)}.`,
		);
	}
}

/** @throws RangeError unless the matrix is square. */
export function checkSquare(where: string, a: View): void {
	if (a.rows !== a.columns) throw new RangeError(`${where}: wanted a square matrix; got ${size(a)}.`);
}

/** @throws RangeError unless B has as many rows as the square matrix A. */
export function checkSameRows(where: string, a: View, b: View): void {
	checkSquare(where, a);
	if (a.rows !== b.rows) throw new RangeError(`${where}: wanted ${a.rows} rows; got ${size(b)}.`);
}

/** @throws RangeError unless `values` holds one number for every row. */
export function checkValues(where: string, a: View, values: Block): void {
	checkSquare(where, a);
	if (values.length !== a.rows) {
		throw new RangeError(`${where}: wanted room for ${a.rows} values; got ${values.length}.`);
	}
}

/** @throws RangeError unless the lengths of the blocks agree. */
export function checkLengths(where: string, x: Block, ...outputs: readonly Block[]): void {
	for (const { length } of outputs) {
		if (length !== x.length) throw new RangeError(`${where}: wanted ${x.length} outputs; got ${length}.`);
	}
}

/** @throws RangeError unless the view lies inside its block. */
export function checkInside(v: View): void {
	if (v.rows === 0 || v.columns === 0) return;
	const down = (v.rows - 1) * v.rowStride;
	const across = (v.columns - 1) * v.columnStride;
	const first = v.offset + Math.min(down, 0) + Math.min(across, 0);
	const last = v.offset + Math.max(down, 0) + Math.max(across, 0);
	if (!(first >= 0 && last < v.block.length)) {
		throw new RangeError(
			`view: a ${size(v)} view reaches from ${first} to ${last} in a block of ${v.block.length} numbers.`,
		);
	}
}
