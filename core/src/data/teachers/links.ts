import { type Engine, elementwise } from "@finitude/engine";

type Link = (engine: Engine, u: Float64Array) => Float64Array;

const map =
	(f: (u: number) => number): Link =>
	(_, u) =>
		u.map(f);

/** Functions of one variable that teachers apply to a projection of the input. */
export const LINKS: Readonly<Record<string, Link>> = {
	linear: map((u) => u),
	quadratic: map((u) => u * u),
	cubic: map((u) => u * u * u),
	relu: map((u) => Math.max(u, 0)),
	abs: map(Math.abs),
	sign: map((u) => (u < 0 ? -1 : 1)),
	erf: (engine, u) => elementwise(engine, "erf", u),
	tanh: (engine, u) => elementwise(engine, "tanh", u),
	/** 1 / (1 + exp(-u)), written so that no exponential overflows. */
	sigmoid: (engine, u) =>
		elementwise(
			engine,
			"tanh",
			u.map((x) => x / 2),
		).map((t) => (1 + t) / 2),
	/** u Phi(u), Phi the normal distribution function. */
	gelu: (engine, u) =>
		elementwise(
			engine,
			"erf",
			u.map((x) => x * Math.SQRT1_2),
		).map((e, i) => (u[i]! * (1 + e)) / 2),
};

export const LINK_NAMES = Object.keys(LINKS) as [string, ...string[]];

/** sum_k c_k He_k(u) / sqrt(k!), with He_k the probabilists' Hermite polynomials: orthonormal under u ~ N(0, 1), so the
 * variance of the sum is sum_{k >= 1} c_k^2. */
export function hermiteSeries(coefficients: readonly number[], u: Float64Array): Float64Array {
	return u.map((x) => {
		// h_k = He_k / sqrt(k!): h_{k+1} = (x h_k - sqrt(k) h_{k-1}) / sqrt(k + 1).
		let previous = 0;
		let current = 1;
		let sum = 0;
		coefficients.forEach((c, k) => {
			sum += c * current;
			[previous, current] = [current, (x * current - Math.sqrt(k) * previous) / Math.sqrt(k + 1)];
		});
		return sum;
	});
}
