import { type Matrix, matrix, multiply } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findTheory, layerWidth, type Problem } from "../../../src/index.ts";
import { answerOf, engine } from "../../helpers/answers.ts";
import { goldenFiles } from "../../helpers/golden.ts";
import { messageOf } from "../../helpers/message-of.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	permuteRows,
	smallProblem,
} from "../../helpers/problems.ts";
import { inverseByElimination, logDeterminantByElimination, noisy } from "../kernel-rescaling/elimination.ts";
import {
	linearNetwork,
	linearProblem,
	meanField,
	numbers,
	oneOutputProblems,
	rows,
	scaleOf,
	shiftedTargets,
	solve,
} from "./linear-problems.ts";

const kernelOf = (problem: Problem) => answerOf("nngp", problem).kernels.output as Matrix;

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
	Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);

const times = (m: Matrix, by: number) =>
	matrix(
		m.rows,
		m.columns,
		m.data.map((x) => by * x),
	);

const onVector = (m: Matrix, x: ArrayLike<number>) =>
	multiply(engine, m, matrix(m.columns, 1, Float64Array.from(x))).data;

/** x = Delta^T K0 Delta, the trace of t K0 R and Delta at t, by elimination instead of eigenvectors. */
function atScale(problem: Problem, t: number) {
	const K0 = kernelOf(problem);
	const resolvent = inverseByElimination(noisy(times(K0, t), problem.noiseVariance));
	const delta = onVector(resolvent, problem.trainTargets.data);
	return {
		K0,
		delta,
		x: dot(delta, onVector(K0, delta)),
		// tr t K0 R = P - kappa tr R.
		trace: rows(resolvent).reduce((sum, row, i) => sum + 1 - problem.noiseVariance * row[i]!, 0),
		logDeterminant: logDeterminantByElimination(noisy(times(K0, t), problem.noiseVariance)),
	};
}

