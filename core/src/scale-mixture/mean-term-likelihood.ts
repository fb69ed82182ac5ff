/** The likelihood of a scale for units with a mean, the angle between the readout and equal weights integrated out. */
import type { ScalarFunctions } from "../samplers/scalar-functions.ts";
import type { MeanTermProblem } from "../theories/kernel-rescaling/mean-term.ts";
import { createAngleIntegral } from "./angle-integral.ts";
import { inverseNorm, logProduct, type ScaleLikelihood } from "./scale-likelihood.ts";

export interface MeanTermLikelihood extends ScaleLikelihood {
	/** Mean and variance of tau = sqrt(N q) t given q and y. */
	meanFactor(q: number): { readonly mean: number; readonly variance: number };
	/** tau given q and y. @param uniform in [0, 1) */
	drawMeanFactor(q: number, uniform: number): number;
}

/**
 * Equation (8) of docs/theories/scale-mixture.md: y | q, t ~ N(sqrt(N q) t m, A), A = B + q Sigma. In t the exponent is
 * quadratic; it is expanded about the t that fits best, so that targets along m leave no large numbers to cancel.
 */
export function meanTermLikelihood(
	{ log }: ScalarFunctions,
	{ modes: { signal, noise }, targets, mean, width }: MeanTermProblem,
): MeanTermLikelihood {
	const P = signal.length;
	const silent = noise.every((n) => n === 0);
	const angleIntegral = createAngleIntegral(width);
	// As in the likelihood without mean term: zero targets at zero noise leave the power of q alone.
	const power = silent && inverseNorm(signal, targets) === 0 ? P / 2 : 0;
	/** Without noise a_k / q. */
	const a = (k: number, q: number) => (silent ? signal[k]! : noise[k]! + q * signal[k]!);

	/** The exponent of tau at q: log det A, the best fit within |tau| <= sqrt(N q), and the expansion about it. */
	const expand = (q: number) => {
		const logs = logProduct(log);
		let [mm, my] = [0, 0];
		for (let k = 0; k < P; k++) {
			const ak = a(k, q);
			logs.multiply(ak);
			mm += mean[k]! ** 2 / ak;
			my += (mean[k]! * targets[k]!) / ak;
		}
		const radius = Math.sqrt(width * q);
		const best = mm > 0 ? Math.min(radius, Math.max(-radius, my / mm)) : 0;
		let [fit, slope] = [0, 0];
		for (let k = 0; k < P; k++) {
			const rest = targets[k]! - best * mean[k]!;
			fit += rest ** 2 / a(k, q);
			slope += (mean[k]! * rest) / a(k, q);
		}
		return { logDeterminant: logs.value(), mm, radius, best, fit, slope };
	};
	const angle = (q: number) => {
		const parts = expand(q);
		const { mm, radius, best, slope } = parts;
		const unit = silent ? q : 1;
		const moments = angleIntegral(
			(radius * slope) / unit,
			(radius * radius * mm) / unit,
			radius === 0 ? 0 : best / radius,
		);
		return { ...parts, unit, moments };
	};
	/** Without noise: the power of q that `power` leaves, P/2 or 0. */
	const logScale = (q: number) => (silent && power === 0 ? P * log(q) : 0);
	return {
		power,
		constant: 0,
		at(q) {
			const { logDeterminant, fit, unit, moments } = angle(q);
			return moments.logTotal - (logDeterminant + logScale(q) + fit / unit) / 2;
		},
		boundUpTo(q) {
			if (silent) {
				// The best fit is worse at smaller scales, and as a function of q alone at its highest at fit/P.
				const { logDeterminant, fit } = expand(q);
				const highest = Math.min(q, fit / P);
				return -(logDeterminant + logScale(highest) + (fit === 0 ? 0 : fit / highest)) / 2;
			}
			const logs = logProduct(log);
			let fit = 0;
			for (let k = 0; k < P; k++) {
				// |tau| <= sqrt(N q), and smaller still for smaller scales.
				const rest = Math.max(0, Math.abs(targets[k]!) - Math.sqrt(width * q) * Math.abs(mean[k]!));
				const chosen = Math.min(Math.max(rest ** 2, noise[k]!), a(k, q));
				logs.multiply(chosen);
				fit += rest ** 2 / chosen;
			}
			return -(logs.value() + fit) / 2;
		},
		boundFrom: (q) => -(expand(q).logDeterminant + logScale(q)) / 2,
		// At a fixed angle the mean of y moves with sqrt(q): curvature N q m^T A^-1 m. Four and more units spread the angle, and a
		// mode near its end t = 1 is bent by at most (P + N q)^2 / (N - 3).
		curvatureUpTo(q) {
			const { mm } = expand(q);
			const fixedAngle = width * mm * (silent ? 1 : q);
			const spread = width > 3 ? (P + width * q) ** 2 / (width - 3) : Number.POSITIVE_INFINITY;
			return P + Math.min(fixedAngle, spread);
		},
		meanFactor(q) {
			const { radius, moments } = angle(q);
			return { mean: radius * moments.mean, variance: radius ** 2 * moments.variance };
		},
		drawMeanFactor(q, uniform) {
			const { radius, moments } = angle(q);
			return radius * moments.draw(uniform);
		},
	};
}
