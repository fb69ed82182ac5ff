import { InputError } from "../errors.ts";
import {
	FLOAT32,
	FLOAT64,
	INT8,
	INT16,
	INT32,
	type NumberFormat,
	numbersFrom,
	UINT8,
} from "./number-formats.ts";
import { byteText, claimedLength, type NumericArray } from "./numeric-array.ts";

const FORMATS: Readonly<Record<number, NumberFormat>> = {
	8: UINT8,
	9: INT8,
	11: INT16,
	12: INT32,
	13: FLOAT32,
	14: FLOAT64,
};

/**
 * An IDX file (the format of MNIST, LeCun 1998): two zero bytes, the number format, the number of axes, the axis
 * lengths as big-endian 32-bit integers, then the numbers, big-endian. Bytes are shared with the file, not copied.
 *
 * @throws InputError for another magic number, an unknown number format, and a length other than the header claims.
 */
export function readIdx(bytes: Uint8Array, where: string): NumericArray {
	const axes = bytes[3] ?? 0;
	const format = FORMATS[bytes[2] ?? 0];
	if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || format === undefined || axes === 0) {
		const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
		throw new InputError({
			where,
			wanted:
				"an IDX file, which begins with 00 00, a number format (08, 09, 0b, 0c, 0d or 0e) and the number of axes",
			got: bytes.length === 0 ? "an empty file" : `a file that begins with ${start}`,
			advice: bytes[0] === 0x1f && bytes[1] === 0x8b ? "It is compressed: run gunzip on it first." : "",
		});
	}
	const header = 4 + 4 * axes;
	if (bytes.length < header) {
		throw new InputError({
			where,
			wanted: `an IDX header of ${byteText(header)} for ${axes} axes`,
			got: `a file of ${byteText(bytes.length)}`,
			advice: "The file is cut short.",
		});
	}
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const shape = Array.from({ length: axes }, (_, i) => view.getUint32(4 + 4 * i));
	const length = claimedLength(shape, format.size, bytes.length - header, where);
	return { shape, data: numbersFrom(bytes, header, length, { format, littleEndian: false }, where) };
}