describe("one output", () => {
	describe.each(Object.entries(oneOutputProblems))("%s", (_name, problem) => {
		const widths = problem.network.layers.map(layerWidth);

		it.each(["tree", "self-consistent"] as const)("%s solves its equation for every layer", (variant) => {
			const answer = solve(problem, variant);
			const t = scaleOf(answer);
			const { delta, x, trace } = atScale(problem, t);
			const z = t * x - (variant === "tree" ? 0 : trace);
			const u = numbers(answer, "layerScales");
			// Rounding of the elimination, P^2 units of it at most.
			u.forEach((scale, l) => {
				expect(scale).toBeCloseTo(1 + z / widths[l]!, 11);
			});
			expect(u.reduce((product, scale) => product * scale, 1)).toBeCloseTo(t, 12);
			expect(Math.max(...delta.map((d, i) => Math.abs(d - numbers(answer, "dualField")[i]!)))).toBeLessThan(
				1e-11,
			);
			// y - f = kappa Delta.
			answer.trainMean!.data.forEach((f, i) => {
				expect(f).toBeCloseTo(problem.trainTargets.data[i]! - problem.noiseVariance * delta[i]!, 12);
			});
		});

		it.each(["tree", "self-consistent"] as const)("%s has the training covariance kappa df/dy", (variant) => {
			const { trainCovariance } = solve(problem, variant, true);
			const P = problem.trainTargets.rows;
			// Central differences: step^2 = 1e-8 against rounding 1e-16 / 1e-4.
			const step = 1e-4;
			for (let j = 0; j < P; j++) {
				const [up, down] = [step, -step].map(
					(by) => solve(shiftedTargets(problem, j, by), variant).trainMean!,
				);
				for (let i = 0; i < P; i++) {
					const slope = (up!.data[i]! - down!.data[i]!) / (2 * step);
					expect(trainCovariance!.data[i * P + j]).toBeCloseTo(problem.noiseVariance * slope, 8);
				}
			}
		});

		it("is permuted with the training points", () => {
			const order = Array.from(
				{ length: problem.trainInputs.rows },
				(_, i) => (i * 2 + 1) % problem.trainInputs.rows,
			);
			const distinct =
				new Set(order).size === order.length ? order : order.map((_, i) => order.length - 1 - i);
			const permuted: Problem = {
				...problem,
				trainInputs: permuteRows(problem.trainInputs, distinct),
				trainTargets: permuteRows(problem.trainTargets, distinct),
			};
			for (const variant of ["tree", "self-consistent"] as const) {
				const [a, b] = [solve(problem, variant), solve(permuted, variant)];
				expect(largestDifference(permuteRows(a.trainMean!, distinct), b.trainMean!)).toBeLessThan(1e-12);
				expect(largestDifference(a.testMean!, b.testMean!)).toBeLessThan(1e-12);
				expect(largestDifference(a.testVariance!, b.testVariance!)).toBeLessThan(1e-12);
			}
		});
	});

	it("without the trace the self-consistent equation is that of the tree: they meet at infinite width", () => {
		for (const variant of ["tree", "one-loop", "self-consistent"] as const) {
			const problem = linearProblem([1e8]);
			const [answer, nngp] = [solve(problem, variant), answerOf("nngp", problem)];
			// What is left is 1/N, times numbers of order 10.
			expect(largestDifference(answer.trainMean!, nngp.trainMean!)).toBeLessThan(1e-6);
			expect(largestDifference(answer.testMean!, nngp.testMean!)).toBeLessThan(1e-6);
			expect(largestDifference(answer.kernels.output as Matrix, nngp.kernels.output as Matrix)).toBeLessThan(
				1e-6,
			);
			if (variant !== "one-loop")
				expect(largestDifference(answer.testVariance!, nngp.testVariance!)).toBeLessThan(1e-6);
		}
	});

	it("a bias of the first layer is one more input", () => {
		const problem = oneOutputProblems["bias in the first layer"]!;
		const d = problem.trainInputs.columns;
		const [first, second] = problem.network.layers;
		// s^2 x.x'/(d+1) with x scaled up, and the constant that makes it s_b^2.
		const extended = (inputs: Matrix) =>
			matrix(
				inputs.rows,
				d + 1,
				Float64Array.from(
					rows(inputs).flatMap((row) => [
						...row.map((x) => x * Math.sqrt((d + 1) / d)),
						Math.sqrt((first!.biasVariance * (d + 1)) / first!.weightVariance),
					]),
				),
			);
		const unbiased: Problem = {
			...problem,
			trainInputs: extended(problem.trainInputs),
			testInputs: extended(problem.testInputs!),
			network: { ...problem.network, layers: [{ ...first!, biasVariance: 0 }, second!] },
		};
		const [a, b] = [solve(problem, "self-consistent"), solve(unbiased, "self-consistent")];
		expect(largestDifference(a.testMean!, b.testMean!)).toBeLessThan(1e-12);
		expect(largestDifference(a.testVariance!, b.testVariance!)).toBeLessThan(1e-12);
	});

	it("takes no noise where the kernel has full rank, and the targets are then met", () => {
		const problem = linearProblem([20, 15], { noiseVariance: 0 });
		for (const variant of ["tree", "self-consistent"] as const) {
			const answer = solve(problem, variant);
			expect(answer.convergence.converged).toBe(true);
			expect(largestDifference(answer.trainMean!, problem.trainTargets)).toBeLessThan(1e-12);
		}
	});

	it("self-consistent comes three times closer to the exact posterior than tree and infinite width, mean and variance", () => {
		const problem = linearProblem([40], {
			trainInputs: normalMatrix(20, 30, 1),
			trainTargets: normalMatrix(20, 1, 2),
			testInputs: normalMatrix(20, 30, 3),
		});
		const exact = answerOf("deep-linear", problem);
		const errors = (["testMean", "testVariance"] as const).map((name) =>
			[solve(problem, "self-consistent"), solve(problem, "tree"), answerOf("nngp", problem)].map((answer) =>
				largestDifference(answer[name]!, exact[name]!),
			),
		);
		for (const [selfConsistent, tree, nngp] of errors) {
			expect(selfConsistent! * 3).toBeLessThan(Math.min(tree!, nngp!));
		}
	});
});

