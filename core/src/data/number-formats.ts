import { InputError } from "../errors.ts";

/** How one number is stored: its size in bytes, and how to read it as float64. */
export interface NumberFormat {
	readonly size: number;
	/** Exact for all but 64-bit integers beyond 2^53, which `numbersFrom` refuses. */
	readonly read: (view: DataView, offset: number, littleEndian: boolean) => number;
}

const format = (size: number, read: NumberFormat["read"]): NumberFormat => ({ size, read });

export const UINT8 = format(1, (view, at) => view.getUint8(at));
export const INT8 = format(1, (view, at) => view.getInt8(at));
export const UINT16 = format(2, (view, at, little) => view.getUint16(at, little));
export const INT16 = format(2, (view, at, little) => view.getInt16(at, little));
export const UINT32 = format(4, (view, at, little) => view.getUint32(at, little));
export const INT32 = format(4, (view, at, little) => view.getInt32(at, little));
export const UINT64 = format(8, (view, at, little) => Number(view.getBigUint64(at, little)));
export const INT64 = format(8, (view, at, little) => Number(view.getBigInt64(at, little)));
export const FLOAT32 = format(4, (view, at, little) => view.getFloat32(at, little));
export const FLOAT64 = format(8, (view, at, little) => view.getFloat64(at, little));

/**
 * `length` numbers of one format, as float64; plain bytes are shared and not copied. The caller has checked that the bytes are there.
 * @throws InputError for integers beyond 2^53, which float64 cannot hold exactly.
 */
export function numbersFrom(
	bytes: Uint8Array,
	offset: number,
	length: number,
	{ format, littleEndian }: { format: NumberFormat; littleEndian: boolean },
	where: string,
): Float64Array | Uint8Array {
	if (format === UINT8) return bytes.subarray(offset, offset + length);
	const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length * format.size);
	const data = new Float64Array(length);
	for (let i = 0; i < length; i++) data[i] = format.read(view, i * format.size, littleEndian);
	if (format === UINT64 || format === INT64) {
		const i = data.findIndex((x) => Math.abs(x) > Number.MAX_SAFE_INTEGER);
		if (i >= 0) {
			throw new InputError({
				where: `${where}, number ${i}`,
				wanted: "an integer from -(2^53 - 1) to 2^53 - 1, which float64 holds exactly",
				got: String(data[i]),
			});
		}
	}
	return data;
}
