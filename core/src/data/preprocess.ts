import type { Matrix } from "@finitude/engine";
import { InputError } from "../errors.ts";
import type { Preprocessing } from "./schema.ts";

/**
 * Divides, centers and normalizes, in this order; all means and standard deviations are those of the training points.
 * Works in place on its arguments, which the caller owns.
 *
 * @throws InputError for a point of length zero under unit-norm, and for results that are not finite.
 */
export function preprocess(train: Matrix, test: Matrix | undefined, settings: Preprocessing): void {
	const all = test ? [train, test] : [train];
	const { divideBy, center, normalize } = settings;
	if (divideBy !== 1) for (const m of all) replace(m, (x) => x / divideBy);
	if (center === "train-mean" || normalize === "standardize") {
		const means = columnSums(train, (x) => x / train.rows);
		for (const m of all) replace(m, (x, j) => x - means[j]!);
	}
	if (normalize === "standardize") {
		const deviations = columnDeviations(train);
		for (const m of all) replace(m, (x, j) => x / deviations[j]!);
	}
	if (normalize === "unit-norm") {
		for (const m of all)
			eachRow(m, (row, i) => toUnitNorm(row, `${m === train ? "training" : "test"} point ${i}`));
	}
	for (const m of all) {
		const bad = m.data.findIndex((x) => !Number.isFinite(x));
		if (bad >= 0) {
			throw new InputError({
				where: `data: ${m === train ? "training" : "test"} point ${Math.floor(bad / m.columns)}, input ${bad % m.columns}`,
				wanted: "a finite number",
				got: String(m.data[bad]),
			});
		}
	}
}

/** Every entry by `f` of it and its column. */
function replace({ data, columns }: Matrix, f: (x: number, column: number) => number): void {
	for (let k = 0; k < data.length; k++) data[k] = f(data[k]!, k % columns);
}

function eachRow(m: Matrix, body: (row: Float64Array, i: number) => void): void {
	for (let i = 0; i < m.rows; i++) body(m.data.subarray(i * m.columns, (i + 1) * m.columns), i);
}

function columnSums({ data, columns }: Matrix, f: (x: number) => number): Float64Array {
	const sums = new Float64Array(columns);
	for (let k = 0; k < data.length; k++) sums[k % columns]! += f(data[k]!);
	return sums;
}

/** Root mean squares of centered columns; 1 for a constant column, whose mean may be off zero by rounding. */
function columnDeviations(m: Matrix): Float64Array {
	const squares = columnSums(m, (x) => (x * x) / m.rows);
	return squares.map((square, j) => (isConstant(m, j) ? 1 : Math.sqrt(square)));
}

function isConstant(m: Matrix, j: number): boolean {
	for (let i = 1; i < m.rows; i++) if (m.data[i * m.columns + j] !== m.data[j]) return false;
	return true;
}

/** Scales a row to |x|^2 = d. */
function toUnitNorm(row: Float64Array, name: string): void {
	const squared = row.reduce((sum, x) => sum + x * x, 0);
	if (squared === 0) {
		throw new InputError({
			where: "data.normalize",
			wanted: "points of positive length for unit-norm",
			got: `${name}, whose inputs are all 0`,
			advice: "Use normalize: none, or leave the point out.",
		});
	}
	const factor = Math.sqrt(row.length / squared);
	for (let j = 0; j < row.length; j++) row[j]! *= factor;
}
