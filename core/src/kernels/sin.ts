import { eachPair, fromClosedForm } from "./dual-activation.ts";

/** exp(-(a + b)/2) sinh(c), without overflow of sinh when a, b and c are large (then |c| <= (a + b)/2). */
function damped(hyperbolic: "sinh" | "cosh", a: number, b: number, c: number): number {
	const half = (a + b) / 2;
	if (Math.abs(c) < 1) return Math.exp(-half) * Math[hyperbolic](c);
	const sign = hyperbolic === "sinh" ? -1 : 1;
	return 0.5 * (Math.exp(c - half) + sign * Math.exp(-c - half));
}

/** phi(h) = sin(h): G = exp(-(C_aa + C_bb)/2) sinh(C_ab), from E[exp(i h)] = exp(-C/2). */
export const sinDual = fromClosedForm({
	mean: () => 0,
	kernel: eachPair((a, b, c) => damped("sinh", a, b, c)),
	gradient(a, b, c) {
		const g = damped("sinh", a, b, c);
		return [-g / 2, -g / 2, damped("cosh", a, b, c)];
	},
	hessian(a, b, c) {
		const g = damped("sinh", a, b, c);
		const slope = damped("cosh", a, b, c);
		return [g / 4, g / 4, g, g / 4, -slope / 2, -slope / 2];
	},
});
