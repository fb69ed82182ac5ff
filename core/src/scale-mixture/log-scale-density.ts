import type { ScalarFunctions } from "../samplers/scalar-functions.ts";

/**
 * The law of the log scale of one layer: log of the density of theta = log(chi2_n / N),
 *
 *     (n/2) log(N/2) - log Gamma(n/2) + (n/2) theta - (N/2) e^theta;
 *
 * for n = N this is the factor p_N of a dense linear layer of N units (equation (2) of docs/theories/scale-mixture.md). It is
 * written so that widths of many millions lose no digits.
 *
 * @param degrees n >= 1, an integer
 * @param width N
 */
export function logScaleDensity(
	scalar: ScalarFunctions,
	degrees: number,
	width: number,
): (theta: number) => number {
	const constant =
		logStirlingQuotient(scalar, degrees) +
		(degrees / 2) * scalar.log(width / degrees) +
		(degrees - width) / 2;
	return (theta) =>
		constant + ((degrees - width) / 2) * theta - (width / 2) * exponentialBeyondLine(scalar, theta);
}

/** Up to here the Taylor series of e^x - 1 - x has 12 terms that count; beyond, subtraction costs 2 digits at most. */
const SMALL = 0.1;

/** e^x - 1 - x. */
function exponentialBeyondLine({ exp }: ScalarFunctions, x: number): number {
	if (Math.abs(x) > SMALL) return exp(x) - 1 - x;
	let sum = 0;
	for (let k = 12; k >= 3; k--) sum = (x / k) * (1 + sum);
	return ((x * x) / 2) * (1 + sum);
}

/** From here on Stirling's series with four terms errs by less than 1e-15. */
const LARGE_DEGREES = 60;

/** log of z^z e^-z / Gamma(z), z = n/2, for an integer n >= 1. */
export function logStirlingQuotient({ log }: Pick<ScalarFunctions, "log">, n: number): number {
	const z = n / 2;
	if (n < LARGE_DEGREES) return z * log(z) - z - logGammaOfHalf(log, n);
	const inverse = 1 / (z * z);
	const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z;
	return log(z / (2 * Math.PI)) / 2 - series;
}

/** log Gamma(n/2) for an integer n >= 1, from Gamma(1) = 1 or Gamma(1/2) = sqrt(pi) by x Gamma(x) = Gamma(x + 1). */
export function logGammaOfHalf(log: (x: number) => number, n: number): number {
	let sum = n % 2 === 0 ? 0 : log(Math.PI) / 2;
	for (let k = n % 2 === 0 ? 2 : 1; k < n; k += 2) sum += log(k / 2);
	return sum;
}
