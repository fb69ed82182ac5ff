/** The law of the scale q of a deep linear network: a product of independent factors, on a lattice of its logarithm. */
import type { ScalarFunctions } from "../samplers/scalar-functions.ts";
import { logScaleDensity } from "./log-scale-density.ts";

/** theta = log q = sum_l log(chi2_{N_l} / N_l), on the points n h of a lattice of step h. */
export interface ScaleProduct {
	/** log p(n h): the density of theta. */
	logDensity(n: number): number;
	/** Splits a sum into its L terms, drawn from their law given the sum; `uniform` gives numbers in [0, 1). */
	split(n: number, uniform: () => number): number[];
}

/** What lies this far below the peak of a log density is left out: e^-45 is 3e-20. */
export const NEGLIGIBLE = 45;

/**
 * The convolution of the factors (2) of all layers, by the trapezoidal rule, which converges exponentially in 1/h for these
 * smooth densities. It is summed in the logarithm, from the peak of each integrand outward: every factor is log-concave, so
 * is every convolution of them, and the sum stops when the terms are negligible. The result has full relative accuracy at
 * every theta, however far in the tail of the prior the data drive it. Values are computed when they are asked for and kept.
 *
 * @param widths N_1..N_L
 * @param step h; a fraction of the narrowest factor's deviation sqrt(2/N)
 */
export function scaleProduct(scalar: ScalarFunctions, widths: readonly number[], step: number): ScaleProduct {
	const factors = widths.map((width) => {
		const density = logScaleDensity(scalar, width, width);
		return remembered((n) => density(n * step));
	});
	let product = singleFactor(factors[0]!);
	for (const factor of factors.slice(1)) product = timesFactor(scalar, product, factor, step);
	return product;
}

function singleFactor(factor: (n: number) => number): ScaleProduct {
	return { logDensity: factor, split: (n) => [n] };
}

/** The product of what is below and one more factor: the sum over the factor's lattice points m of p(n - m) p_N(m). */
function timesFactor(
	{ exp, log }: ScalarFunctions,
	below: ScaleProduct,
	factor: (n: number) => number,
	step: number,
): ScaleProduct {
	/** Peaks move little from one n to the next: the climb starts where the last one ended. */
	let lastPeak = 0;
	const window = (n: number) => {
		const term = (m: number) => below.logDensity(n - m) + factor(m);
		let peak = lastPeak;
		let top = term(peak);
		for (const direction of [1, -1]) {
			for (let next = term(peak + direction); next > top; next = term(peak + direction)) {
				peak += direction;
				top = next;
			}
		}
		lastPeak = peak;
		const terms: { m: number; weight: number }[] = [{ m: peak, weight: 1 }];
		for (const direction of [1, -1]) {
			for (let m = peak + direction; ; m += direction) {
				const difference = term(m) - top;
				if (difference < -NEGLIGIBLE) break;
				terms.push({ m, weight: exp(difference) });
			}
		}
		return { top, terms, total: terms.reduce((sum, { weight }) => sum + weight, 0) };
	};
	return {
		logDensity: remembered((n) => {
			const { top, total } = window(n);
			return top + log(total * step);
		}),
		split(n, uniform) {
			const { terms, total } = window(n);
			const target = uniform() * total;
			let sum = 0;
			let chosen = 0;
			for (; chosen < terms.length - 1; chosen++) {
				sum += terms[chosen]!.weight;
				if (target < sum) break;
			}
			const { m } = terms[chosen]!;
			return [...below.split(n - m, uniform), m];
		},
	};
}

function remembered(f: (n: number) => number): (n: number) => number {
	const known = new Map<number, number>();
	return (n) => {
		const before = known.get(n);
		if (before !== undefined) return before;
		const value = f(n);
		known.set(n, value);
		return value;
	};
}
