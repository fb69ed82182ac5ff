/** What the fluctuations of the kernels around the minimum of S add to the variances, equation (12). */
import {
	choleskyFactor,
	type Engine,
	type Matrix,
	matrix,
	solveLower,
	symmetricPart,
} from "@finitude/engine";
import { InputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import type { FreeEnergy } from "./free-energy.ts";
import type { EquationsSolution } from "./solve-equations.ts";
import { type Direction, nudged } from "./state-steps.ts";

/** Of the entries of the kernels: the Hessian is dense, 8 bytes times its square, and is factorized. */
const LARGEST_DIMENSION = 6000;

/** A central difference of this step leaves truncation and rounding near 1e-10, relative. */
const STEP = 1e-5;

export interface FluctuationVariances {
	/** P x D */
	readonly train: Matrix;
	/** P* x D */
	readonly test?: Matrix;
}

/**
 * g^T H^-1 g for every point and output: H the Hessian of S at its minimum, g = df/d(state), both by central differences in
 * an orthonormal basis of the symmetric matrices of each layer.
 *
 * @param meansAt the means at the training points, then at the test points, row by row, of the state with these factors
 * @throws InputError when the kernels have more than 6000 entries together.
 * @returns undefined where H is not positive definite: the solution is not a minimum.
 */
export function fluctuationVariances(
	engine: Engine,
	problem: Problem,
	{ objective, state }: Pick<EquationsSolution, "objective" | "state">,
	meansAt: (factors: readonly Matrix[]) => Float64Array | undefined,
	onProgress?: (fraction: number, message: string) => void,
): FluctuationVariances | undefined {
	const sizes = state.factors.map(({ rows }) => rows);
	const dimension = sizes.reduce((sum, n) => sum + (n * (n + 1)) / 2, 0);
	if (dimension > LARGEST_DIMENSION) {
		throw new InputError({
			where: "variance",
			wanted: `kernels of at most ${LARGEST_DIMENSION} entries for with-kernel-fluctuations`,
			got: String(dimension),
			advice: "Use variance conditional, or fewer points.",
		});
	}
	const hessian = matrix(dimension, dimension);
	const slopes: Float64Array[] = [];
	let row = 0;
	for (const { direction, layer } of basis(sizes)) {
		const at = (s: number) => nudged(engine, state.factors, direction, s);
		const [ahead, behind] = [at(STEP), at(-STEP)];
		const energies = [ahead, behind].map((factors) => objective.at({ ...state, factors }));
		const means = [ahead, behind].map((factors) => meansAt(factors));
		if (energies.some((energy) => energy === undefined) || means.some((mean) => mean === undefined))
			return undefined;
		const column = coordinates(energies as FreeEnergy[], objective.weights);
		hessian.data.set(column, row * dimension);
		slopes.push(means[0]!.map((x, k) => (x - means[1]![k]!) / (2 * STEP)));
		row++;
		if (row % 50 === 0) onProgress?.(row / dimension, `kernel fluctuations of layer ${layer}`);
	}
	const cholesky = choleskyFactor(engine, symmetricPart(hessian));
	if (!cholesky.positiveDefinite) return undefined;
	const points = slopes[0]!.length;
	const gradients = matrix(dimension, points);
	slopes.forEach((values, i) => {
		gradients.data.set(values, i * points);
	});
	const solved = solveLower(engine, cholesky.factor, gradients);
	const variances = new Float64Array(points);
	solved.data.forEach((x, k) => {
		variances[k % points]! += x * x;
	});
	const { rows: P, columns: D } = problem.trainTargets;
	const tests = problem.testInputs?.rows ?? 0;
	return {
		train: matrix(P, D, variances.slice(0, P * D)),
		...(tests > 0 && { test: matrix(tests, D, variances.slice(P * D)) }),
	};
}

/** e_ii and (e_ij + e_ji)/sqrt 2 of each layer in turn. */
function* basis(sizes: readonly number[]): Generator<{ direction: Direction; layer: number }> {
	for (const [layer, n] of sizes.entries()) {
		for (let i = 0; i < n; i++) {
			for (let j = 0; j <= i; j++) {
				const direction = sizes.map((size) => matrix(size, size));
				const value = i === j ? 1 : Math.SQRT1_2;
				direction[layer]!.data[i * n + j] = direction[layer]!.data[j * n + i] = value;
				yield { direction, layer };
			}
		}
	}
}

/** The difference of two gradients of S, no longer in the metric, in the coordinates of the basis. */
function coordinates([ahead, behind]: readonly FreeEnergy[], weights: readonly number[]): number[] {
	return ahead!.gradients.flatMap((m, l) => {
		const n = m.rows;
		const scale = weights[l]! / (4 * STEP);
		const entries: number[] = [];
		for (let i = 0; i < n; i++) {
			for (let j = 0; j <= i; j++) {
				const difference = m.data[i * n + j]! - behind!.gradients[l]!.data[i * n + j]!;
				entries.push(scale * difference * (i === j ? 1 : Math.SQRT2));
			}
		}
		return entries;
	});
}
