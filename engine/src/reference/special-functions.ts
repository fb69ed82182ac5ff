/** Element-wise functions one number at a time: the oracle of the vectorized engines. */

const TWO_OVER_SQRT_PI = 1.1283791670955126;

/** erf(x): Maclaurin series of erf times exp(x^2) for |x| < 2.5, Laplace's continued fraction of erfc beyond. */
export function erf(x: number): number {
	const a = Math.abs(x);
	if (Number.isNaN(x)) return x;
	if (a > 6) return Math.sign(x);
	if (a < 2.5) {
		let term = x;
		let sum = x;
		for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
			term *= (2 * x * x) / (2 * n + 1);
			sum += term;
		}
		return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
	}
	let tail = 0;
	for (let k = 60; k >= 1; k--) tail = k / 2 / (a + tail);
	const erfc = Math.exp(-a * a) / ((a + tail) * Math.sqrt(Math.PI));
	return Math.sign(x) * (1 - erfc);
}

/** Derivative of erf: 2/sqrt(pi) exp(-x^2). */
export function erfDerivative(x: number): number {
	return TWO_OVER_SQRT_PI * Math.exp(-x * x);
}
