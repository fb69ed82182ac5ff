import type { Matrix } from "@finitude/engine";
import { meanSquaredError } from "../../diagnostics/distance.ts";

/**
 * An error is resolved when it exceeds this many noise floors. The squared error of an exact theory is the mean over points
 * of squared Monte-Carlo errors: even were these all the same, it would exceed four times its expectation in 4.6 % of cases
 * only, and in fewer when they are not.
 */
export const RESOLVED = 2;

/** Root mean square of a - b over points and outputs. */
export function rootMeanSquare(a: Matrix, b?: Matrix): number {
	if (b !== undefined) return Math.sqrt(meanSquaredError(a, b));
	return Math.sqrt(a.data.reduce((sum, x) => sum + x * x, 0) / a.data.length);
}

/** The exponent p of a power law error ~ width^p, least squares in the logarithms; undefined for fewer than three points. */
export function fittedExponent(widths: readonly number[], errors: readonly number[]): number | undefined {
	if (widths.length < 3) return undefined;
	const x = widths.map(Math.log);
	const y = errors.map(Math.log);
	const [meanX, meanY] = [x, y].map((values) => values.reduce((a, b) => a + b, 0) / values.length) as [
		number,
		number,
	];
	const covariance = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i]! - meanY), 0);
	return covariance / x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
}
