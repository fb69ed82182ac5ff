/** The law of the scale q of a deep linear network: a product of independent factors, on a lattice of its logarithm. */
import type { Engine } from "@finitude/engine";
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
 * @returns the product on the lattice of a step h, a fraction of the narrowest factor's deviation sqrt(2/N)
 */
export function createScaleProduct(
	engine: Engine,
	scalar: ScalarFunctions,
	widths: readonly number[],
): (step: number) => ScaleProduct {
	const exponentials = createExponentials(engine);
	return (step) => {
		const factors = widths.map((width) => {
			const density = logScaleDensity(scalar, width, width);
			return remembered((n) => density(n * step));
		});
		let product = singleFactor(factors[0]!);
		for (const factor of factors.slice(1)) {
			product = timesFactor(scalar, exponentials, product, factor, step);
		}
		return product;
	};
}

function singleFactor(factor: (n: number) => number): ScaleProduct {
	return { logDensity: factor, split: (n) => [n] };
}

/** The product of what is below and one more factor: the sum over the factor's lattice points m of p(n - m) p_N(m). */
function timesFactor(
	scalar: ScalarFunctions,
	exponentials: Exponentials,
	below: ScaleProduct,
	factor: (n: number) => number,
	step: number,
): ScaleProduct {
	/** Peaks move little from one n to the next: the climb starts where the last one ended. */
	let lastPeak = 0;
	/** The terms that count, from lattice point `first` on, in units of e^top, and their sum. */
	const termsOf = (n: number) => {
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
		const outward = (direction: 1 | -1) => {
			const differences: number[] = [];
			for (let m = peak + direction; ; m += direction) {
				const difference = term(m) - top;
				if (difference < -NEGLIGIBLE) return differences;
				differences.push(difference);
			}
		};
		const lower = outward(-1);
		const weights = exponentials([...lower.reverse(), 0, ...outward(1)]);
		return { first: peak - lower.length, top, weights, total: weights.reduce((a, b) => a + b, 0) };
	};
	return {
		logDensity: remembered((n) => {
			const { top, total } = termsOf(n);
			return top + scalar.log(total * step);
		}),
		split(n, uniform) {
			const { first, weights, total } = termsOf(n);
			const target = uniform() * total;
			let sum = 0;
			let chosen = 0;
			for (; chosen < weights.length - 1; chosen++) {
				sum += weights[chosen]!;
				if (target < sum) break;
			}
			return [...below.split(n - first - chosen, uniform), first + chosen];
		},
	};
}

/** exp of many numbers, with the engine's bits. */
type Exponentials = (x: readonly number[]) => Float64Array;

const CHUNK = 256;

function createExponentials(engine: Engine): Exponentials {
	const block = engine.allocate(CHUNK);
	return (x) => {
		const result = new Float64Array(x.length);
		for (let start = 0; start < x.length; start += CHUNK) {
			const count = Math.min(CHUNK, x.length - start);
			const part = block.slice(0, count);
			for (let i = 0; i < count; i++) block.data[i] = x[start + i]!;
			engine.exp(part, part);
			result.set(part.data, start);
		}
		return result;
	};
}

/** Keeps what has been computed for integers n. */
function remembered(f: (n: number) => number): (n: number) => number {
	const [known, knownBelow]: number[][] = [[], []];
	return (n) => {
		const [values, i] = n >= 0 ? [known!, n] : [knownBelow!, -n];
		const before = values[i];
		if (before !== undefined) return before;
		const value = f(n);
		values[i] = value;
		return value;
	};
}
