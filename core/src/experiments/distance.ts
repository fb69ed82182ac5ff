/** Distances between arrays of numbers of the same shape. */
import type { Matrix } from "@finitude/engine";

function norm(data: ArrayLike<number>): number {
	let sum = 0;
	for (let i = 0; i < data.length; i++) sum += data[i]! ** 2;
	return Math.sqrt(sum);
}

function difference(a: Matrix, b: Matrix): Float64Array {
	if (a.rows !== b.rows || a.columns !== b.columns) {
		throw new RangeError(`distance: shapes differ: ${a.rows} x ${a.columns} and ${b.rows} x ${b.columns}.`);
	}
	return a.data.map((value, i) => value - b.data[i]!);
}

/** |a - b| / |b| in the Euclidean norm; 0 when both vanish, Infinity when only b does. @throws RangeError when shapes differ. */
export function relativeDistance(a: Matrix, b: Matrix): number {
	const distance = norm(difference(a, b));
	return distance === 0 ? 0 : distance / norm(b.data);
}

/** |a| / |b|; 0 when a vanishes. */
export function relativeNorm(a: Matrix, b: Matrix): number {
	const size = norm(a.data);
	return size === 0 ? 0 : size / norm(b.data);
}

/**
 * Root mean square of (a - b) / standardError. Entries with standard error 0 (a quantity that sampling knows exactly)
 * count only when a differs from b: then the result is Infinity.
 */
export function rootMeanSquareZ(a: Matrix, b: Matrix, standardError: Matrix): number {
	const delta = difference(a, b);
	let sum = 0;
	let count = 0;
	for (let i = 0; i < delta.length; i++) {
		const error = standardError.data[i]!;
		if (error === 0 && delta[i] === 0) continue;
		sum += (delta[i]! / error) ** 2;
		count++;
	}
	return count === 0 ? 0 : Math.sqrt(sum / count);
}

/** Mean of (a - b)^2 over all entries. */
export function meanSquaredError(a: Matrix, b: Matrix): number {
	return norm(difference(a, b)) ** 2 / a.data.length;
}

/** Mean of all entries. */
export function meanValue(a: Matrix): number {
	let sum = 0;
	for (const value of a.data) sum += value;
	return sum / a.data.length;
}
