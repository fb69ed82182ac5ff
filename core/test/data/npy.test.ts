import { readdirSync } from "node:fs";
import { readNpy } from "@finitude/core";
import { describe, expect, it } from "vitest";
import { bytesOf, concat, float64Bytes, npyFile, npyHeader } from "../helpers/data-files.ts";
import { faultOf } from "../helpers/fault-of.ts";
import { fixture, folder } from "./fixture-files.ts";

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
