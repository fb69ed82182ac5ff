/** A dense matrix outside any engine: row-major float64. The currency of problems and answers. */
export interface Matrix {
	readonly rows: number;
	readonly columns: number;
	/** rows * columns numbers, row by row. */
	readonly data: Float64Array;
}

/** A rows x columns matrix of zeros, or over the given numbers (not copied). @throws RangeError when the length is wrong. */
export function matrix(
	rows: number,
	columns: number,
	data: Float64Array = new Float64Array(rows * columns),
): Matrix {
	if (data.length !== rows * columns) {
		throw new RangeError(
			`matrix: wanted ${rows} x ${columns} = ${rows * columns} numbers; got ${data.length}.`,
		);
	}
	return { rows, columns, data };
}

/** A matrix from nested rows. @throws RangeError when the rows differ in length. */
export function matrixFromRows(rows: readonly (readonly number[])[]): Matrix {
	const columns = rows[0]?.length ?? 0;
	const result = matrix(rows.length, columns);
	rows.forEach((row, i) => {
		if (row.length !== columns) {
			throw new RangeError(`matrixFromRows: row ${i} has ${row.length} numbers; row 0 has ${columns}.`);
		}
		result.data.set(row, i * columns);
	});
	return result;
}

/** Numbers as a matrix of one column; not copied. */
export function matrixFromColumn(data: Float64Array): Matrix {
	return matrix(data.length, 1, data);
}

/** The matrix as nested rows. */
export function matrixToRows(m: Matrix): number[][] {
	return Array.from({ length: m.rows }, (_, i) => Array.from(matrixRow(m, i)));
}

/** Row i as a live view. */
export function matrixRow(m: Matrix, i: number): Float64Array {
	return m.data.subarray(i * m.columns, (i + 1) * m.columns);
}

/** The transposed matrix, copied. */
export function transposed(m: Matrix): Matrix {
	const result = matrix(m.columns, m.rows);
	for (let i = 0; i < m.rows; i++) {
		for (let j = 0; j < m.columns; j++) result.data[j * m.rows + i] = m.data[i * m.columns + j]!;
	}
	return result;
}

/** The main diagonal. */
export function diagonal(m: Matrix): Float64Array {
	const result = new Float64Array(Math.min(m.rows, m.columns));
	for (let i = 0; i < result.length; i++) result[i] = m.data[i * m.columns + i]!;
	return result;
}

/** The sum of the main diagonal. */
export function trace(m: Matrix): number {
	let sum = 0;
	for (let i = 0; i < m.rows; i++) sum += m.data[i * m.columns + i]!;
	return sum;
}

/** The n x n identity. */
export function identity(n: number): Matrix {
	const result = matrix(n, n);
	for (let i = 0; i < n; i++) result.data[i * n + i] = 1;
	return result;
}

/** A + B. */
export function plus(a: Matrix, b: Matrix): Matrix {
	return matrix(
		a.rows,
		a.columns,
		a.data.map((x, i) => x + b.data[i]!),
	);
}

/** A - B. */
export function minus(a: Matrix, b: Matrix): Matrix {
	return matrix(
		a.rows,
		a.columns,
		a.data.map((x, i) => x - b.data[i]!),
	);
}

/** x A. */
export function scaled(a: Matrix, x: number): Matrix {
	return matrix(
		a.rows,
		a.columns,
		a.data.map((value) => x * value),
	);
}

/** A + x I. */
export function plusDiagonal(a: Matrix, x: number): Matrix {
	const result = matrix(a.rows, a.columns, a.data.slice());
	for (let i = 0; i < a.rows; i++) result.data[i * a.columns + i]! += x;
	return result;
}

/** (A + A^T)/2, in place. */
export function symmetricPart(a: Matrix): Matrix {
	const n = a.rows;
	for (let i = 0; i < n; i++) {
		for (let j = 0; j < i; j++) {
			a.data[i * n + j] = a.data[j * n + i] = (a.data[i * n + j]! + a.data[j * n + i]!) / 2;
		}
	}
	return a;
}

/** The inner product sum_i a_i b_i of two arrays of one length, summed in order. */
export function dot(a: Float64Array, b: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
	return sum;
}
