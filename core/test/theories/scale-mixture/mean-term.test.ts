/** Units with a mean: equation (8) against a plain quadrature over q and t with one Gaussian process for each node. */
import { type Matrix, matrix, symmetricEigenvalues } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../../src/index.ts";
import { priorKernels } from "../../../src/index.ts";
import { createScalarFunctions } from "../../../src/samplers/scalar-functions.ts";
import { meanTermLikelihood } from "../../../src/scale-mixture/mean-term-likelihood.ts";
import { scaleLikelihood } from "../../../src/scale-mixture/scale-likelihood.ts";
import { diagonalizeModes } from "../../../src/theories/kernel-rescaling/modes.ts";
import { meanOfOutputUnits } from "../../../src/theories/kernel-rescaling/rescaled-prior.ts";
import { choleskyFactor, logDeterminant, solveLower, solveUpper } from "../../helpers/small-cholesky.ts";
import { dense, randomProblem } from "../../samplers/problems.ts";
import { engine, solve } from "./solve.ts";

interface Law {
	logEvidence: number;
	/** Training, then test points. */
	mean: number[];
	covariance: number[][];
	scaleMean: number;
}

/** Every node a Gaussian process in plain loops; theta in steps of 0.05, t on Gauss-Chebyshev-like nodes of x, t = sin x. */
function bruteForce(problem: Problem): Law {
	const { outputWeights, preactivation } = priorKernels(engine, problem, { testCovariance: true });
	const m = meanOfOutputUnits(engine, problem, { outputWeights, preactivation, output: outputWeights });
	const { biasVariance } = problem.network.readout;
	const N = (problem.network.layers[0] as { width: number }).width;
	const P = problem.trainInputs.rows;
	const n = P + problem.testInputs!.rows;
	const at = (i: number, j: number): number => {
		if (i < j) return at(j, i);
		if (i < P) return outputWeights.train.data[i * P + j]!;
		if (j < P) return outputWeights.test!.cross.data[(i - P) * P + j]!;
		return outputWeights.test!.covariance!.data[(i - P) * (n - P) + j - P]!;
	};
	const square = (size: number, f: (i: number, j: number) => number) =>
		Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => f(i, j)));
	const sigma = square(n, (i, j) => at(i, j) - m[i]! * m[j]!);
	const nodes: { log: number; q: number; mean: number[]; covariance: number[][] }[] = [];
	const angles: [number, number][] =
		N === 1
			? [
					[1, 0],
					[-1, 0],
				]
			: Array.from({ length: 240 }, (_, i) => {
					const u = -12 + 0.1 * i + 0.05;
					return [Math.tanh(u), -(N - 1) * Math.log(Math.cosh(u))];
				});
	const total = Math.log(angles.reduce((sum, [, log]) => sum + Math.exp(log), 0));
	for (let theta = -14; theta < 4; theta += 0.05) {
		const q = Math.exp(theta);
		const prior = (N / 2) * (theta - q);
		const K = square(n, (i, j) => q * sigma[i]![j]! + biasVariance);
		const l = choleskyFactor(square(P, (i, j) => K[i]![j]! + (i === j ? problem.noiseVariance : 0)));
		const weights = K.map((row) => solveUpper(l, solveLower(l, row.slice(0, P))));
		const covariance = square(n, (i, j) => K[i]![j]! - weights[i]!.reduce((s, w, k) => s + w * K[k]![j]!, 0));
		for (const [t, log] of angles) {
			const shift = Math.sqrt(N * q) * t;
			const rest = [...problem.trainTargets.data].map((y, i) => y - shift * m[i]!);
			const half = solveLower(l, rest);
			const fit = half.reduce((s, x) => s + x * x, 0);
			nodes.push({
				log: prior + log - total - (fit + logDeterminant(l) + P * Math.log(2 * Math.PI)) / 2,
				q,
				mean: weights.map((row, i) => shift * m[i]! + row.reduce((s, w, k) => s + w * rest[k]!, 0)),
				covariance,
			});
		}
	}
	const top = Math.max(...nodes.map(({ log }) => log));
	const kept = nodes
		.filter(({ log }) => log > top - 35)
		.map((node) => ({ ...node, weight: Math.exp(node.log - top) }));
	const sum = kept.reduce((s, { weight }) => s + weight, 0);
	const average = (f: (node: (typeof nodes)[number]) => number) =>
		kept.reduce((s, node) => s + (node.weight / sum) * f(node), 0);
	const mean = Array.from({ length: n }, (_, i) => average((node) => node.mean[i]!));
	// The density (2) of theta needs its constant.
	let normalization = 0;
	for (let theta = -60; theta < 4; theta += 0.05)
		normalization += Math.exp((N / 2) * (theta - Math.exp(theta)));
	return {
		logEvidence: top + Math.log(sum / normalization),
		mean,
		covariance: square(n, (i, j) =>
			average((node) => node.covariance[i]![j]! + (node.mean[i]! - mean[i]!) * (node.mean[j]! - mean[j]!)),
		),
		scaleMean: average(({ q }) => q),
	};
}

