import {
	choleskyFactor,
	choleskyInverse,
	createEngine,
	gram,
	type Matrix,
	matrix,
	multiply,
} from "@finitude/engine";
import { expect, it } from "vitest";
import type { Problem } from "../../../src/index.ts";
import { linearProblem as windowsOf } from "../../../src/theories/self-consistent/linear/windows.ts";
import { selfConsistent } from "../../../src/theories/self-consistent.ts";
import { linearProblem, relativeDifference } from "./linear-problems.ts";

const engine = await createEngine({ engine: "reference" });

function inverse(m: Matrix): Matrix {
	const cholesky = choleskyFactor(engine, m);
	if (!cholesky.positiveDefinite) throw new Error("not positive definite");
	return choleskyInverse(engine, cholesky.factor);
}

const problems: Record<string, Problem> = {
	"dense, fewer points than inputs": linearProblem({ points: 4 }),
	"dense, more points than inputs": linearProblem({ points: 9, inputs: 4, readoutBiasVariance: 0.3 }),
	"more windows than inputs in each": linearProblem({
		patch: 2,
		inputs: 8,
		scaling: "mean-field",
		noiseVariance: 0.02,
	}),
	"fewer windows than inputs in each, hidden bias": linearProblem({
		patch: 4,
		inputs: 8,
		biasVariance: 0.5,
		width: 3,
	}),
	"more points than weights": linearProblem({ points: 12, patch: 2, inputs: 4, readoutBiasVariance: 0.3 }),
};

it.each(Object.entries(problems))("the filter covariance satisfies (11): %s", (_name, problem) => {
	const { train, variance, units, windows, patch, readoutBiasVariance } = windowsOf(problem);
	const answer = selfConsistent.solve(problem, { variant: "kernel-saddle" }, { engine });
	const P = train.rows;
	const Sg = answer.orderParameters.filterCovariance as Matrix;
	const g = Float64Array.from(answer.orderParameters.discrepancy as number[]);
	const window = (a: number) =>
		matrix(windows, patch, train.data.slice(a * windows * patch, (a + 1) * windows * patch));

	const moved = multiply(engine, matrix(P * windows, patch, train.data), Sg);
	const K = multiply(engine, matrix(P, windows * patch, moved.data), train, {
		transposeB: true,
		alpha: variance,
	});
	for (let i = 0; i < K.data.length; i++) K.data[i]! += readoutBiasVariance;
	expect(relativeDifference((answer.kernels.output as Matrix).data, K.data)).toBeLessThan(1e-13);

	for (let i = 0; i < P; i++) K.data[i * P + i]! += problem.noiseVariance;
	const Q = inverse(K);
	// K + kappa has a condition number of at most 1e3 here.
	expect(relativeDifference(g, multiply(engine, Q, problem.trainTargets).data)).toBeLessThan(1e-11);

	const right = matrix(patch, patch);
	for (let i = 0; i < patch; i++) right.data[i * patch + i] = 1;
	for (let a = 0; a < P; a++) {
		for (let b = 0; b < P; b++) {
			const product = multiply(engine, window(a), window(b), { transposeA: true });
			const weight = (variance / units) * (g[a]! * g[b]! - Q.data[a * P + b]!);
			product.data.forEach((x, i) => {
				right.data[i]! -= weight * x;
			});
		}
	}
	expect(relativeDifference(inverse(Sg).data, right.data)).toBeLessThan(1e-9);
	expect(answer.convergence.converged).toBe(true);
	expect(answer.convergence.residual).toBeLessThan(1e-10);

	const mean = problem.trainTargets.data.map((y, i) => y - problem.noiseVariance * g[i]!);
	expect(relativeDifference(answer.trainMean!.data, mean)).toBeLessThan(1e-11);
});

it("leaves the filters as they are when there is nothing to learn", () => {
	const problem = linearProblem({ points: 4, noiseVariance: 1e12 });
	const answer = selfConsistent.solve(problem, { variant: "kernel-saddle" }, { engine });
	const Sg = answer.orderParameters.filterCovariance as Matrix;
	const change = gram(
		engine,
		matrix(
			1,
			Sg.data.length,
			Sg.data.map((x, i) => x - (i % (Sg.rows + 1) === 0 ? 1 : 0)),
		),
	);
	// Of order P K / (N kappa) = 1e-12.
	expect(Math.sqrt(change.data[0]!)).toBeLessThan(1e-10);
});
