import { strFromU8 } from "fflate";
import { InputError } from "../errors.ts";
import * as formats from "./number-formats.ts";
import { byteText, claimedLength, type NumericArray } from "./numeric-array.ts";

const FORMATS: Readonly<Record<string, formats.NumberFormat>> = {
	b1: formats.UINT8,
	u1: formats.UINT8,
	i1: formats.INT8,
	u2: formats.UINT16,
	i2: formats.INT16,
	u4: formats.UINT32,
	i4: formats.INT32,
	u8: formats.UINT64,
	i8: formats.INT64,
	f4: formats.FLOAT32,
	f8: formats.FLOAT64,
};

/** NumPy writes headers of about 100 bytes; 64 KiB is what format version 1 can hold. */
const MAX_HEADER = 65_535;
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * A NumPy array file (NPY format versions 1 to 3; https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
 * real numbers, integers and booleans, little- or big-endian, in C or Fortran order; the result is row-major.
 *
 * @throws InputError for another format or type, and for a length other than the header claims, before allocating it.
 */
export function readNpy(bytes: Uint8Array, where: string): NumericArray {
	const { text, start } = headerText(bytes, where);
	const { type, littleEndian, fortranOrder, shape } = parseHeader(text, where);
	const format = FORMATS[type];
	if (format === undefined) {
		throw new InputError({
			where,
			wanted: `real numbers, integers or booleans (${Object.keys(FORMATS).join(", ")})`,
			got: `an array of type ${type}`,
			advice: "Convert it with astype('f8') before saving.",
		});
	}
	const length = claimedLength(shape, format.size, bytes.length - start, where);
	const data = formats.numbersFrom(bytes, start, length, { format, littleEndian }, where);
	return { shape, data: fortranOrder ? toRowMajor(data, shape) : data };
}

function headerText(bytes: Uint8Array, where: string): { text: string; start: number } {
	if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
		throw new InputError({
			where,
			wanted: "an NPY file, which begins with \\x93NUMPY",
			got: bytes.length === 0 ? "an empty file" : "another beginning",
		});
	}
	const major = bytes[6]!;
	if (major < 1 || major > 3) {
		throw new InputError({ where, wanted: "NPY format version 1, 2 or 3", got: String(major) });
	}
	const first = major === 1 ? 10 : 12;
	if (bytes.length < first) throw cutShort(where, first, bytes.length);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
	if (length > MAX_HEADER) {
		throw new InputError({
			where,
			wanted: `an NPY header of at most ${byteText(MAX_HEADER)}`,
			got: byteText(length),
		});
	}
	if (bytes.length < first + length) throw cutShort(where, first + length, bytes.length);
	return { text: strFromU8(bytes.subarray(first, first + length)), start: first + length };
}

function cutShort(where: string, wanted: number, got: number): InputError {
	return new InputError({
		where,
		wanted: `an NPY header of ${byteText(wanted)}`,
		got: `a file of ${byteText(got)}`,
		advice: "The file is cut short.",
	});
}

interface Header {
	readonly type: string;
	readonly littleEndian: boolean;
	readonly fortranOrder: boolean;
	readonly shape: readonly number[];
}

/** The header is a Python dictionary literal: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), } */
function parseHeader(text: string, where: string): Header {
	const descr = /'descr'\s*:\s*'([<>|=])([a-zA-Z]\d*)'/.exec(text);
	const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
	const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text);
	if (!descr || !order || !shape) {
		const structured = /'descr'\s*:\s*\[/.test(text);
		throw new InputError({
			where,
			wanted: "an NPY header with descr, fortran_order and shape",
			got: structured ? "a structured array" : "another header",
			advice: structured ? "Save each of its fields as an array of its own." : "",
		});
	}
	const lengths = shape[1]!
		.split(",")
		.map((item) => item.trim().replace(/L$/, ""))
		.filter((item) => item !== "");
	const bad = lengths.find((item) => !/^\d{1,15}$/.test(item));
	if (bad !== undefined || lengths.length > 32) {
		throw new InputError({
			where,
			wanted: "a shape of at most 32 axis lengths below 10^15",
			got: `(${shape[1]!.slice(0, 60)})`,
		});
	}
	return {
		type: descr[2]!,
		littleEndian: descr[1] !== ">",
		fortranOrder: order[1] === "True",
		shape: lengths.map(Number),
	};
}

/** From the first axis fastest to the last axis fastest. */
function toRowMajor<T extends Float64Array | Uint8Array>(data: T, shape: readonly number[]): T {
	const result = data.slice() as T;
	const index = shape.map(() => 0);
	const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1));
	for (let i = 0, from = 0; i < data.length; i++) {
		result[i] = data[from]!;
		for (let axis = shape.length - 1; axis >= 0; axis--) {
			from += strides[axis]!;
			if (++index[axis]! < shape[axis]!) break;
			from -= strides[axis]! * shape[axis]!;
			index[axis] = 0;
		}
	}
	return result;
}
