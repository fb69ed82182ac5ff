import { readdirSync, readFileSync } from "node:fs";
import { isInputError, readCifar10, readCsv, readIdx, readNpy, readNpz, selectColumns } from "@finitude/core";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import {
	bytesOf,
	cifarRecord,
	concat,
	float64Bytes,
	idxFile,
	npyFile,
	npyHeader,
} from "../helpers/data-files.ts";

const folder = new URL("../../../fixtures/data/", import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

function faultOf(read: () => unknown): string {
	try {
		read();
	} catch (error) {
		if (isInputError(error)) return error.message;
		throw error;
	}
	return "no fault";
}

const twelve = Array.from({ length: 12 }, (_, i) => i);

describe("readNpy", () => {
	const files = readdirSync(folder).filter((name) => /^(little|big|fortran|version|[iu]1)/.test(name));
	it.each(files)("reads NumPy's %s", (name) => {
		const { shape, data } = readNpy(fixture(name), name);
		expect(shape).toStrictEqual([2, 3, 2]);
		expect([...data]).toStrictEqual(twelve);
	});
	it("reads booleans as 0 and 1, a single number, an empty array", () => {
		expect([...readNpy(fixture("bool.npy"), "f").data]).toStrictEqual(
			twelve.map((i) => (i % 2 === 0 ? 1 : 0)),
		);
		expect(readNpy(npyFile(npyHeader("<f8", "()"), float64Bytes([7])), "f")).toStrictEqual({
			shape: [],
			data: Float64Array.of(7),
		});
		expect(readNpy(npyFile(npyHeader("<f8", "(0, 3)")), "f").shape).toStrictEqual([0, 3]);
	});
	it("has found all the fixtures", () => expect(files).toHaveLength(18));

	const tenGigabytes = npyFile(npyHeader("<f8", "(1250000000,)"), float64Bytes([1]));
	const cases: [string, Uint8Array, string][] = [
		[
			"an empty file",
			new Uint8Array(0),
			"x.npy: wanted an NPY file, which begins with \\x93NUMPY; got an empty file.",
		],
		[
			"text",
			bytesOf("1,2,3\n4,5,6\n"),
			"x.npy: wanted an NPY file, which begins with \\x93NUMPY; got another beginning.",
		],
		[
			"another version",
			concat([0x93], bytesOf("NUMPY"), [9, 0, 0, 0]),
			"x.npy: wanted NPY format version 1, 2 or 3; got 9.",
		],
		[
			"a file cut short in its beginning",
			concat([0x93], bytesOf("NUMPY"), [2, 0, 200, 0]),
			"x.npy: wanted an NPY header of 12 bytes; got a file of 10 bytes. The file is cut short.",
		],
		[
			"a header cut short",
			fixture("version-1.npy").subarray(0, 60),
			"x.npy: wanted an NPY header of 128 bytes; got a file of 60 bytes. The file is cut short.",
		],
		[
			"a huge header",
			concat([0x93], bytesOf("NUMPY"), [2, 0, 255, 255, 255, 255]),
			"x.npy: wanted an NPY header of at most 65535 bytes; got 4294967295 bytes.",
		],
		[
			"numbers cut short",
			fixture("version-2.npy").subarray(0, -8),
			"x.npy: wanted 96 bytes for the shape 2 x 3 x 2 that its header claims; got 88 bytes. The file is cut short or its header is damaged.",
		],
		[
			"numbers in excess",
			concat(fixture("version-3.npy"), [0]),
			"x.npy: wanted 96 bytes for the shape 2 x 3 x 2 that its header claims; got 97 bytes. The file has more than its header says.",
		],
		[
			"a claim of 10 GB",
			tenGigabytes,
			"x.npy: wanted 10000000000 bytes for the shape 1250000000 that its header claims; got 8 bytes. The file is cut short or its header is damaged.",
		],
		[
			"a claim beyond 2^53",
			npyFile(npyHeader("<f8", "(999999999999999, 999999999999999)")),
			"x.npy: wanted over 2^53 bytes for the shape 999999999999999 x 999999999999999 that its header claims; got 0 bytes. The file is cut short or its header is damaged.",
		],
		[
			"a claim beyond all numbers",
			npyFile(npyHeader("<f8", `(${Array(32).fill("999999999999999").join()})`)),
			"x.npy: wanted over 2^53 bytes for the shape 999999999999999 x 999999999999999 x 999999999999999 x 999999999999999 x ... (32 axes) that its header claims; got 0 bytes. The file is cut short or its header is damaged.",
		],
		[
			"a negative axis",
			npyFile(npyHeader("<f8", "(-1, 2)")),
			"x.npy: wanted an NPY header with descr, fortran_order and shape; got another header.",
		],
		[
			"33 axes",
			npyFile(npyHeader("<f8", `(${Array(33).fill("1").join()})`)),
			"x.npy: wanted a shape of at most 32 axis lengths below 10^15; got (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,).",
		],
		[
			"complex numbers",
			fixture("complex.npy"),
			"x.npy: wanted real numbers, integers or booleans (b1, u1, i1, u2, i2, u4, i4, u8, i8, f4, f8); got an array of type c16. Convert it with astype('f8') before saving.",
		],
		[
			"a structured array",
			fixture("structured.npy"),
			"x.npy: wanted an NPY header with descr, fortran_order and shape; got a structured array. Save each of its fields as an array of its own.",
		],
		[
			"objects",
			npyFile(npyHeader("|O", "(2,)")),
			"x.npy: wanted real numbers, integers or booleans (b1, u1, i1, u2, i2, u4, i4, u8, i8, f4, f8); got an array of type O. Convert it with astype('f8') before saving.",
		],
		[
			"a header that is no dictionary",
			npyFile("__import__('os')"),
			"x.npy: wanted an NPY header with descr, fortran_order and shape; got another header.",
		],
		[
			"an integer that float64 cannot hold",
			npyFile(npyHeader("<i8", "(2,)"), [...Array(8).fill(0), 1, 0, 0, 0, 0, 0, 32, 0]),
			"x.npy, number 1: wanted an integer from -(2^53 - 1) to 2^53 - 1, which float64 holds exactly; got 9007199254740992.",
		],
	];
	it.each(cases)("refuses %s", (_, bytes, message) => {
		expect(faultOf(() => readNpy(bytes, "x.npy"))).toBe(message);
	});
});

describe("readNpz", () => {
	it.each(["stored.npz", "deflated.npz"])("reads NumPy's %s", (name) => {
		const arrays = readNpz(fixture(name), ["trainInputs", "trainTargets"], name);
		expect(arrays.trainInputs.shape).toStrictEqual([2, 3, 2]);
		expect([...arrays.trainInputs.data]).toStrictEqual(twelve);
		expect([...arrays.trainTargets.data]).toStrictEqual([1.5, -2.5]);
	});

	/** The archive with bytes changed at an offset after the `n`-th appearance of a ZIP signature. */
	function changed(signature: number, offset: number, bytes: readonly number[]): Uint8Array {
		const file = fixture("deflated.npz");
		const view = new DataView(file.buffer);
		let at = 0;
		while (view.getUint32(at, true) !== signature) at++;
		file.set(bytes, at + offset);
		return file;
	}
	const entry = 0x02014b50;
	const zip = (files: Record<string, Uint8Array>) => zipSync(files);
	const cases: [string, Uint8Array, string][] = [
		[
			"an empty file",
			new Uint8Array(0),
			"x.npz: wanted a ZIP archive; got an empty file. It may be cut short.",
		],
		[
			"a file that is no archive",
			fixture("bool.npy"),
			"x.npz: wanted a ZIP archive; got a file without a ZIP directory. It may be cut short.",
		],
		[
			"an archive cut short",
			fixture("stored.npz").subarray(0, 300),
			"x.npz: wanted a ZIP archive; got a file without a ZIP directory. It may be cut short.",
		],
		[
			"an archive without the array",
			zip({ "trainInput.npy": fixture("bool.npy") }),
			"x.npz: wanted an array named trainInputs; got an archive with trainInput. Did you mean trainInput?",
		],
		[
			"an archive without arrays",
			zip({}),
			"x.npz: wanted an array named trainInputs; got an archive without arrays.",
		],
		[
			"a checksum that is wrong",
			changed(entry, 16, [1, 2, 3, 4]),
			"x.npz: trainInputs.npy: wanted an undamaged ZIP archive; got a fault in its checksum.",
		],
		[
			"a claim of 4 GB",
			changed(entry, 24, [255, 255, 255, 255]),
			"x.npz: trainInputs.npy: wanted at most 108360 bytes; got a claim of 4294967295 bytes.",
		],
		[
			"a claim that its packed bytes cannot hold",
			changed(entry, 24, [0, 0, 0, 16]),
			"x.npz: trainInputs.npy: wanted at most 108360 bytes; got a claim of 268435456 bytes.",
		],
		[
			"a length that is wrong",
			changed(entry, 24, [10, 0, 0, 0]),
			"x.npz: trainInputs.npy: wanted an undamaged ZIP archive; got a fault in its checksum.",
		],
		[
			"packed bytes beyond the end",
			changed(entry, 20, [255, 255, 255, 15]),
			"x.npz: trainInputs.npy: wanted an undamaged ZIP archive; got a fault in its length.",
		],
		[
			"a header elsewhere",
			changed(entry, 42, [255, 255, 255, 15]),
			"x.npz: trainInputs.npy: wanted an undamaged ZIP archive; got a fault in its header.",
		],
		[
			"another compression",
			changed(entry, 10, [12, 0]),
			"x.npz: trainInputs.npy: wanted a stored or deflated entry; got compression method 12.",
		],
		[
			"compressed data that is damaged",
			changed(0x04034b50, 60, Array(20).fill(0xff)),
			"x.npz: trainInputs.npy: wanted an undamaged ZIP archive; got a fault in its compressed data.",
		],
		[
			"a directory elsewhere",
			changed(0x06054b50, 16, [255, 255, 255, 255]),
			"x.npz: wanted an undamaged ZIP archive; got a fault in entry 0 of its directory.",
		],
		[
			"a directory with more entries",
			changed(0x06054b50, 10, [9, 0]),
			"x.npz: wanted an undamaged ZIP archive; got a fault in entry 2 of its directory.",
		],
		[
			"an entry that is no array",
			zip({ "trainInputs.npy": bytesOf("hello hello") }),
			"x.npz: trainInputs.npy: wanted an NPY file, which begins with \\x93NUMPY; got another beginning.",
		],
	];
	it.each(cases)("refuses %s", (_, bytes, message) => {
		expect(faultOf(() => readNpz(bytes, ["trainInputs"], "x.npz"))).toBe(message);
	});
});

describe("readIdx", () => {
	it("reads bytes without copying them, and other formats", () => {
		const file = idxFile([2, 2, 1], [1, 2, 3, 255]);
		const { shape, data } = readIdx(file, "f");
		expect(shape).toStrictEqual([2, 2, 1]);
		expect([...data]).toStrictEqual([1, 2, 3, 255]);
		expect(data.buffer).toBe(file.buffer);
		expect([...readIdx(concat([0, 0, 0x0b, 1, 0, 0, 0, 2], [0xff, 0xfe, 1, 0]), "f").data]).toStrictEqual([
			-2, 256,
		]);
		expect([...readIdx(concat([0, 0, 0x0d, 1, 0, 0, 0, 1], [0x3f, 0xc0, 0, 0]), "f").data]).toStrictEqual([
			1.5,
		]);
	});
	const cases: [string, Uint8Array, string][] = [
		[
			"an empty file",
			new Uint8Array(0),
			"images-idx3-ubyte: wanted an IDX file, which begins with 00 00, a number format (08, 09, 0b, 0c, 0d or 0e) and the number of axes; got an empty file.",
		],
		[
			"another magic number",
			bytesOf("hello"),
			"images-idx3-ubyte: wanted an IDX file, which begins with 00 00, a number format (08, 09, 0b, 0c, 0d or 0e) and the number of axes; got a file that begins with 68 65 6c 6c.",
		],
		[
			"a compressed file",
			Uint8Array.of(0x1f, 0x8b, 8, 0, 0),
			"images-idx3-ubyte: wanted an IDX file, which begins with 00 00, a number format (08, 09, 0b, 0c, 0d or 0e) and the number of axes; got a file that begins with 1f 8b 08 00. It is compressed: run gunzip on it first.",
		],
		[
			"an unknown number format",
			Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 0),
			"images-idx3-ubyte: wanted an IDX file, which begins with 00 00, a number format (08, 09, 0b, 0c, 0d or 0e) and the number of axes; got a file that begins with 00 00 07 01.",
		],
		[
			"no axes",
			Uint8Array.of(0, 0, 8, 0),
			"images-idx3-ubyte: wanted an IDX file, which begins with 00 00, a number format (08, 09, 0b, 0c, 0d or 0e) and the number of axes; got a file that begins with 00 00 08 00.",
		],
		[
			"a header cut short",
			Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1),
			"images-idx3-ubyte: wanted an IDX header of 16 bytes for 3 axes; got a file of 8 bytes. The file is cut short.",
		],
		[
			"numbers cut short",
			idxFile([10, 2, 2], [1, 2, 3]),
			"images-idx3-ubyte: wanted 40 bytes for the shape 10 x 2 x 2 that its header claims; got 3 bytes. The file is cut short or its header is damaged.",
		],
		[
			"numbers in excess",
			idxFile([1], [1, 2]),
			"images-idx3-ubyte: wanted 1 byte for the shape 1 that its header claims; got 2 bytes. The file has more than its header says.",
		],
		[
			"a claim beyond all memory",
			idxFile([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], []),
			"images-idx3-ubyte: wanted over 2^53 bytes for the shape 4294967295 x 4294967295 x 4294967295 that its header claims; got 0 bytes. The file is cut short or its header is damaged.",
		],
	];
	it.each(cases)("refuses %s", (_, bytes, message) => {
		expect(faultOf(() => readIdx(bytes, "images-idx3-ubyte"))).toBe(message);
	});
});

