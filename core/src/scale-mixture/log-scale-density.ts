import type { ScalarFunctions } from "../samplers/scalar-functions.ts";

/**
 * The law of the log scale of one layer: log of the density of theta = log(chi2_n / N),
 *
 *     (n/2) log(N/2) - log Gamma(n/2) + (n/2) theta - (N/2) e^theta;
 *
 * for n = N this is the factor p_N of a dense linear layer of N units (equation (2) of docs/samplers/exact.md).
 *
 * @param degrees n >= 1, an integer
 * @param width N
 */
export function logScaleDensity(
	{ exp, log }: ScalarFunctions,
	degrees: number,
	width: number,
): (theta: number) => number {
	const constant = (degrees / 2) * log(width / 2) - logGammaOfHalf(log, degrees);
	return (theta) => constant + (degrees / 2) * theta - (width / 2) * exp(theta);
}

/** log Gamma(n/2) for an integer n >= 1, from Gamma(1) = 1 or Gamma(1/2) = sqrt(pi) by x Gamma(x) = Gamma(x + 1). */
export function logGammaOfHalf(log: (x: number) => number, n: number): number {
	let sum = n % 2 === 0 ? 0 : log(Math.PI) / 2;
	for (let k = n % 2 === 0 ? 2 : 1; k < n; k += 2) sum += log(k / 2);
	return sum;
}
