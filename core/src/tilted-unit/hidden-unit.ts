import { type Engine, type Matrix, matrix, matrixRow } from "@finitude/engine";
import type { Activation } from "../activations/activation.ts";
import { findActivation } from "../activations/registry.ts";
import type { Problem } from "../problem/problem.ts";
import { whitenInputs } from "../samplers/whitened-inputs.ts";

/**
 * One unit of the first hidden layer under its prior: pre-activations h = U w at every point and position, w ~ N(0, I_r), so
 * that U U^T is their covariance. Weight and bias variances are absorbed in U.
 */
export interface HiddenUnit {
	readonly activation: Activation;
	/** P: the training points come first. */
	readonly trainPoints: number;
	/** n = P + P*. */
	readonly points: number;
	/** M: 1 for a dense layer. */
	readonly positions: number;
	/** r: the dimension of w. */
	readonly dimension: number;
	/** U, (M n) x r: row i n + a is the effective input of point a at position i. All positions share w. */
	readonly inputs: Matrix;
	/**
	 * Given where w covers the training points only: (M P*) x q. The pre-activations of the test points have beside U w a part
	 * outside.z, z ~ N(0, I_q), which no training point sees. Row i P* + b is test point b at position i.
	 */
	readonly outside?: Matrix;
}

/** A unit with the way back to the weights of the layer. */
export interface WhitenedUnit extends HiddenUnit {
	/**
	 * V^T, orthonormal rows over the weights of a unit (and its bias) in units of their prior deviations: the first coordinates
	 * of w, those that the training points depend on, are V^T times these weights.
	 */
	readonly basis: Matrix;
}

/**
 * The unit that a problem's first layer consists of, in as few dimensions as its points span: the first coordinates of w are
 * those that the training points depend on.
 *
 * @param reduceTo "all": every point is a function of w. "training": w covers the training points, `outside` the rest.
 * @throws InputError for an unknown activation or a patch that does not tile the input.
 */
export function hiddenUnit(
	engine: Engine,
	problem: Pick<Problem, "trainInputs" | "testInputs" | "inputShape" | "network">,
	{ reduceTo = "all" }: { readonly reduceTo?: "all" | "training" } = {},
): WhitenedUnit {
	const { train, test, positions, directions, basis } = whitenInputs(engine, problem);
	const P = problem.trainInputs.rows;
	const tests = problem.testInputs?.rows ?? 0;
	const n = P + tests;
	const extra = test && reduceTo === "all" ? test.outside.columns : 0;
	const r = directions + extra;
	const inputs = matrix(positions * n, r);
	for (let i = 0; i < positions; i++) {
		for (let a = 0; a < P; a++) inputs.data.set(matrixRow(train, i * P + a), (i * n + a) * r);
		for (let b = 0; test && b < tests; b++) {
			const row = (i * n + P + b) * r;
			inputs.data.set(matrixRow(test.inside, i * tests + b), row);
			if (extra > 0) inputs.data.set(matrixRow(test.outside, i * tests + b), row + directions);
		}
	}
	return {
		activation: findActivation(problem.network.layers[0]!.activation, "network.layers[0].activation"),
		trainPoints: P,
		points: n,
		positions,
		dimension: r,
		inputs,
		basis,
		...(test && reduceTo === "training" && test.outside.columns > 0 && { outside: test.outside }),
	};
}

/**
 * The unit with each coordinate of w turned so that it grows with the targets, or, where no training point depends on it, with
 * the sum of the test points: eigenvectors come with either sign, and the same data in another order are to get the same points.
 */
export function oriented<Unit extends HiddenUnit & { readonly basis?: Matrix }>(
	unit: Unit,
	targets: Float64Array,
): Unit {
	const r = unit.dimension;
	const inputs = matrix(unit.inputs.rows, r, unit.inputs.data.slice());
	const basis = unit.basis && matrix(unit.basis.rows, unit.basis.columns, unit.basis.data.slice());
	for (let k = 0; k < r; k++) {
		let slope = targets.reduce((sum, y, a) => sum + y * inputs.data[a * r + k]!, 0);
		if (slope === 0) slope = sumOfTests(unit, k);
		if (slope >= 0) continue;
		for (let a = 0; a < inputs.rows; a++) inputs.data[a * r + k]! *= -1;
		if (basis && k < basis.rows)
			matrixRow(basis, k).forEach((x, j, row) => {
				row[j] = -x;
			});
	}
	return { ...unit, inputs, ...(basis && { basis }) };
}

function sumOfTests({ inputs, trainPoints, points, dimension }: HiddenUnit, k: number): number {
	let sum = 0;
	for (let a = trainPoints; a < points; a++) sum += inputs.data[a * dimension + k]!;
	return sum;
}

/** The unit at its training points only. */
export function trainingUnit(unit: HiddenUnit): HiddenUnit {
	const { trainPoints: P, points: n, positions, dimension: r } = unit;
	const inputs = matrix(positions * P, r);
	for (let i = 0; i < positions; i++) {
		inputs.data.set(unit.inputs.data.subarray(i * n * r, (i * n + P) * r), i * P * r);
	}
	const { outside: _unseen, ...rest } = unit;
	return { ...rest, points: P, inputs };
}

/** The largest |u_a| over points and positions: the largest prior deviation of a pre-activation. */
export function largestDeviation({ inputs }: HiddenUnit): number {
	let most = 0;
	for (let i = 0; i < inputs.rows; i++) {
		const row = matrixRow(inputs, i);
		most = Math.max(
			most,
			row.reduce((sum, x) => sum + x * x, 0),
		);
	}
	return Math.sqrt(most);
}

/** The largest |u_ak| over points and positions, for each axis k: how much a coordinate of w can move a pre-activation. */
export function axisDeviations({ inputs, dimension }: HiddenUnit): Float64Array {
	const most = new Float64Array(dimension);
	inputs.data.forEach((x, at) => {
		most[at % dimension] = Math.max(most[at % dimension]!, Math.abs(x));
	});
	return most;
}
