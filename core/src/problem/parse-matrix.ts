import type { Matrix } from "@finitude/engine";
import { InputError } from "../errors.ts";
import { counted, describeValue } from "./faults.ts";

export interface MatrixForm {
	/** Accept a flat list of numbers as one column. */
	readonly flat?: boolean;
}

/**
 * Nested lists (rows of finite numbers, all of one length) as a matrix. Written for millions of numbers:
 * all lengths are checked before anything is allocated.
 *
 * @throws InputError naming the row and column at fault.
 */
export function parseMatrix(value: unknown, where: string, { flat = false }: MatrixForm = {}): Matrix {
	const form = flat ? "a list of rows of numbers (or a flat list of numbers)" : "a list of rows of numbers";
	if (!Array.isArray(value)) {
		throw new InputError({ where, wanted: form, got: describeValue(value) });
	}
	if (value.length === 0) {
		throw new InputError({ where, wanted: `${form}, at least one row`, got: "an empty list" });
	}
	if (flat && !Array.isArray(value[0])) return parseColumn(value, where);
	const columns = checkRows(value, where);
	const data = new Float64Array(value.length * columns);
	for (let i = 0, k = 0; i < value.length; i++) {
		const row = value[i] as unknown[];
		for (let j = 0; j < columns; j++) data[k++] = finite(row[j], where, i, j);
	}
	return { rows: value.length, columns, data };
}

function parseColumn(values: readonly unknown[], where: string): Matrix {
	const data = new Float64Array(values.length);
	for (let i = 0; i < values.length; i++) data[i] = finite(values[i], where, i);
	return { rows: values.length, columns: 1, data };
}

/** The common length of all rows. */
function checkRows(rows: readonly unknown[], where: string): number {
	let columns = -1;
	for (let i = 0; i < rows.length; i++) {
		const row = rows[i];
		if (!Array.isArray(row)) {
			throw new InputError({ where: `${where}[${i}]`, wanted: "a row of numbers", got: describeValue(row) });
		}
		if (i === 0) columns = row.length;
		if (row.length === 0) {
			throw new InputError({
				where: `${where}[${i}]`,
				wanted: "a row of at least one number",
				got: "an empty list",
			});
		}
		if (row.length !== columns) {
			throw new InputError({
				where: `${where}[${i}]`,
				wanted: `a row of ${counted(columns, "number")}, as many as in row 0`,
				got: `a row of ${row.length}`,
			});
		}
	}
	return columns;
}

function finite(value: unknown, where: string, row: number, column?: number): number {
	if (typeof value === "number" && Number.isFinite(value)) return value;
	throw new InputError({
		where: `${where}[${row}]${column === undefined ? "" : `[${column}]`}`,
		wanted: "a finite number",
		got: describeValue(value),
	});
}
