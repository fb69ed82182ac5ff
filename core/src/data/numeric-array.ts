import type { Matrix } from "@finitude/engine";
import { InputError } from "../errors.ts";
import { counted } from "../problem/faults.ts";

/** An array of numbers of any shape, row-major (the last axis is the fastest). Bytes of a file may be shared, not copied. */
export interface NumericArray {
	readonly shape: readonly number[];
	readonly data: Float64Array | Uint8Array;
}

/** The length of one entry along the first axis. */
export function entrySize(array: NumericArray): number {
	return array.shape.slice(1).reduce((product, n) => product * n, 1);
}

/**
 * An array as P rows: the further axes flattened, a flat array as one column.
 * @throws InputError for a single number and for an empty array.
 */
export function toMatrix(array: NumericArray, where: string): Matrix {
	if (array.shape.length === 0 || array.data.length === 0) {
		throw new InputError({
			where,
			wanted: "an array of at least one row",
			got: array.shape.length === 0 ? "a single number" : `an array of shape ${shapeText(array.shape)}`,
		});
	}
	const data = array.data instanceof Float64Array ? array.data : Float64Array.from(array.data);
	return { rows: array.shape[0]!, columns: entrySize(array), data };
}

/** "60000 x 28 x 28". */
export function shapeText(shape: readonly number[]): string {
	if (shape.length === 0) return "()";
	return shape.length > 8
		? `${shape.slice(0, 4).join(" x ")} x ... (${shape.length} axes)`
		: shape.join(" x ");
}

/**
 * The number of entries a header claims, checked against the bytes that are there before anything is allocated.
 * @throws InputError when the claim and the bytes differ.
 */
export function claimedLength(
	shape: readonly number[],
	itemSize: number,
	available: number,
	where: string,
): number {
	// A product beyond 2^53 is inexact, but no file is that long, so it is refused all the same.
	const length = shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);
	const bytes = length * itemSize;
	if (bytes !== available) {
		throw new InputError({
			where,
			wanted: `${bytes > Number.MAX_SAFE_INTEGER ? "over 2^53 bytes" : byteText(bytes)} for the shape ${shapeText(shape)} that its header claims`,
			got: byteText(available),
			advice:
				bytes > available
					? "The file is cut short or its header is damaged."
					: "The file has more than its header says.",
		});
	}
	return length;
}

/** "1 byte", "16 bytes". */
export function byteText(n: number): string {
	return counted(n, "byte");
}
