import { createEngine, gram, type Matrix, matrix, multiply, symmetricEigen } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { Answer, Layer, Problem } from "../../../src/index.ts";
import { nngp } from "../../../src/theories/nngp.ts";
import type { Variant } from "../../../src/theories/self-consistent/variants.ts";
import { selfConsistent } from "../../../src/theories/self-consistent.ts";
import { largestDifference, normalMatrix, permuteRows } from "../../helpers/problems.ts";
import { linearProblem, meansOf, relativeDifference } from "./linear-problems.ts";

const engine = await createEngine({ engine: "reference" });
const VARIANTS = ["tree", "loop", "kernel-saddle"] as const;
const solve = (problem: Problem, variant: Variant = "tree", covariance = false): Answer =>
	selfConsistent.solve(problem, { variant }, { engine, covariance });
const noteOf = (answer: Answer, name: string) => answer.validity.find((note) => note.name === name);

/** The network of a problem with another first layer. */
function withLayer(problem: Problem, changes: Partial<Layer>): Problem {
	const layer = { ...problem.network.layers[0]!, ...changes } as Layer;
	return { ...problem, network: { ...problem.network, layers: [layer] } };
}

describe.each(VARIANTS)("the %s variant", (variant) => {
	it("is the same for a dense layer and for a convolution with one window", () => {
		const dense = linearProblem({ width: 30, biasVariance: 0.4, readoutBiasVariance: 0.2 });
		const convolution = linearProblem({ width: 30, patch: 6, biasVariance: 0.4, readoutBiasVariance: 0.2 });
		expect(meansOf(solve(convolution, variant))).toEqual(meansOf(solve(dense, variant)));
	});

	it("does not depend on a rotation of the inputs of a dense layer", () => {
		const problem = linearProblem({ width: 30 });
		const { vectors } = symmetricEigen(engine, gram(engine, normalMatrix(6, 6, 31)));
		const rotated = {
			...problem,
			trainInputs: multiply(engine, problem.trainInputs, vectors),
			testInputs: multiply(engine, problem.testInputs!, vectors),
		};
		// Rounding of the rotated inputs times the condition number, about 10; the loop's root is found to 1e-11.
		expect(
			relativeDifference(meansOf(solve(rotated, variant)), meansOf(solve(problem, variant))),
		).toBeLessThan(1e-10);
	});

	it("permutes with the data", () => {
		const problem = linearProblem({ width: 30, patch: 2, readoutBiasVariance: 0.2 });
		const order = [3, 0, 4, 1, 2];
		const shuffled = solve(
			{
				...problem,
				trainInputs: permuteRows(problem.trainInputs, order),
				trainTargets: permuteRows(problem.trainTargets, order),
			},
			variant,
		);
		const answer = solve(problem, variant);
		// Rounding times a condition number of about 10; the loop's root is found to 1e-11.
		expect(largestDifference(shuffled.trainMean!, permuteRows(answer.trainMean!, order))).toBeLessThan(1e-10);
		expect(largestDifference(shuffled.testMean!, answer.testMean!)).toBeLessThan(1e-10);
	});

	it("is the same in either orientation of the windows' coordinates", () => {
		// Padding every window with zeros and raising weightVariance with the fan-in changes nothing but which side is longer.
		const problem = linearProblem({ width: 30, patch: 2, inputs: 8 });
		const padded = (m: Matrix) => {
			const result = matrix(m.rows, 20);
			for (let p = 0; p < m.rows; p++) {
				for (let i = 0; i < 8; i++)
					result.data[p * 20 + Math.floor(i / 2) * 5 + (i % 2)] = m.data[p * 8 + i]!;
			}
			return result;
		};
		const layer = { patch: 5, stride: 5, weightVariance: (1.3 * 5) / 2 } as Partial<Layer>;
		const wide = {
			...withLayer(problem, layer),
			trainInputs: padded(problem.trainInputs),
			testInputs: padded(problem.testInputs!),
		};
		expect(relativeDifference(meansOf(solve(wide, variant)), meansOf(solve(problem, variant)))).toBeLessThan(
			1e-10,
		);
		if (variant !== "loop") {
			const kernels = [wide, problem].map((each) => (solve(each, variant).kernels.output as Matrix).data);
			expect(relativeDifference(kernels[0]!, kernels[1]!)).toBeLessThan(1e-12);
		}
	});

	it("becomes the Gaussian process of infinite width", () => {
		const wide = linearProblem({ width: 2 ** 30, patch: 2, biasVariance: 0.4, readoutBiasVariance: 0.2 });
		const limit = nngp.solve(wide, {}, { engine });
		// P/N = 5e-9 times numbers of order 1 to 10.
		expect(relativeDifference(meansOf(solve(wide, variant)), meansOf(limit))).toBeLessThan(1e-7);
	});

	it("says which quantities it has not, and why", () => {
		const answer = solve(linearProblem({ width: 40 }), variant, true);
		const reason = {
			tree: undefined,
			loop: "the loop variant gives the posterior mean only",
			"kernel-saddle":
				"the kernel-saddle variant gives the posterior mean and the kernel only; the kernel's fluctuations are not included",
		}[variant];
		for (const name of [
			"trainVariance",
			"testVariance",
			"testCovariance",
			"trainCovariance",
			"logEvidence",
		] as const) {
			expect(answer[name] === undefined, name).toBe(reason !== undefined);
			expect(answer.absent[name], name).toBe(reason);
		}
		expect(answer.kernels.output === undefined).toBe(variant === "loop");
		expect(Object.keys(answer.orderParameters)).toEqual(
			{
				tree: ["tau", "singularValues", "domainDistance"],
				loop: ["tau"],
				"kernel-saddle": ["filterCovariance", "discrepancy"],
			}[variant],
		);
	});
});

