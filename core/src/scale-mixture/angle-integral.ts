/** The cosine t of the angle between the readout and the direction of equal weights, integrated against a Gaussian. */

import { brentRoot } from "../theories/root-finding.ts";
import { createNodeDraw } from "./lattice-law.ts";

export interface AngleMoments {
	/** log of the integral. */
	readonly logTotal: number;
	/** Mean and variance of t under the integrand. */
	readonly mean: number;
	readonly variance: number;
	/** t from the law of the nodes. @param uniform in [0, 1) */
	draw(uniform: number): number;
}

/** Nodes below e^-45 of the highest are left out. */
const NEGLIGIBLE = 45;

/** First step, in units of the width of the peak; the tails, of exponential form, want no less than a quarter. */
const FIRST_STEP = 0.5;
const LARGEST_STEP = 0.25;

/** Of the sum when the step is doubled: the step itself is then good to about its square. */
const LARGEST_CHANGE = 1e-7;

/** Beyond, tanh u is 1 to the last bit. */
const LAST = 19;

/** log cosh u without overflow. */
function logCosh(u: number): number {
	const x = Math.abs(u);
	return x + Math.log1p(Math.exp(-2 * x)) - Math.LN2;
}

/**
 * log of the integral of pi_N(t) exp(slope (t - center) - bend (t - center)^2 / 2), pi_N the density of the cosine of the angle
 * between a uniform direction in N dimensions and a fixed one, proportional to (1 - t^2)^((N - 3)/2); at N = 1, t = 1 or -1.
 *
 * With t = tanh u the density is proportional to cosh(u)^(1 - N) for every N >= 2 and the exponent is concave in t: one peak,
 * the trapezoidal rule in u from there outward.
 *
 * @param width N >= 1
 */
export function createAngleIntegral(
	width: number,
): (slope: number, bend: number, center: number) => AngleMoments {
	if (width === 1) return twoAngles;
	const normalization = integrate(width, 0, 0, 0).logTotal;
	return (slope, bend, center) => {
		const moments = integrate(width, slope, bend, center);
		return { ...moments, logTotal: moments.logTotal - normalization };
	};
}

function twoAngles(slope: number, bend: number, center: number): AngleMoments {
	const exponent = (t: number) => slope * (t - center) - (bend * (t - center) ** 2) / 2;
	const [up, down] = [exponent(1), exponent(-1)];
	const top = Math.max(up, down);
	const [p, m] = [Math.exp(up - top), Math.exp(down - top)];
	const total = p + m;
	return {
		logTotal: top + Math.log(total / 2),
		mean: (p - m) / total,
		variance: (4 * p * m) / total ** 2,
		draw: (uniform) => (uniform * total < p ? 1 : -1),
	};
}

function integrate(width: number, slope: number, bend: number, center: number): AngleMoments {
	const power = width - 1;
	const exponent = (u: number) => {
		const x = Math.tanh(u) - center;
		return -power * logCosh(u) + slope * x - (bend * x * x) / 2;
	};
	const derivative = (u: number) => {
		const t = Math.tanh(u);
		return -power * t + (slope - bend * (t - center)) / Math.cosh(u) ** 2;
	};
	const peak = peakOf(derivative);
	const t = Math.tanh(peak);
	const square = 1 / Math.cosh(peak) ** 2;
	const curvature = power * (square + 2 * t * t) + bend * square * square;
	const top = exponent(peak);
	let step = 2 * Math.min(LARGEST_STEP, FIRST_STEP / Math.sqrt(curvature));
	let before = sumAt(exponent, peak, top, step);
	for (;;) {
		step /= 2;
		const sum = sumAt(exponent, peak, top, step);
		if (Math.abs(before.total / sum.total - 1) < LARGEST_CHANGE) {
			const { total, mean, variance } = sum;
			const last = step;
			const draw = (uniform: number) => drawNode(exponent, peak, top, last, uniform);
			return { logTotal: top + Math.log(total), mean, variance, draw };
		}
		before = sum;
	}
}

/** Where a decreasing function vanishes: exactly at 0 where it does there, so that symmetric integrands stay symmetric. */
function peakOf(derivative: (u: number) => number): number {
	if (derivative(0) === 0) return 0;
	if (derivative(LAST) >= 0) return LAST;
	if (derivative(-LAST) <= 0) return -LAST;
	return brentRoot(derivative, -LAST, LAST).x;
}

function drawNode(
	exponent: (u: number) => number,
	peak: number,
	top: number,
	step: number,
	uniform: number,
): number {
	const nodes = [peak];
	for (const direction of [1, -1]) {
		for (let i = 1; ; i++) {
			const u = peak + direction * i * step;
			nodes.push(u);
			if (exponent(u) - top < -NEGLIGIBLE) break;
		}
	}
	const weights = Float64Array.from(nodes, (u) => Math.exp(exponent(u) - top));
	return Math.tanh(nodes[createNodeDraw(weights)(uniform)]!);
}

function sumAt(exponent: (u: number) => number, peak: number, top: number, step: number) {
	const center = Math.tanh(peak);
	// Each side by itself: symmetric integrands have a mean of exactly 0.
	const side = (direction: 1 | -1) => {
		let [total, first, second] = [0, 0, 0];
		for (let i = 1; ; i++) {
			const u = peak + direction * i * step;
			const value = exponent(u) - top;
			const weight = Math.exp(value);
			const t = Math.tanh(u) - center;
			total += weight;
			first += weight * t;
			second += weight * t * t;
			if (value < -NEGLIGIBLE) return { total, first, second };
		}
	};
	const [up, down] = [side(1), side(-1)];
	// The peak itself has weight 1.
	const total = 1 + up.total + down.total;
	const mean = (up.first + down.first) / total;
	const variance = (up.second + down.second) / total - mean * mean;
	return { total: total * step, mean: center + mean, variance: Math.max(0, variance) };
}
