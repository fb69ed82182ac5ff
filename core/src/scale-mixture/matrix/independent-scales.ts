import { logScaleDensity } from "../log-scale-density.ts";
import type { ScaleLaw } from "./scale-law.ts";

/**
 * Q diagonal with independent entries chi2_N / N: one convolution without weight sharing. The coordinates are theta_i = log Q_ii.
 *
 * @param size n
 * @param width N
 */
export function independentScales(size: number, width: number): ScaleLaw {
	const density = logScaleDensity(Math, width, width);
	const scale = (x: Float64Array, i: number) => Math.exp(x[i]!);
	return {
		dimension: size,
		size,
		rotationInvariant: false,
		deviations: new Float64Array(size).fill(Math.sqrt(2 / width)),
		isLogScale: new Array<boolean>(size).fill(true),
		logDensity: (x) => x.reduce((sum, theta) => sum + density(theta), 0),
		logDensityGradient: (x) => x.map((theta) => (width / 2) * (1 - Math.exp(theta))),
		scalesAt(x) {
			const q = new Float64Array(size * size);
			for (let i = 0; i < size; i++) q[i * size + i] = scale(x, i);
			return q;
		},
		pullBack: (x, gradient) => x.map((_, i) => gradient[i * size + i]! * scale(x, i)),
		// E[d/dtheta_i log(p(Y | Q) p(theta))] = 0, times 2/N.
		controls: (x, gradient) => x.map((_, i) => 1 + scale(x, i) * ((2 / width) * gradient[i * size + i]! - 1)),
		draw: (source) => Float64Array.from({ length: size }, () => Math.log(source.chiSquare(width) / width)),
	};
}