describe("several roots", () => {
	const { problem } = goldenFiles().find(({ name }) => name === "multi-scale-linear-three-roots-depth2")!;

	/** Equation (9a) by elimination. */
	function action(variant: "tree" | "self-consistent", t: number): number {
		const widths = problem.network.layers.map(layerWidth);
		const { delta, x, trace, logDeterminant } = atScale(problem, t);
		const z = t * x - (variant === "tree" ? 0 : trace);
		return (
			widths.reduce((sum, N) => sum + (N / 2) * (z / N - Math.log(1 + z / N)), 0) +
			0.5 * dot(problem.trainTargets.data, delta) +
			(variant === "tree" ? 0 : 0.5 * logDeterminant)
		);
	}

	it.each([
		["tree", 2],
		["self-consistent", 0],
	] as const)("%s takes the one with the lowest action", (variant, chosen) => {
		const answer = solve(problem, variant);
		const roots = rows(answer.orderParameters.roots as Matrix);
		expect(roots).toHaveLength(3);
		expect(scaleOf(answer)).toBe(roots[chosen]![0]);
		const actions = roots.map(([t]) => action(variant, t!));
		roots.forEach(([, above], k) => {
			// The logarithms of the elimination round at 1e-13 of actions of order 100.
			expect(above).toBeCloseTo(actions[k]! - Math.min(...actions), 10);
		});
	});

	it("reports them, and warns that the next minimum is close", () => {
		const notes = solve(problem, "tree").validity.filter(({ name }) => /^(roots|nextMinimum)$/.test(name));
		expect(notes.map(({ name, message }) => [name, message])).toEqual([
			[
				"roots",
				"the equation for the scale has several roots, of which the one with the lowest action is used: 3.31513 (action +0.190), 11.0651 (action +0.614), 31.9671 (action +0.00)",
			],
			[
				"nextMinimum",
				"another minimum of the action lies this close above the one used and has a weight that is not small: no single root is right; compare with deep-linear, which weighs all of them",
			],
		]);
	});

	it("are found however long the network is", () => {
		// One direction, l y^2/(N kappa^2) = 0.0837 and kappa/l = 30: docs/theories/multi-scale.md.
		const N = 10;
		const lambda = 1 / 30;
		const y = Math.sqrt((0.0837 * N) / lambda);
		const answer = solve(
			smallProblem(
				networkOf(
					Array.from({ length: 6 }, () => denseLayer("linear", { width: N, weightVariance: 1 })),
					{ readout: { weightVariance: lambda, biasVariance: 0 } },
				),
				{
					trainInputs: matrix(1, 1, Float64Array.of(1)),
					trainTargets: matrix(1, 1, Float64Array.of(y)),
					testInputs: matrix(1, 1, Float64Array.of(1)),
					noiseVariance: 1,
				},
			),
			"tree",
		);
		const roots = rows(answer.orderParameters.roots as Matrix).map(([t]) => t!);
		expect(roots).toHaveLength(3);
		for (const t of roots) expect((1 + (0.0837 * t) / (1 + t * lambda) ** 2) ** 6).toBeCloseTo(t, 10);
	});
});

describe("one-loop", () => {
	it("solves t = a (1 - tr a K0 (a K0 + kappa)^-1 / N) with a = 1/(1 - x(t)/N)", () => {
		for (const N of [12, 40]) {
			const problem = linearProblem([N]);
			const t = scaleOf(solve(problem, "one-loop"));
			const a = 1 / (1 - atScale(problem, t).x / N);
			expect(t).toBeCloseTo(a * (1 - atScale(problem, a).trace / N), 11);
		}
	});

	it("says that there is no root where P is of the order of N", () => {
		const problem = smallProblem(linearNetwork([10]), {
			trainInputs: normalMatrix(12, 15, 1),
			trainTargets: normalMatrix(12, 1, 2),
			testInputs: normalMatrix(3, 15, 3),
		});
		const answer = solve(problem, "one-loop");
		expect(answer.convergence.converged).toBe(false);
		expect(answer.convergence.residual).toBeGreaterThan(0.1);
		expect(answer.convergence.advice).toBe(
			"No admissible root: the one-loop equation has none for P of the order of N and above. Use variant self-consistent.",
		);
		expect(answer.absent.testMean).toBe("no admissible root of the one-loop equation");
		expect(answer.validity.find(({ name }) => name === "roots")?.value).toBe(0);
		expect([answer.trainMean, answer.testMean, answer.trainVariance, answer.kernels.output]).toEqual([
			undefined,
			undefined,
			undefined,
			undefined,
		]);
	});

	it("takes the largest of several roots, and reports the others", () => {
		// K0 = I, P = 2 N, |y|^2 = 9.1 kappa^2: a has the end 10, and x(t) falls below N (1 - 1/a) between two roots.
		const N = 10;
		const inputs = matrix(
			20,
			20,
			Float64Array.from({ length: 400 }, (_, e) => (e % 21 === 0 ? Math.sqrt(20) : 0)),
		);
		const problem = smallProblem(
			networkOf([denseLayer("linear", { width: N, weightVariance: 1 })], {
				readout: { weightVariance: 1, biasVariance: 0 },
			}),
			{
				trainInputs: inputs,
				trainTargets: matrix(20, 1, new Float64Array(20).fill(Math.sqrt(910 / 20))),
				testInputs: inputs,
				noiseVariance: 10,
			},
		);
		const answer = solve(problem, "one-loop");
		const { value, message } = answer.validity.find(({ name }) => name === "roots")!;
		expect(value).toBe(2);
		const found = message
			.match(/: (\S+), (\S+)$/)!
			.slice(1)
			.map(Number);
		expect(message).toBe(
			`the equation for the scale has several roots, of which the largest is used: ${found.map((t) => t.toPrecision(6)).join(", ")}`,
		);
		expect(found[1]).toBeCloseTo(scaleOf(answer), 4);
		for (const t of found) {
			const a = 1 / (1 - 910 / (t + 10) ** 2 / N);
			// Six digits of t; near the end of a they are divided by the little room that is left.
			expect(a * (1 - (2 * a) / (a + 10))).toBeCloseTo(t, 3);
		}
	});
});

