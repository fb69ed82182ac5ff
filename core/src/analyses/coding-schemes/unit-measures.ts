/** Numbers that units of one layer have in common. */
import type { UnitPopulation } from "./unit-population.ts";

type Populations = readonly UnitPopulation[];

/** Weighted numbers of every unit, population by population. */
type Values = (population: UnitPopulation) => Float64Array;

/** Every population counts alike. */
export function average(populations: Populations, of: (population: UnitPopulation) => number): number {
	return populations.reduce((sum, one) => sum + of(one), 0) / populations.length;
}

function moment(populations: Populations, values: Values, power: 1 | 2 | 4): number {
	return average(populations, (one) => {
		const [x, w] = [values(one), one.weights];
		let sum = 0;
		for (let i = 0; i < x.length; i++) sum += w[i]! * x[i]! ** power;
		return sum;
	});
}

/** <x^2>^(1/2). */
export function rootMeanSquare(populations: Populations, values: Values): number {
	return Math.sqrt(moment(populations, values, 2));
}

/** <x^4>/<x^2>^2, about 0: 3 for a Gaussian, 1 for two symmetric points, large where few units carry the signal. */
export function kurtosis(populations: Populations, values: Values): number {
	return moment(populations, values, 4) / moment(populations, values, 2) ** 2;
}

/** <phi_a>^2/<phi_a^2> at every point: 1 where all units answer alike; 0 where none is active. */
export function responseSparsities(populations: Populations): Float64Array {
	const P = populations[0]!.means.length;
	return Float64Array.from({ length: P }, (_, a) => {
		const square = average(populations, ({ kernel }) => kernel[a * (P + 1)]!);
		return square === 0 ? 0 : average(populations, ({ means }) => means[a]!) ** 2 / square;
	});
}

/** Averaged over the points. */
export function responseSparsity(populations: Populations): number {
	const each = responseSparsities(populations);
	return each.reduce((sum, x) => sum + x, 0) / each.length;
}

/** (sum x^2)^2 / (n sum x^4) over n numbers: 1 where all are of one size, k/n where k of them carry everything. */
export function participationRatio(x: Float64Array): number {
	let [squares, fourths] = [0, 0];
	for (let i = 0; i < x.length; i++) {
		squares += x[i]! ** 2;
		fourths += x[i]! ** 4;
	}
	return fourths === 0 ? 0 : squares ** 2 / (x.length * fourths);
}
