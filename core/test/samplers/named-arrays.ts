import type { WeightReader } from "../../src/samplers/network-weights.ts";

/** The arrays of one read network by name: views. */
export function namedArrays({ arrays }: WeightReader, values: Float64Array): Record<string, Float64Array> {
	let at = 0;
	return Object.fromEntries(
		arrays.map(({ name, shape }) => {
			const start = at;
			at += shape.reduce((a, b) => a * b, 1);
			return [name, values.subarray(start, at)];
		}),
	);
}
