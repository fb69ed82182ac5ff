import { readCsv, selectColumns } from "@finitude/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../helpers/data-files.ts";
import { faultOf } from "../helpers/fault-of.ts";

describe("readCsv", () => {
	it("finds header and delimiter, skips blank lines, reads quoted cells", () => {
		const table = readCsv(bytesOf('\ufeff"a ""x""",b\r\n1, -2.5e-3\r\n\r\n"3",.5\r\n'), "f");
		expect(table).toStrictEqual({
			columns: ['a "x"', "b"],
			values: { rows: 2, columns: 2, data: Float64Array.of(1, -2.5e-3, 3, 0.5) },
		});
		expect(readCsv(bytesOf("1;2\n3;4"), "f").values.data).toStrictEqual(Float64Array.of(1, 2, 3, 4));
		expect(readCsv(bytesOf("1 2\n3 4"), "f", { delimiter: " " }).values.columns).toBe(2);
		expect(readCsv(bytesOf("1\n2\n"), "f", { header: true })).toStrictEqual({
			columns: ["1"],
			values: { rows: 1, columns: 1, data: Float64Array.of(2) },
		});
	});
	it("chooses columns by name and number, in the order asked for", () => {
		const table = readCsv(bytesOf("a,b,c\n1,2,3\n4,5,6"), "f");
		expect(selectColumns(table, ["c", 0], "inputs")).toStrictEqual({
			rows: 2,
			columns: 2,
			data: Float64Array.of(3, 1, 6, 4),
		});
	});
	it("reads back every table of finite numbers, bit for bit (200 random ones)", () => {
		const row = (columns: number) =>
			fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
				minLength: columns,
				maxLength: columns,
			});
		const table = fc
			.integer({ min: 1, max: 5 })
			.chain((columns) => fc.array(row(columns), { minLength: 1, maxLength: 5 }));
		fc.assert(
			fc.property(table, (rows) => {
				const text = rows
					.map((cells) => cells.map((x) => (Object.is(x, -0) ? "-0" : String(x))).join(","))
					.join("\n");
				expect(readCsv(bytesOf(text), "f").values.data).toStrictEqual(Float64Array.from(rows.flat()));
			}),
			{ numRuns: 200, seed: 1 },
		);
	});

	const cases: [string, string, string][] = [
		["an empty file", " \n\n", "t.csv: wanted a table of numbers; got an empty file."],
		["a header only", "a,b\n", "t.csv: wanted at least one row of numbers; got a header row only."],
		[
			"a word among numbers",
			"a,b\n1,2\n3,x\n",
			't.csv, line 3, column 2 (b): wanted a finite number; got "x".',
		],
		[
			"a word among numbers without header",
			"1,2\n\n3,1e",
			't.csv, line 3, column 2: wanted a finite number; got "1e".',
		],
		["an empty cell", "a,b\n1,\n", "t.csv, line 2, column 2 (b): wanted a finite number; got an empty cell."],
		["NaN", "1,2\nNaN,1\n", 't.csv, line 2, column 1: wanted a finite number; got "NaN".'],
		["a number too large", "1e999\n", 't.csv, line 1, column 1: wanted a finite number; got "1e999".'],
		["hexadecimal", "a\n0x10\n", 't.csv, line 2, column 1 (a): wanted a finite number; got "0x10".'],
		["a ragged row", "a,b\n1,2\n3\n", "t.csv, line 3: wanted 2 cells, as in line 1; got 1."],
		[
			"a fault after a quoted cell that spans lines",
			'"a\nb",c\n1,2\nx,3',
			't.csv, line 4, column 1 (a b): wanted a finite number; got "x".',
		],
		[
			"a first row of names and numbers",
			"1,x\n2,3\n",
			't.csv, line 1: wanted names only or numbers only; got both "x" and "1". Correct the cell, or say header: true or header: false.',
		],
		[
			"a quote that does not end",
			'a,b\n1,"2\n3,4',
			't.csv, line 2, column 2 (b): wanted a finite number; got "2\\n3,4".',
		],
	];
	it.each(cases)("refuses %s", (_, text, message) => {
		expect(faultOf(() => readCsv(bytesOf(text), "t.csv"))).toBe(message);
	});

	const columns: [string, (string | number)[], string][] = [
		[
			"a column that is not there",
			["prise"],
			'data.inputs[0]: wanted one of the columns price, x, y or x; got "prise". Did you mean price?',
		],
		["a column number that is not there", [0, 4], "data.inputs[1]: wanted a column from 0 to 3; got 4."],
		["a negative column number", [-1], "data.inputs[0]: wanted a column from 0 to 3; got -1."],
		[
			"a name that two columns have",
			["x"],
			'data.inputs[0]: wanted a name that one column has; got "x", which several have.',
		],
	];
	it.each(columns)("refuses %s", (_, choice, message) => {
		const table = readCsv(bytesOf("price,x,y,x\n1,2,3,4"), "t.csv");
		expect(faultOf(() => selectColumns(table, choice, "data.inputs"))).toBe(message);
	});
	it("refuses a column name when there is no header", () => {
		expect(faultOf(() => selectColumns(readCsv(bytesOf("1,2"), "t.csv"), ["price"], "data.inputs"))).toBe(
			'data.inputs[0]: wanted a column number, as the file has no header; got "price".',
		);
	});
});