const shape = { points: 4, inputs: 6, testPoints: 2, noiseVariance: 0.3 };
const offset = (problem: Problem): Problem => ({
	...problem,
	trainTargets: matrix(
		4,
		1,
		problem.trainTargets.data.map((y) => y + 2),
	),
});
const problems: Record<string, Problem> = {
	"one unit": offset(randomProblem({ ...shape, layers: [dense(1, "relu")] })),
	"two units": offset(randomProblem({ ...shape, layers: [dense(2, "relu")] })),
	"five units with biases": offset(
		randomProblem({
			...shape,
			layers: [dense(5, "relu", 1, 0.3)],
			readout: { weightVariance: 1.5, biasVariance: 0.4 },
		}),
	),
};

describe.each(Object.entries(problems))("the mean term, %s", (name, problem) => {
	it("is the average over scale and angle", () => {
		const answer = solve("scale-mixture", problem, {}, true);
		const law = bruteForce(problem);
		// The plain quadrature reaches down to theta = -14, and with one unit the weight falls as e^(theta/2) only.
		const tolerance = name === "one unit" ? 1e-4 : 1e-6;
		const close = (a: number, b: number) =>
			expect(Math.abs(a - b)).toBeLessThan(tolerance * (1 + Math.abs(b)));
		close(answer.logEvidence!, law.logEvidence);
		close(answer.orderParameters.scaleMean as number, law.scaleMean);
		[...answer.trainMean!.data, ...answer.testMean!.data].forEach((x, i) => {
			close(x, law.mean[i]!);
		});
		[...answer.trainVariance!.data, ...answer.testVariance!.data].forEach((x, i) => {
			close(x, law.covariance[i]![i]!);
		});
		const check = ({ data, rows }: Matrix, first: number) => {
			data.forEach((x, at) => {
				close(x, law.covariance[first + Math.floor(at / rows)]![first + (at % rows)]!);
			});
		};
		check(answer.trainCovariance!, 0);
		check(answer.testCovariance!, 4);
		expect(symmetricEigenvalues(engine, answer.testCovariance!)[0]).toBeGreaterThan(0);
	});
});

it("(8) with m = 0 is (3)", () => {
	const problem = randomProblem({ ...shape, points: 6, layers: [dense(5, "erf")] });
	const { outputWeights } = priorKernels(engine, problem);
	for (const noiseVariance of [0.1, 0]) {
		const modes = diagonalizeModes(engine, outputWeights.train, noiseVariance, 0);
		const targets = modes.project(problem.trainTargets.data);
		const scalar = createScalarFunctions(engine);
		const plain = scaleLikelihood(scalar, modes, targets);
		const zero = meanTermLikelihood(scalar, { modes, targets, mean: new Float64Array(6), width: 5 });
		for (const q of [1e-3, 0.2, 1, 7]) {
			// The integral of the density of t over its own normalization: 1 to rounding.
			expect(Math.abs(zero.at(q) / (plain.at(q) + plain.constant) - 1)).toBeLessThan(1e-14);
			expect(zero.boundUpTo(q)).toBeGreaterThanOrEqual(zero.at(q) - 1e-12);
			expect(zero.meanFactor(q).mean).toBe(0);
		}
	}
});

it("is no different for an odd activation", () => {
	const problem = randomProblem({ ...shape, layers: [dense(5, "erf")] });
	const [a, b] = ["include", "ignore"].map((meanTerm) => solve("scale-mixture", problem, { meanTerm }));
	expect(a!.logEvidence).toBe(b!.logEvidence);
	expect(a!.validity.map(({ name }) => name)).toEqual(["ansatz", "P/N", "inputDimension", "modes"]);
});
