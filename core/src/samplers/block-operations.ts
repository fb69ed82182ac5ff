/** Small loops over engine blocks, without copies. */
import { type Block, columnVector, type Engine, type View } from "@finitude/engine";

/** log det of a matrix whose Cholesky factor stands in the lower triangle of `factor`; `work` holds one number a row. */
export function logDeterminantOf(engine: Engine, factor: View, work: Block): number {
	const [from, to] = [factor.block.data, work.data];
	for (let i = 0; i < factor.rows; i++)
		to[i] = from[factor.offset + i * (factor.rowStride + factor.columnStride)]!;
	engine.log(work, work);
	let sum = 0;
	for (let i = 0; i < factor.rows; i++) sum += work.data[i]!;
	return 2 * sum;
}

/** Sum of squares of all entries of a block. */
export function squaredNorm(block: Block): number {
	const x = block.data;
	let sum = 0;
	for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
	return sum;
}

/** Adds a number to the main diagonal. */
export function addToDiagonal(m: View, value: number): void {
	const data = m.block.data;
	const step = m.rowStride + m.columnStride;
	for (let i = 0; i < m.rows; i++) data[m.offset + i * step]! += value;
}

/** A block that holds a copy of a contiguous row-major view. */
export function copyInto(target: Block, source: View): void {
	target.data.set(source.block.data.subarray(source.offset, source.offset + source.rows * source.columns));
}

/** A rows x columns view of new memory. */
export function allocateView(engine: Engine, rows: number, columns: number): View {
	return { ...columnVector(engine.allocate(rows * columns)), rows, columns, rowStride: columns };
}

/** Sums of squares down the columns of a row-major matrix. */
export function squaredColumns(block: Block, rows: number, columns: number): Float64Array {
	const data = block.data;
	const sums = new Float64Array(columns);
	for (let i = 0; i < rows; i++) {
		for (let j = 0; j < columns; j++) sums[j]! += data[i * columns + j]! ** 2;
	}
	return sums;
}
