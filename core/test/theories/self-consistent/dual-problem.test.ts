/** The means of linear networks against a problem dual to theirs, solved another way. */
import { createEngine, gram, matrix, matrixFromColumn, multiply, symmetricEigen } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../../src/index.ts";
import { linearProblem as windowsOf } from "../../../src/theories/self-consistent/linear/windows.ts";
import type { Variant } from "../../../src/theories/self-consistent/variants.ts";
import { selfConsistent } from "../../../src/theories/self-consistent.ts";
import { goldenFiles } from "../../helpers/golden.ts";
import { linearProblem, relativeDifference } from "./linear-problems.ts";

const engine = await createEngine({ engine: "reference" });
const solve = (problem: Problem, variant: Variant) => selfConsistent.solve(problem, { variant }, { engine });

describe("the dual problem over Theta", () => {
	/** sigma minimizing (sigma - target)^2/(2 step) + V(sigma), by bisection with V' of (9). */
	function shrunk(target: number, step: number, variance: number, units: number): number {
		let [low, high] = [0, target];
		for (let i = 0; i < 200 && low < high; i++) {
			const middle = (low + high) / 2;
			if (middle === low || middle === high) break;
			const slope =
				(2 * middle) / (variance * (1 + Math.sqrt(1 + (4 * middle * middle) / (variance * units))));
			if ((middle - target) / step + slope > 0) high = middle;
			else low = middle;
		}
		return low;
	}

	it.each([
		[
			"more points than weights",
			goldenFiles().find(({ name }) => name === "scgp-convolution-many-points")!.problem,
		],
		["fewer points than weights", linearProblem({ points: 5, patch: 2, width: 9 })],
	])("has the tree's solution: %s", (_name, problem) => {
		const { train, variance, units, windows, patch } = windowsOf(problem);
		const kappa = problem.noiseVariance;
		const squares = symmetricEigen(engine, gram(engine, train)).values;
		const step = kappa / squares.at(-1)!;
		const y = problem.trainTargets.data;
		let theta = new Float64Array(windows * patch);
		let previous = theta;
		let momentum = 1;
		for (let iteration = 0; iteration < 3000; iteration++) {
			const next = (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
			const ahead = theta.map((x, i) => x + ((momentum - 1) / next) * (x - previous[i]!));
			const residual = multiply(engine, train, matrixFromColumn(ahead)).data.map(
				(f, a) => (f - y[a]!) / kappa,
			);
			const slope = multiply(engine, train, matrixFromColumn(residual), { transposeA: true }).data;
			const moved = matrix(
				windows,
				patch,
				ahead.map((x, i) => x - step * slope[i]!),
			);
			// The prox acts on singular values: moved = U s V^T becomes U diag(s'/s) U^T moved.
			const { values, vectors: U } = symmetricEigen(engine, gram(engine, moved));
			const factors = matrix(windows, windows);
			values.forEach((square, k) => {
				const s = Math.sqrt(Math.max(square, 0));
				factors.data[k * windows + k] = s === 0 ? 0 : shrunk(s, step, variance, units) / s;
			});
			const left = multiply(engine, multiply(engine, U, factors), U, { transposeB: true });
			previous = theta;
			theta = Float64Array.from(multiply(engine, left, moved).data);
			// Restart where momentum points uphill (O'Donoghue and Candes 2015).
			const uphill = theta.reduce((sum, x, i) => sum + (ahead[i]! - x) * (x - previous[i]!), 0) > 0;
			momentum = uphill ? 1 : next;
		}
		const dual = multiply(engine, train, matrixFromColumn(theta)).data;
		expect(relativeDifference(dual, solve(problem, "tree").trainMean!.data)).toBeLessThan(4e-13);
	});
});