describe("several outputs", () => {
	const problem = linearProblem([9], {
		trainTargets: normalMatrix(6, 3, 4),
		trainInputs: normalMatrix(6, 8, 5),
		testInputs: normalMatrix(3, 8, 6),
	});

	it.each(["tree", "self-consistent"] as const)("%s solves equation (12)", (variant) => {
		const answer = solve(problem, variant);
		const T = answer.orderParameters.outputScale as Matrix;
		const delta = answer.orderParameters.dualField as Matrix;
		const K0 = kernelOf(problem);
		const N = 9;
		// Y = kappa Delta + K0 Delta T.
		const mean = multiply(engine, multiply(engine, K0, delta), T);
		expect(largestDifference(mean, answer.trainMean!)).toBeLessThan(1e-12);
		mean.data.forEach((f, e) => {
			expect(f + 0.1 * delta.data[e]!).toBeCloseTo(problem.trainTargets.data[e]!, 11);
		});
		// A = sum_i l_i (kappa + l_i T)^-1 over the eigenvalues of K0, as the trace over points of (T (x) K0 + kappa)^-1 K0.
		const pull = multiply(engine, multiply(engine, delta, K0, { transposeA: true }), delta);
		const inverse = inverseByElimination(T);
		const spread = variant === "tree" ? new Float64Array(9) : partialTrace(T, K0, 0.1);
		inverse.data.forEach((entry, e) => {
			expect(entry).toBeCloseTo((e % 4 === 0 ? 1 : 0) + (spread[e]! - pull.data[e]!) / N, 9);
		});
	});

	it("a column of zeros has the scale of an output without targets, and leaves the other as it is", () => {
		const oneOutput = { ...problem, trainTargets: normalMatrix(6, 1, 4) };
		const y = oneOutput.trainTargets.data;
		const withZeros: Problem = {
			...problem,
			trainTargets: matrix(
				6,
				2,
				Float64Array.from({ length: 12 }, (_, e) => (e % 2 === 0 ? y[e / 2]! : 0)),
			),
		};
		const zeros: Problem = { ...problem, trainTargets: matrix(6, 1) };
		for (const variant of ["tree", "self-consistent"] as const) {
			const answer = solve(withZeros, variant);
			const T = (answer.orderParameters.outputScale as Matrix).data;
			expect(T[0]).toBeCloseTo(scaleOf(solve(oneOutput, variant)), 10);
			expect(T[1]).toBeCloseTo(0, 12);
			expect(T[3]).toBeCloseTo(scaleOf(solve(zeros, variant)), 10);
			const { testMean } = solve(oneOutput, variant);
			answer.testMean!.data.forEach((f, e) => {
				expect(f).toBeCloseTo(e % 2 === 0 ? testMean!.data[e / 2]! : 0, 10);
			});
		}
	});

	it("says why the tree has no variances, and no variant a kernel", () => {
		const { absent, trainVariance } = solve(problem, "tree");
		expect(trainVariance).toBeUndefined();
		expect(absent).toMatchObject({
			trainVariance: "with several outputs the tree gives means only",
			testVariance: "with several outputs the tree gives means only",
			"kernels.output": "with several outputs the adapted kernel is not known",
		});
	});
});

