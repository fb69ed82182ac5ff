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
): HiddenUnit {
	const { train, test, positions, directions } = whitenInputs(engine, problem);
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
		...(test && reduceTo === "training" && test.outside.columns > 0 && { outside: test.outside }),
	};
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
