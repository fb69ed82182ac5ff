import {
	type Engine,
	type Matrix,
	matrix,
	multiply,
	scoped,
	seedStream,
	symmetricEigen,
} from "@finitude/engine";
import type { Activation } from "../../activations/activation.ts";
import { affinityScore } from "./affinity-score.ts";

/** Units drawn: the mean of their scores, which lie in [0, 1], errs by less than half of 1/sqrt(4096), 0.8%; in practice by 0.1%. */
const UNITS = 4096;

/** Any seed does; it is fixed so that a prediction is a function of the kernel. */
const SEED = 231011439;

/** Negative eigenvalues relative to the largest one that rounding explains. */
const ROUNDING = 1e-10;

/**
 * The mean affinity score of Gaussian units h ~ N(0, K) over P points, each unit's score being that of its P values of h and of phi(h): what a
 * layer tends to as its width grows, with the law of its units Gaussian. By 4096 units drawn from a fixed stream.
 *
 * @param kernel K, P x P
 * @returns undefined where K has negative eigenvalues beyond rounding
 */
export function gaussianPointsScore(
	engine: Engine,
	activation: Activation,
	kernel: Matrix,
): number | undefined {
	const P = kernel.rows;
	const { values, vectors } = symmetricEigen(engine, kernel);
	const largest = values[P - 1]!;
	if (values[0]! < -ROUNDING * largest) return undefined;
	const root = matrix(
		P,
		P,
		vectors.data.map((v, k) => v * Math.sqrt(Math.max(0, values[k % P]!))),
	);
	return scoped(engine, () => {
		const normals = engine.allocate(UNITS * P);
		engine.fillNormal(seedStream(SEED), normals);
		const h = multiply(engine, matrix(UNITS, P, normals.data.slice()), root, { transposeB: true });
		const [preactivations, features] = [engine.allocate(UNITS * P), engine.allocate(UNITS * P)];
		preactivations.data.set(h.data);
		activation.evaluate(engine, preactivations, features);
		return meanRowScore(h, matrix(UNITS, P, features.data.slice()));
	});
}

/** The mean over rows of the affinity score of a row of x and the same row of y, shapes equal. */
export function meanRowScore(x: Matrix, y: Matrix): number {
	let sum = 0;
	for (let i = 0; i < x.rows; i++) {
		const row = ({ data, columns }: Matrix) => data.slice(i * columns, (i + 1) * columns);
		sum += affinityScore(row(x), row(y));
	}
	return sum / x.rows;
}
