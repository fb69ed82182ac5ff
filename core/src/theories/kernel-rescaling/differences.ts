/** Derivatives of functions of a few variables whose values are lists of numbers, by central differences. */

export type ListFunction = (x: readonly number[]) => Float64Array;

/**
 * For functions that vary over distances of order 1 the nine-point formula leaves out less than 0.02^8 = 3e-14, and rounding
 * leaves 1e-14; the difference of two points is good to 1e-4.
 */
const STEP = 0.02;

/** Of the values at 1, 2, 3 and 4 steps; the other side has the opposite sign. */
const NINE_POINTS = [4 / 5, -1 / 5, 4 / 105, -1 / 280];
const TWO_POINTS = [1 / 2];

/** df/dx_l, a function again: of partial derivatives further ones can be taken. @param rough two points in place of nine */
export function partial(f: ListFunction, l: number, { rough = false } = {}): ListFunction {
	const weights = rough ? TWO_POINTS : NINE_POINTS;
	return (x) => {
		const at = (steps: number) => f(x.map((value, i) => (i === l ? value + steps * STEP : value)));
		const sum = new Float64Array(at(0).length);
		weights.forEach((weight, k) => {
			const [above, below] = [at(k + 1), at(-(k + 1))];
			for (let i = 0; i < sum.length; i++) sum[i]! += (weight / STEP) * (above[i]! - below[i]!);
		});
		return sum;
	};
}
