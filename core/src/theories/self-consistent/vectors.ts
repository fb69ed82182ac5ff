/** Small operations on coordinate vectors of the saddle points. */
import { dot } from "@finitude/engine";

/** x + length * step. */
export function combine(x: Float64Array, length: number, step: Float64Array): Float64Array {
	return x.map((value, i) => value + length * step[i]!);
}

/** |x|. */
export function norm(x: Float64Array): number {
	return Math.sqrt(dot(x, x));
}

/** max |x_i|, 0 for no numbers. */
export function largestMagnitude(x: Float64Array): number {
	return x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