/** sum_p [(T (x) K0 + kappa)^-1 (I (x) K0)] over the points: D x D. */
function partialTrace(T: Matrix, K0: Matrix, kappa: number): number[] {
	const [D, P] = [T.rows, K0.rows];
	const joint = matrix(D * P, D * P);
	const index = (a: number, p: number) => a * P + p;
	for (let a = 0; a < D; a++)
		for (let b = 0; b < D; b++)
			for (let p = 0; p < P; p++)
				for (let q = 0; q < P; q++)
					joint.data[index(a, p) * D * P + index(b, q)] = T.data[a * D + b]! * K0.data[p * P + q]!;
	const inverse = inverseByElimination(noisy(joint, kappa));
	return Array.from({ length: D * D }, (_, e) => {
		const [a, b] = [Math.floor(e / D), e % D];
		let sum = 0;
		for (let p = 0; p < P; p++)
			for (let q = 0; q < P; q++)
				sum += inverse.data[index(a, p) * D * P + index(b, q)]! * K0.data[q * P + p]!;
		return sum;
	});
}

describe("what it says", () => {
	it("names the self-consistent measure as the project's own", () => {
		expect(solve(linearProblem([20]), "self-consistent").validity[0]).toEqual({
			name: "variant",
			value: "self-consistent",
			message:
				"the self-consistent adaptive measure is this project's own synthesis, not taken from a publication",
		});
	});

	it("warns of many points a unit, and of a kernel that vanishes beside the noise", () => {
		const answer = solve(smallProblem(linearNetwork([3], meanField), { noiseVariance: 50 }), "tree");
		const message = (name: string) => answer.validity.find((note) => note.name === name)?.message;
		expect(message("P/N")).toBe(
			"6 points for a hidden layer of width 3: above 1.6 no variant was found to be reliable; compare with a sampler",
		);
		expect(message("kernelOverNoise")).toBe(
			"the largest eigenvalue of the prior kernel is below the noise: in the mean-field scaling the kernel falls as 1/N, and little is learned unless noiseVariance falls with it",
		);
		expect(answer.validity.find(({ name }) => name === "poleDistance")?.value).toBeCloseTo(
			1 / scaleOf(answer),
			15,
		);
	});

	const twoOutputs = { trainTargets: normalMatrix(6, 2, 4) };
	it.each([
		[
			"a convolution",
			smallProblem(networkOf([convolutionLayer("linear")])),
			"multi-scale takes dense layers only; this network has a convolution.",
		],
		[
			"a readout bias",
			linearProblem([5], {
				network: linearNetwork([5], { readout: { weightVariance: 1, biasVariance: 0.3 } }),
			}),
			"multi-scale takes no readout bias; this network has readout.biasVariance = 0.3.",
		],
		[
			"several outputs of a deep network",
			linearProblem([5, 5], twoOutputs),
			"multi-scale handles one hidden layer when there are several outputs; this network has L = 2.",
		],
		[
			"a bias above the first layer",
			smallProblem(networkOf([denseLayer("linear"), denseLayer("linear", { biasVariance: 0.1 })])),
			"multi-scale takes biases in the first layer only: the output kernel of a deep linear network is one product of the layers without those of layers 2 to L; network.layers[1].biasVariance is 0.1.",
		],
	])("refuses %s", (_name, problem, sentence) => {
		expect(findTheory("multi-scale").applies(problem)).toBe(sentence);
	});

	it.each([
		["deep networks", linearProblem([5, 5]), "L = 2"],
		["several outputs", linearProblem([5], twoOutputs), "D = 2"],
	])("refuses one-loop of %s", (_name, problem, instead) => {
		expect(messageOf(() => solve(problem, "one-loop"))).toBe(
			`variant one-loop of multi-scale needs one hidden layer of linear units and one output; here ${instead}. Use variant tree or self-consistent.`,
		);
	});
});
