import { strToU8 } from "fflate";
import { type DataVariable, readFinite, sizeOf, typeOf } from "./data-tree.ts";

/** Typed arrays hold numbers in the order of the machine, so the header names that order. */
const BYTE_ORDER = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "<" : ">";

const DESCRIPTIONS = { float64: `${BYTE_ORDER}f8`, int32: `${BYTE_ORDER}i4`, bool: "|b1" };

/** Format version 1.0, with room for the length of the header. */
const PREAMBLE = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 0, 0];

/** NumPy aligns the numbers to this, so that a file can be mapped into memory. */
const ALIGNMENT = 64;

/** Values read and written at once: 1 MiB of float64. */
const PIECE = 2 ** 17;

/**
 * A variable as a NumPy array file (NPY format version 1.0; https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html),
 * in pieces: its header, then its values.
 * @param name For errors. @throws Error for a number that is not finite.
 */
export function* npyFile(variable: DataVariable, name: string): Generator<Uint8Array> {
	const lengths = variable.shape.map((length) => `${length},`).join(" ");
	const header = `{'descr': '${DESCRIPTIONS[typeOf(variable)]}', 'fortran_order': False, 'shape': (${lengths}), }`;
	// A newline ends the header.
	const unpadded = PREAMBLE.length + header.length + 1;
	const length = Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT;
	const bytes = strToU8(`${header.padEnd(length - PREAMBLE.length - 1)}\n`);
	const file = new Uint8Array(length);
	file.set(PREAMBLE);
	new DataView(file.buffer).setUint16(8, bytes.length, true);
	file.set(bytes, PREAMBLE.length);
	yield file;
	const size = sizeOf(variable.shape);
	for (let start = 0; start < size; start += PIECE) {
		const { buffer, byteOffset, byteLength } = readFinite(
			variable,
			name,
			start,
			Math.min(PIECE, size - start),
		);
		yield new Uint8Array(buffer, byteOffset, byteLength);
	}
}
