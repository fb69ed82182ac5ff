/** The law of the scale at zero noise, and with it the modified Bessel function of the second kind. */

/** The density q^(p - 1) e^(-(a q + b / q) / 2) on q > 0, not normalized. */
export interface GeneralizedInverseGaussian {
	/** log of its integral, 2 (b/a)^(p/2) K_p(sqrt(a b)). */
	readonly logIntegral: number;
	readonly mean: number;
	readonly deviation: number;
	/** E[1/q]; infinite for b = 0 and p <= 1. */
	readonly inverseMean: number;
}

/** Nodes are left out where they are below e^-45 of the highest, weighed by q^2 above and by 1/q below. */
const NEGLIGIBLE = 45;

/**
 * Steps that leave an error below 1e-16: half a standard deviation of the peak, and a fifth, for the integrand is analytic in
 * |Im s| < pi/2 and the trapezoidal rule errs by e^(-pi^2 / step).
 */
const STEP_IN_DEVIATIONS = 0.5;
const LARGEST_STEP = 0.2;

/**
 * The integral representation of K_p about its saddle q_0 = (p + w)/a = b/(w - p), w = sqrt(p^2 + a b): with q = q_0 e^s the
 * density of s is
 *
 *     q_0^p e^(-w) exp(-w (cosh s - 1) - p (sinh s - s)),
 *
 * without large numbers that cancel, so that the trapezoidal rule in s is right to rounding for every order and argument, also
 * where both are in the millions. b = 0 with p > 0 is a gamma law.
 *
 * @param a positive
 * @param b at least 0; positive unless p > 0
 */
export function generalizedInverseGaussian(p: number, a: number, b: number): GeneralizedInverseGaussian {
	const w = Math.hypot(p, Math.sqrt(a) * Math.sqrt(b));
	const saddle = p >= 0 ? (p + w) / a : b / (w - p);
	const step = Math.min(LARGEST_STEP, STEP_IN_DEVIATIONS / Math.sqrt(w));
	const inverseExists = b > 0 || p > 1;
	const nodes: { s: number; weight: number }[] = [];
	const add = (s: number): boolean => {
		const exponent = -2 * w * Math.sinh(s / 2) ** 2 - p * sinhBeyondLine(s);
		nodes.push({ s, weight: Math.exp(exponent) });
		const heaviest = s > 0 ? 2 * s : inverseExists ? -s : 0;
		return exponent + heaviest > -NEGLIGIBLE;
	};
	add(0);
	for (const direction of [1, -1]) for (let i = 1; add(direction * i * step); i++);
	const total = nodes.reduce((sum, { weight }) => sum + weight, 0);
	const average = (f: (s: number) => number) =>
		nodes.reduce((sum, { s, weight }) => sum + weight * f(s), 0) / total;
	const shift = average(Math.expm1);
	return {
		logIntegral: p * Math.log(saddle) - w + Math.log(total * step),
		mean: saddle * (1 + shift),
		deviation: saddle * Math.sqrt(average((s) => (Math.expm1(s) - shift) ** 2)),
		inverseMean: inverseExists ? average((s) => Math.exp(-s)) / saddle : Number.POSITIVE_INFINITY,
	};
}

/** log K_p(z), z > 0, any real p. */
export function logBesselK(p: number, z: number): number {
	return generalizedInverseGaussian(Math.abs(p), z, z).logIntegral - Math.LN2;
}

/** sinh s - s. */
function sinhBeyondLine(s: number): number {
	if (Math.abs(s) > 0.5) return Math.sinh(s) - s;
	const x = s * s;
	return ((s * x) / 6) * (1 + (x / 20) * (1 + (x / 42) * (1 + (x / 72) * (1 + (x / 110) * (1 + x / 156)))));
}
