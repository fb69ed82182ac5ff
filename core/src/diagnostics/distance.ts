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

/** x / scale; 0 when x is; undefined when only the scale vanishes, and when float64 cannot hold it. */
function ratio(x: number, scale: number): number | undefined {
	if (x === 0) return 0;
	return finite(x / scale);
}

function finite(x: number): number | undefined {
	return Number.isFinite(x) ? x : undefined;
}

/** |a - b| / |b| in the Euclidean norm; undefined when b vanishes and a does not. @throws RangeError when shapes differ. */
export function relativeDistance(a: Matrix, b: Matrix): number | undefined {
	return ratio(norm(difference(a, b)), norm(b.data));
}

/** |a| / |b|; undefined when b vanishes and a does not. */
export function relativeNorm(a: Matrix, b: Matrix): number | undefined {
	return ratio(norm(a.data), norm(b.data));
}

/**
 * Derivative of |a - b| / |b| by every entry of b: the projection whose standard error is that of the distance, b being sampled.
 * Undefined where the distance has no derivative: a = b, or b = 0.
 */
export function relativeDistanceGradient(a: Matrix, b: Matrix): Float64Array | undefined {
	const delta = difference(a, b);
	const [distance, scale] = [norm(delta), norm(b.data)];
	if (distance === 0 || scale === 0) return undefined;
	return delta.map((x, i) => -x / (distance * scale) - (distance * b.data[i]!) / scale ** 3);
}

/** Averages of thousands of equal numbers scatter by about this fraction of them: rounding, not sampling. */
const ROUNDING = 1e-12;

/**
 * Root mean square of (a - b) / standardError. Entries whose standard error is rounding at most (a quantity that sampling
 * knows exactly) count only when a differs from b by more: no multiple of 0 is a distance then, and the result is undefined.
 */
export function rootMeanSquareZ(a: Matrix, b: Matrix, standardError: Matrix): number | undefined {
	const delta = difference(a, b);
	let sum = 0;
	let count = 0;
	for (let i = 0; i < delta.length; i++) {
		const error = standardError.data[i]!;
		const rounding = ROUNDING * Math.abs(b.data[i]!);
		if (error <= rounding) {
			if (Math.abs(delta[i]!) <= rounding) continue;
			return undefined;
		}
		sum += (delta[i]! / error) ** 2;
		count++;
	}
	return count === 0 ? 0 : finite(Math.sqrt(sum / count));
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
