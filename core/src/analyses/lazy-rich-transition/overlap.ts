/** The scalar equations of a rank-one teacher: equations (4) and (5) of docs/analyses/lazy-rich-transition.md. */
import { brentRoot } from "../../theories/root-finding.ts";

export interface OverlapRoot {
	/** In (0, 1). */
	readonly alpha: number;
	readonly iterations: number;
	/** |1 - alpha - (what the equation says of it)|. */
	readonly residual: number;
}

/**
 * The overlap alpha at which eps (1 - alpha) (1 - m alpha) = alpha (1 - r (1 - alpha)^2): equation (4) for m = 0, equation
 * (5) for m = M/C.
 *
 * The difference of the two sides is a cubic in alpha with leading coefficient r > 0. It is eps > 0 at alpha = 0 and -1 at
 * alpha = 1, so that one root is negative, one above 1, and exactly one in between. As a quadratic in u = 1 - alpha,
 * r alpha u^2 + b u - alpha = 0 with b = eps (1 - m alpha), it has one positive root, which is written so that nothing cancels
 * near the transition.
 *
 * @param epsilon lambda n / kappa, above 0
 * @param r lambda (n theta* / kappa)^2 / C, above 0
 * @param m weight of the determinant
 */
export function overlapRoot(epsilon: number, r: number, m = 0): OverlapRoot {
	const rest = (alpha: number) => {
		const b = epsilon * (1 - m * alpha);
		const root = Math.hypot(b, 2 * Math.sqrt(r) * alpha);
		return b >= 0 ? (2 * alpha) / (b + root) : (root - b) / (2 * r * alpha);
	};
	const equation = (alpha: number) => 1 - alpha - rest(alpha);
	const { x: alpha, iterations } = brentRoot(equation, 0, 1);
	return { alpha, iterations, residual: Math.abs(equation(alpha)) };
}

/** Singular-value soft thresholding, the limit eps -> 0 of (4) at fixed r: 0 below r = 1. */
export function softThreshold(r: number): number {
	return Math.max(0, 1 - 1 / Math.sqrt(r));
}
