import type { Block, Engine } from "@finitude/engine";

/**
 * log sum_k exp(x_ik) of each row of a rows x columns array; replaces x by exp(x_ik - log sum_k exp(x_ik)).
 *
 * @param x rows x columns, row-major
 * @param sums one number a row: the result
 */
export function logSumExp(engine: Engine, x: Block, columns: number, sums: Block): void {
	const values = x.data;
	const top = new Float64Array(sums.length);
	for (let i = 0; i < top.length; i++) {
		let largest = Number.NEGATIVE_INFINITY;
		for (let k = 0; k < columns; k++) largest = Math.max(largest, values[i * columns + k]!);
		top[i] = largest;
		for (let k = 0; k < columns; k++) values[i * columns + k]! -= largest;
	}
	engine.exp(x, x);
	const totals = sums.data;
	for (let i = 0; i < top.length; i++) {
		let sum = 0;
		for (let k = 0; k < columns; k++) sum += values[i * columns + k]!;
		for (let k = 0; k < columns; k++) values[i * columns + k]! /= sum;
		totals[i] = sum;
	}
	engine.log(sums, sums);
	for (let i = 0; i < top.length; i++) totals[i]! += top[i]!;
}
