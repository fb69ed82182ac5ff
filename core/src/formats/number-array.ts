import type { Matrix } from "@finitude/engine";
import { sizeOf } from "./data-tree.ts";

/** Row-major. */
export interface NumberArray {
	readonly shape: readonly number[];
	readonly values: Float64Array;
}

export function isMatrix(value: unknown): value is Matrix {
	return typeof value === "object" && value !== null && "rows" in value && "columns" in value;
}

/** A number, a matrix, or a list of such; an empty list says nothing. */
export function isQuantity(value: unknown): boolean {
	if (Array.isArray(value)) return value.length > 0 && value.every(isQuantity);
	return typeof value === "number" || value instanceof Float64Array || isMatrix(value);
}

/**
 * A quantity as one array, or, for a list whose entries differ in shape, as one for each entry with the suffix "_0", "_1", ...
 * @throws Error for anything that is no quantity.
 */
export function arraysOf(value: unknown): { readonly suffix: string; readonly array: NumberArray }[] {
	const whole = (shape: readonly number[], values: Float64Array) => [
		{ suffix: "", array: { shape, values } },
	];
	if (typeof value === "number") return whole([], Float64Array.of(value));
	if (value instanceof Float64Array) return whole([value.length], value);
	if (isMatrix(value)) return whole([value.rows, value.columns], value.data);
	if (!Array.isArray(value) || value.length === 0) throw new Error("arraysOf: wanted numbers or matrices.");
	const entries = value.map(arraysOf);
	const shape = entries[0]![0]!.array.shape;
	const alike = entries.every(
		(arrays) => arrays.length === 1 && arrays[0]!.array.shape.join() === shape.join(),
	);
	if (!alike) {
		return entries.flatMap((arrays, i) =>
			arrays.map(({ suffix, array }) => ({ suffix: `_${i}${suffix}`, array })),
		);
	}
	const values = new Float64Array(value.length * sizeOf(shape));
	entries.forEach(([entry], i) => {
		values.set(entry!.array.values, i * sizeOf(shape));
	});
	return whole([value.length, ...shape], values);
}
