/** Derivatives of functions whose values are kernels, by central differences of nine points. */
import { type KernelBlocks, weightedSum } from "../../kernels/kernel-blocks.ts";

/** A smooth function of a few variables. */
export type KernelFunction = (x: readonly number[]) => KernelBlocks;

/**
 * For functions that vary over distances of order 1 the formulas leave out less than 0.02^8 = 3e-14; rounding leaves 1e-14 in
 * first derivatives and 1e-12 in second ones.
 */
const STEP = 0.02;

/** Of the values at 1, 2, 3 and 4 steps; the other side has the opposite sign. */
const FIRST = [4 / 5, -1 / 5, 4 / 105, -1 / 280];

/** Of the value itself, then at 1 to 4 steps to both sides. */
const SECOND_CENTER = -205 / 72;
const SECOND = [8 / 5, -1 / 5, 8 / 315, -1 / 560];

/** df/dx_l, a function again: of partial derivatives further ones can be taken. */
export function partial(f: KernelFunction, l: number): KernelFunction {
	return (x) =>
		weightedSum(
			[...valuesAt(f, x, l, 1), ...valuesAt(f, x, l, -1)],
			[...FIRST.map((w) => w / STEP), ...FIRST.map((w) => -w / STEP)],
		);
}

/** df/dx_l and d2f/dx_l^2 from the same values. */
export function partialAndSecond(
	f: KernelFunction,
	x: readonly number[],
	l: number,
	center: KernelBlocks,
): [KernelBlocks, KernelBlocks] {
	const values = [...valuesAt(f, x, l, 1), ...valuesAt(f, x, l, -1)];
	const second = SECOND.map((w) => w / STEP ** 2);
	return [
		weightedSum(values, [...FIRST.map((w) => w / STEP), ...FIRST.map((w) => -w / STEP)]),
		weightedSum([center, ...values], [SECOND_CENTER / STEP ** 2, ...second, ...second]),
	];
}

/** d2f/dx_l dx_m for l != m from four values, good to 1e-4 of itself: enough for the steps of Newton's method. */
export function roughMixedPartial(
	f: KernelFunction,
	x: readonly number[],
	l: number,
	m: number,
): KernelBlocks {
	const at = (a: number, b: number) =>
		f(x.map((value, i) => (i === l ? value + a * STEP : i === m ? value + b * STEP : value)));
	const weight = 1 / (4 * STEP ** 2);
	return weightedSum([at(1, 1), at(1, -1), at(-1, 1), at(-1, -1)], [weight, -weight, -weight, weight]);
}

function valuesAt(f: KernelFunction, x: readonly number[], l: number, direction: 1 | -1): KernelBlocks[] {
	return FIRST.map((_, k) => f(x.map((value, i) => (i === l ? value + direction * (k + 1) * STEP : value))));
}