describe("equation (9)", () => {
	/** lam and C of a dense layer with six inputs: weightVariance 1.3, readout 1.7, width 12, standard scaling. */
	const [variance, units] = [(1.7 * 1.3) / 6, 12];
	const derivative = (x: number) =>
		(2 * x) / (variance * (1 + Math.sqrt(1 + (4 * x * x) / (variance * units))));

	it.each([1e-6, 0.1, 1, 100])("links Theta and T for targets of size %d", (targetScale) => {
		const answer = solve(linearProblem({ targetScale }));
		const [x] = answer.orderParameters.singularValues as number[];
		const distance = answer.orderParameters.domainDistance as number;
		// At targets of 100 the distance is 1e-3, and 1 - distance keeps the rounding of 1.
		expect(Math.abs((variance / units) * derivative(x!) ** 2 - (1 - distance))).toBeLessThan(1e-13);
	});

	it("gives ridge regression for small targets", () => {
		const problem = linearProblem({ targetScale: 1e-6 });
		// The cubic term is (targets / prior)^2 = 1e-12 of the linear one.
		expect(
			relativeDifference(meansOf(solve(problem)), meansOf(nngp.solve(problem, {}, { engine }))),
		).toBeLessThan(1e-11);
	});

	it("gives the nuclear norm for large targets: T on the edge of its domain, Theta shrunk by a constant", () => {
		const problem = linearProblem({ points: 1, targetScale: 1e4 });
		const answer = solve(problem);
		const square = gram(engine, problem.trainInputs).data[0]!;
		// One point: |Theta| = (y/|x|) - kappa sqrt(C/lam) / |x|^2, soft thresholding.
		const [y] = problem.trainTargets.data;
		const threshold = (problem.noiseVariance * Math.sqrt(units / variance)) / square;
		const [x] = answer.orderParameters.singularValues as number[];
		// The next order of V' is lam C / (2 x) of the leading one, here 1e-4 of the threshold.
		expect(Math.abs((Math.abs(y!) / Math.sqrt(square) - x!) / threshold - 1)).toBeLessThan(1e-3);
	});
});

describe("with more points than weights", () => {
	const problem = linearProblem({ points: 14, patch: 2, inputs: 4, width: 30, readoutBiasVariance: 0.3 });

	it.each(VARIANTS)("the discrepancies of %s are (y - f)/kappa at every point", (variant) => {
		const answer = solve(problem, variant);
		const tau = (answer.orderParameters.tau ?? answer.orderParameters.discrepancy) as number[];
		const expected = problem.trainTargets.data.map(
			(y, i) => (y - answer.trainMean!.data[i]!) / problem.noiseVariance,
		);
		// The loop's residual is 1e-11 |y| before the division by the noise of 0.2.
		expect(relativeDifference(tau, expected)).toBeLessThan(1e-10);
	});

	it("repeated points count as one point with less noise", () => {
		const few = linearProblem({ points: 4, patch: 2, inputs: 4, width: 30 });
		const twice = (m: Matrix) => matrix(2 * m.rows, m.columns, Float64Array.of(...m.data, ...m.data));
		const doubled = { ...few, trainInputs: twice(few.trainInputs), trainTargets: twice(few.trainTargets) };
		const quieter = { ...few, noiseVariance: few.noiseVariance / 2 };
		for (const variant of VARIANTS) {
			const test = solve(doubled, variant).testMean!;
			expect(largestDifference(test, solve(quieter, variant).testMean!)).toBeLessThan(1e-10);
		}
	});
});

