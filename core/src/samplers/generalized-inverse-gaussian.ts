import type { Engine, RandomState } from "@finitude/engine";
import { createScalarFunctions } from "./scalar-functions.ts";

/**
 * Draws x > 0 with density proportional to x^(lambda - 1) exp(-(omega/2)(x + 1/x)), omega > 0, any real lambda. Advances the stream.
 *
 * Rejection in log x, whose density is log-concave, from a flat top and two exponential tails that are tangents of the log
 * density: exact, and accepted with a probability bounded away from 0 over all parameters (Devroye 2014, Statistics and
 * Computing 24:239).
 */
export type GeneralizedInverseGaussian = (lambda: number, omega: number, stream: RandomState) => number;

/** Allocates the work space. */
export function createGeneralizedInverseGaussian(engine: Engine): GeneralizedInverseGaussian {
	const { exp, log } = createScalarFunctions(engine);
	const uniforms = engine.allocate(3);

	/** log density of y = log(x / mode) for lambda >= 0, 0 at its peak y = 0, and its slope. */
	const logDensity = (alpha: number, lambda: number, y: number) => {
		const [up, down] = [exp(y), exp(-y)];
		return {
			value: -alpha * ((up + down) / 2 - 1) - lambda * (up - y - 1),
			slope: (-alpha * (up - down)) / 2 - lambda * (up - 1),
		};
	};

	/** Where to lay the tangents; any positive numbers are correct, these (Devroye's) keep the acceptance high. */
	const tangentPoints = (alpha: number, lambda: number) => {
		const above = -logDensity(alpha, lambda, 1).value;
		const below = -logDensity(alpha, lambda, -1).value;
		const right =
			above > 2 ? Math.sqrt(2 / (alpha + lambda)) : above < 0.5 ? log(4 / (alpha + 2 * lambda)) : 1;
		// 1.543 = cosh 1.
		const left =
			below > 2
				? Math.sqrt(4 / (1.543 * alpha + lambda))
				: below < 0.5
					? Math.min(1 / lambda, log(1 + 1 / alpha + Math.sqrt(1 / alpha ** 2 + 2 / alpha)))
					: 1;
		return { right, left };
	};

	const drawCentered = (alpha: number, lambda: number, stream: RandomState): number => {
		const { right, left } = tangentPoints(alpha, lambda);
		const atRight = logDensity(alpha, lambda, right);
		const atLeft = logDensity(alpha, lambda, -left);
		const [rightTail, leftTail] = [-1 / atRight.slope, 1 / atLeft.slope];
		// The tangents reach the height of the peak here.
		const rightEdge = right + rightTail * atRight.value;
		const leftEdge = -left - leftTail * atLeft.value;
		const flat = rightEdge - leftEdge;
		for (;;) {
			engine.fillUniform(stream, uniforms);
			const [u, v, w] = uniforms.data as unknown as [number, number, number];
			const place = u * (flat + rightTail + leftTail);
			// 1 - v is never 0.
			const tail = -log(1 - v);
			const y =
				place < flat
					? leftEdge + v * flat
					: place < flat + rightTail
						? rightEdge + rightTail * tail
						: leftEdge - leftTail * tail;
			const hat = place < flat ? 0 : -tail;
			if (w * exp(hat) <= exp(logDensity(alpha, lambda, y).value)) return y;
		}
	};

	return (lambda, omega, stream) => {
		const size = Math.abs(lambda);
		const root = Math.sqrt(omega ** 2 + size ** 2);
		// sqrt(omega^2 + lambda^2) - lambda without the subtraction.
		const y = drawCentered(omega ** 2 / (root + size), size, stream);
		const x = ((size + root) / omega) * exp(y);
		return lambda < 0 ? 1 / x : x;
	};
}
