import { mean } from "../../diagnostics/moments.ts";

/**
 * log(Z_a / Z_b) of two unnormalized densities e^-U_a and e^-U_b by thermodynamic integration (Kirkwood 1935; Gelman and Meng
 * 1998, Statistical Science 13:163) along U_l = U_b + l (U_a - U_b): with y = U_a - U_b at draws of b and x = U_b - U_a at draws
 * of a, the integrand -E_l[U_a - U_b] is -mean y at l = 0 and mean x at l = 1, and its slopes there are the variances of y and x.
 */
export interface PathIntegral {
	/** The trapezoidal rule with end corrections (Friel, Hurn, Wyse 2014, Statistics and Computing 24:709, arXiv 1209.3198). */
	readonly corrected: Float64Array;
	/** The trapezoidal rule. */
	readonly trapezoidal: Float64Array;
}

/**
 * Both rules as series of equally many terms as draws: their means are the estimates.
 *
 * @param x, y of one length, finite
 */
export function pathIntegral(x: Float64Array, y: Float64Array): PathIntegral {
	const [xMean, yMean] = [mean(x), mean(y)];
	const trapezoidal = x.map((value, t) => (value - y[t]!) / 2);
	const corrected = trapezoidal.map((value, t) => value + ((y[t]! - yMean) ** 2 - (x[t]! - xMean) ** 2) / 12);
	return { corrected, trapezoidal };
}