describe("validity", () => {
	it("points to finite-width-correction in the standard scaling with few points, for the tree only", () => {
		const note = {
			name: "weakRegime",
			value: 5 / 40,
			message: "in this regime finite-width-correction is usually more accurate than the tree variant",
		};
		const problem = linearProblem({ width: 40 });
		expect(noteOf(solve(problem), "weakRegime")).toEqual(note);
		expect(noteOf(solve(problem, "loop"), "weakRegime")).toBeUndefined();
		expect(noteOf(solve(linearProblem({ width: 5 })), "weakRegime")).toBeUndefined();
		expect(noteOf(solve(linearProblem({ width: 40, scaling: "mean-field" })), "weakRegime")).toBeUndefined();
	});

	it("warns at the edge of the domain", () => {
		const near = solve(linearProblem({ targetScale: 100 }));
		expect(noteOf(near, "domainDistance")).toEqual({
			name: "domainDistance",
			value: near.orderParameters.domainDistance,
			message:
				"tau is close to the edge of the domain of W, where the network is dominated by few directions and the expansion around the saddle point is doubtful",
		});
	});

	it("says nothing but the ratio P/N about a kernel saddle", () => {
		expect(
			solve(linearProblem({ width: 40 }), "kernel-saddle").validity.map(({ name, value }) => [name, value]),
		).toEqual([["P/N", 5 / 40]]);
	});
});

describe("refusals", () => {
	const problem = linearProblem();
	it.each([
		[
			withLayer(problem, { activation: "quadratic" }),
			"self-consistent needs an activation that grows at most linearly: for a quadratic activation the saddle point does not exist. Use finite-width-correction.",
		],
		[
			withLayer(problem, { activation: "relu" }),
			"self-consistent is implemented for linear, erf and tanh. Of the other activations it takes the bounded ones, sigmoid and sin.",
		],
		[
			withLayer(problem, { activation: "gelu" }),
			"self-consistent is implemented for linear, erf and tanh. Of the other activations it takes the bounded ones, sigmoid and sin.",
		],
		[{ ...problem, trainTargets: normalMatrix(5, 2, 1) }, "self-consistent supports one output."],
		[
			{
				...problem,
				network: { ...problem.network, layers: [...problem.network.layers, ...problem.network.layers] },
			},
			"self-consistent is available for one hidden layer only; this network has L = 2.",
		],
		[
			withLayer(problem, { weightVariance: 0, biasVariance: 1 }),
			"self-consistent treats a hidden bias as one more input and needs weights for it: weightVariance is 0 with a positive biasVariance.",
		],
	])("case %#", (refused, sentence) => {
		expect(selfConsistent.applies(refused)).toBe(sentence);
	});

	it("of zero noise with more points than weights names the noise that would do", () => {
		expect(() => solve(linearProblem({ points: 8, inputs: 4, noiseVariance: 0 }))).toThrowError(
			/^noiseVariance: wanted a noise that makes the kernel of the training points positive definite; got 0 with a kernel whose smallest eigenvalue is \S+ \(the largest is \S+\)\. A noiseVariance of \S+ would suffice\. The usual causes are repeated points and more points than the kernel has dimensions\.$/,
		);
	});
});

it("interpolates without noise", () => {
	const problem = linearProblem({ points: 4, noiseVariance: 0 });
	for (const variant of VARIANTS) {
		const answer = solve(withLayer(problem, { width: 60 } as Partial<Layer>), variant);
		// Rounding times the condition number of the kernel, about 100; the loop's own tolerance is 1e-11.
		expect(relativeDifference(answer.trainMean!.data, problem.trainTargets.data)).toBeLessThan(2e-11);
	}
});
