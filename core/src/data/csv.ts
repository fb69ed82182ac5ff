import type { Matrix } from "@finitude/engine";
import { dsvFormat } from "d3-dsv";
import { InputError } from "../errors.ts";
import { alternatives, describeValue, suggestion } from "../problem/faults.ts";
import { decodeText } from "../problem/parse-text.ts";

/** A numeric table. */
export interface Table {
	/** Names from the header row; absent when there is none. */
	readonly columns?: readonly string[];
	readonly values: Matrix;
}

/** How a CSV file is laid out. */
export interface CsvForm {
	/** Whether the first row holds names. Default: it does when none of its cells is a number. */
	readonly header?: boolean;
	/** Default: the first of tab, semicolon and comma that appears in the first line. */
	readonly delimiter?: string;
}

/** With its surrounding spaces allowed; no hexadecimal, no Infinity, no NaN, no empty cell. */
const NUMBER = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$/;

/**
 * A table of numbers from a CSV file: an optional header row, then rows of one length; blank lines are skipped.
 * @throws InputError naming line and column of a cell that is not a finite number, and rows of another length.
 */
export function readCsv(bytes: Uint8Array, where: string, form: CsvForm = {}): Table {
	const text = decodeText(bytes, where);
	const delimiter = form.delimiter ?? guessDelimiter(text);
	const { rows, lines } = splitRows(text, delimiter);
	const first = rows[0];
	if (first === undefined) {
		throw new InputError({ where, wanted: "a table of numbers", got: "an empty file" });
	}
	const header = form.header ?? isHeader(first, `${where}, line ${lines[0]}`);
	const body = header ? rows.slice(1) : rows;
	if (body.length === 0) {
		throw new InputError({ where, wanted: "at least one row of numbers", got: "a header row only" });
	}
	const data = new Float64Array(body.length * first.length);
	body.forEach((row, i) => {
		const line = lines[header ? i + 1 : i]!;
		if (row.length !== first.length) {
			throw new InputError({
				where: `${where}, line ${line}`,
				wanted: `${first.length} cells, as in line ${lines[0]}`,
				got: String(row.length),
			});
		}
		row.forEach((cell, j) => {
			const value = NUMBER.test(cell) ? Number(cell) : Number.NaN;
			if (!Number.isFinite(value))
				throw cellFault(cell, `${where}, line ${line}, column ${j + 1}`, header ? first[j] : undefined);
			data[i * first.length + j] = value;
		});
	});
	const values = { rows: body.length, columns: first.length, data };
	return header ? { columns: first.map((name) => name.trim()), values } : { values };
}

/**
 * The columns chosen by name or by index (0 is the first), in that order.
 * @throws InputError for a name or an index that is not there, and for two columns of one name.
 */
export function selectColumns(table: Table, choice: readonly (string | number)[], where: string): Matrix {
	const { values } = table;
	const indices = choice.map((column, k) => columnIndex(table, column, `${where}[${k}]`));
	const data = new Float64Array(values.rows * indices.length);
	for (let i = 0; i < values.rows; i++) {
		indices.forEach((j, k) => {
			data[i * indices.length + k] = values.data[i * values.columns + j]!;
		});
	}
	return { rows: values.rows, columns: indices.length, data };
}

/** @throws InputError when the table has no such column, or two. */
export function columnIndex(table: Table, column: string | number, where: string): number {
	const { columns, values } = table;
	if (typeof column === "number") {
		if (Number.isInteger(column) && column >= 0 && column < values.columns) return column;
		throw new InputError({ where, wanted: `a column from 0 to ${values.columns - 1}`, got: String(column) });
	}
	const index = columns?.indexOf(column) ?? -1;
	if (index < 0) {
		throw new InputError({
			where,
			wanted: columns
				? `one of the columns ${alternatives(columns.slice(0, 20))}`
				: "a column number, as the file has no header",
			got: describeValue(column),
			advice: suggestion(column, columns ?? []),
		});
	}
	if (columns!.lastIndexOf(column) !== index) {
		throw new InputError({
			where,
			wanted: "a name that one column has",
			got: `${describeValue(column)}, which several have`,
		});
	}
	return index;
}

/** Names make a header, numbers a row; a mixture may be either, so the user has to say. */
function isHeader(row: readonly string[], where: string): boolean {
	const name = row.find((cell) => !NUMBER.test(cell));
	const number = row.find((cell) => NUMBER.test(cell));
	if (name === undefined || number === undefined) return number === undefined;
	throw new InputError({
		where,
		wanted: "names only or numbers only",
		got: `both ${describeValue(name)} and ${describeValue(number)}`,
		advice: "Correct the cell, or say header: true or header: false.",
	});
}

function guessDelimiter(text: string): string {
	const end = text.search(/[\r\n]/);
	const line = end < 0 ? text : text.slice(0, end);
	return ["\t", ";"].find((candidate) => line.includes(candidate)) ?? ",";
}

/** The rows that are not blank, and the line on which each begins (quoted cells may span lines). */
function splitRows(text: string, delimiter: string): { rows: string[][]; lines: number[] } {
	const rows: string[][] = [];
	const lines: number[] = [];
	let line = 1;
	dsvFormat(delimiter).parseRows(text, (row) => {
		if (row.length > 1 || row[0]!.trim() !== "") {
			rows.push(row);
			lines.push(line);
		}
		line += 1 + row.reduce((sum, cell) => sum + (cell.includes("\n") ? cell.split("\n").length - 1 : 0), 0);
		return null;
	});
	return { rows, lines };
}

function cellFault(cell: string, where: string, name: string | undefined): InputError {
	return new InputError({
		where: name === undefined ? where : `${where} (${name.replace(/\s+/g, " ").trim().slice(0, 60)})`,
		wanted: "a finite number",
		got: cell.trim() === "" ? "an empty cell" : describeValue(cell),
	});
}