describe("readCifar10", () => {
	it("turns color planes into [row][column][channel]", () => {
		const pixel = (row: number, column: number, channel: number) =>
			(row * 7 + column * 3 + channel * 101) % 256;
		const { images, labels } = readCifar10(
			concat(
				cifarRecord(3, () => 0),
				cifarRecord(9, pixel),
			),
			"f",
		);
		expect([...labels]).toStrictEqual([3, 9]);
		expect(images.shape).toStrictEqual([2, 32, 32, 3]);
		const second = images.data.subarray(3072);
		for (const [row, column, channel] of [
			[0, 0, 0],
			[0, 1, 2],
			[5, 31, 1],
			[31, 31, 2],
		] as const) {
			expect(second[(row * 32 + column) * 3 + channel]).toBe(pixel(row, column, channel));
		}
	});
	const cases: [string, Uint8Array, string][] = [
		[
			"an empty file",
			new Uint8Array(0),
			"batch.bin: wanted a CIFAR-10 binary batch, a whole number of records of 3073 bytes; got an empty file. The file is cut short or of another format (wanted is the binary version, data_batch_1.bin).",
		],
		[
			"a record cut short",
			new Uint8Array(3072),
			"batch.bin: wanted a CIFAR-10 binary batch, a whole number of records of 3073 bytes; got 3072 bytes. The file is cut short or of another format (wanted is the binary version, data_batch_1.bin).",
		],
		[
			"a label above 9",
			concat(
				cifarRecord(1, () => 0),
				cifarRecord(10, () => 0),
			),
			"batch.bin, record 1: wanted a label from 0 to 9; got 10.",
		],
	];
	it.each(cases)("refuses %s", (_, bytes, message) => {
		expect(faultOf(() => readCifar10(bytes, "batch.bin"))).toBe(message);
	});
});

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
