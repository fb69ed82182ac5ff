/** What moment probes say of kernels that a test makes up. */
import { gram, type Matrix, matrixFromRows, multiply, plus, symmetricEigen } from "@finitude/engine";
import type { MomentProbe, Problem } from "../../src/index.ts";
import { engine } from "../helpers/answers.ts";
import { denseLayer, networkOf, normalMatrix, smallProblem } from "../helpers/problems.ts";

export type Kernels = Readonly<Record<string, Matrix>>;

/** Readings by quantity and layer, "alignment of layer 1": values, or the reason for none. */
export function readingsOf(
	probe: MomentProbe,
	kernels: Kernels,
	{ prior = kernels, ...problem }: Partial<Problem> & { prior?: Kernels } = {},
): Record<string, number[] | string> {
	const P = Object.values(kernels)[0]!.rows;
	const network = networkOf([denseLayer("erf")]);
	const asked = smallProblem(network, { trainTargets: normalMatrix(P, 1, 2), ...problem });
	const readings = probe.evaluate(engine, momentsOf(kernels), {
		problem: asked,
		prior: momentsOf(prior),
	});
	return Object.fromEntries(
		readings.map((reading) => [
			`${reading.quantity} of ${reading.layer}`,
			"reason" in reading ? reading.reason : Array.from(reading.values),
		]),
	);
}

/** Readings of one kernel, by quantity. */
export function readingsOfOne(
	probe: MomentProbe,
	kernel: Matrix,
	context: Partial<Problem> & { prior?: Kernels } = {},
): Record<string, number[] | string> {
	const readings = readingsOf(probe, { output: kernel }, context);
	return Object.fromEntries(
		Object.entries(readings).map(([name, value]) => [name.replace(" of output", ""), value]),
	);
}

const momentsOf = (kernels: Kernels) => ({
	kernels: Object.entries(kernels).map(([layer, kernel]) => ({ layer, kernel })),
});

export const diagonalKernel = (...values: number[]): Matrix =>
	matrixFromRows(values.map((value, a) => values.map((_, b) => (a === b ? value : 0))));

export const column = (...values: number[]): Matrix => matrixFromRows(values.map((value) => [value]));

/** v v^T. */
export const rankOne = (...values: number[]): Matrix => gram(engine, column(...values));

/** A positive definite kernel of random features, and a constant. */
export function randomKernel(P: number, seed: number, features = 2 * P): Matrix {
	const kernel = gram(engine, normalMatrix(P, features, seed), { alpha: 1 / features });
	return plus(kernel, rankOne(...new Array<number>(P).fill(0.5)));
}

/** A random rotation of P dimensions. */
export function rotation(P: number, seed: number): Matrix {
	const raw = normalMatrix(P, P, seed);
	return symmetricEigen(engine, gram(engine, raw)).vectors;
}

/** U diag(values) U^T. */
export function kernelWith(values: readonly number[], U: Matrix): Matrix {
	return multiply(engine, multiply(engine, U, diagonalKernel(...values)), U, { transposeB: true });
}

/** The largest difference of two sets of readings, relative to the largest value of each; the same reasons. */
export function readingDistance(
	one: Record<string, number[] | string>,
	two: Record<string, number[] | string>,
): number {
	return Object.entries(one).reduce((most, [name, values]) => {
		const others = two[name]!;
		if (typeof values === "string" || typeof others === "string") {
			return values === others ? most : Number.POSITIVE_INFINITY;
		}
		const scale = Math.max(...values.map(Math.abs));
		const far = Math.max(...values.map((value, k) => Math.abs(value - others[k]!)));
		return Math.max(most, far / (scale || 1));
	}, 0);
}
