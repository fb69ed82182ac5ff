import type { Block, FloatArray, View } from "./engine.ts";

/** A row-major rows x columns view of a block. @throws RangeError when the block is too short. */
export function view<Numbers extends FloatArray>(
	block: Block<Numbers>,
	rows: number,
	columns: number,
	offset = 0,
): View<Numbers> {
	if (offset + rows * columns > block.length) {
		throw new RangeError(
			`view: wanted a block of at least ${offset + rows * columns} numbers; got ${block.length}. Allocate rows * columns.`,
		);
	}
	return { block, offset, rows, columns, rowStride: columns, columnStride: 1 };
}

/** The transposed view: the same memory with rows and columns exchanged. */
export function transpose<Numbers extends FloatArray>(v: View<Numbers>): View<Numbers> {
	return {
		block: v.block,
		offset: v.offset,
		rows: v.columns,
		columns: v.rows,
		rowStride: v.columnStride,
		columnStride: v.rowStride,
	};
}

/** The sub-matrix of `rows` x `columns` entries that begins at (row, column). */
export function submatrix<Numbers extends FloatArray>(
	v: View<Numbers>,
	row: number,
	column: number,
	rows: number,
	columns: number,
): View<Numbers> {
	return { ...v, offset: v.offset + row * v.rowStride + column * v.columnStride, rows, columns };
}

/** A block as a column vector. */
export function columnVector<Numbers extends FloatArray>(
	block: Block<Numbers>,
	length = block.length,
): View<Numbers> {
	return { block, offset: 0, rows: length, columns: 1, rowStride: 1, columnStride: 1 };
}
