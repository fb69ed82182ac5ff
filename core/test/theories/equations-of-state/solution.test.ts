import {
	createEngine,
	gram,
	type Matrix,
	matrix,
	multiply,
	symmetricEigen,
	symmetricPart,
} from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Answer, findTheory, layerWidth, type Problem, solveTheory } from "../../../src/index.ts";
import { freeEnergy } from "../../../src/theories/equations-of-state/free-energy.ts";
import {
	solveEquationsOfState,
	weightCovariance,
} from "../../../src/theories/equations-of-state/solve-equations.ts";
import { geodesic, largestEntry } from "../../../src/theories/equations-of-state/state-steps.ts";
import { messageOf } from "../../helpers/message-of.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { readGolden } from "./golden-units.ts";
import { layerKinds, linearProblem, whiteProblem } from "./problems.ts";

const engine = await createEngine();
const theory = findTheory("equations-of-state");
const answerTo = (problem: Problem, options: object = {}, covariance = false) =>
	solveTheory(theory, problem, options, { engine, covariance, clock: () => 0 });
const nngpAnswer = (problem: Problem) =>
	solveTheory(findTheory("nngp"), problem, {}, { engine, clock: () => 0 });
const kernel = (answer: Answer, name: string, layer: number) => (answer.kernels[name] as Matrix[])[layer]!;

const whiteCases: { input: Record<string, number>; expected: { lambda: number; mu: number } }[] =
	readGolden("eos-unit-linear-white").cases;

describe("the solution", () => {
	it.each(Object.entries(layerKinds("erf")))(
		"meets the equations as they are written, (3) and (4): %s",
		(_, problem) => {
			const { model, state, convergence } = solveEquationsOfState(engine, problem);
			expect(convergence.residual).toBeLessThan(1e-10);
			// Derivatives at fixed kernels of the other layers, as in (4), in place of those that were solved: another residual
			// of the same equations, amplified by Q^-1 at most.
			const { gradients } = freeEnergy(engine, model, state, { fixed: true })!;
			expect(largestEntry(gradients)).toBeLessThan(1e-8);
		},
	);

	it.each(whiteCases)("is the closed form for linear units and white data: %o", ({ input, expected }) => {
		const problem = whiteProblem(input);
		const { data: y } = problem.trainTargets;
		const K = kernel(answerTo(problem), "preactivation", 0);
		const norm = y.reduce((sum, value) => sum + value * value, 0);
		for (let i = 0; i < y.length; i++) {
			for (let j = 0; j < y.length; j++) {
				const along = (y[i]! * y[j]!) / norm;
				const wanted = expected.lambda * along + expected.mu * ((i === j ? 1 : 0) - along);
				// The file's digits.
				expect(Math.abs(K.data[i * y.length + j]! - wanted)).toBeLessThan(1e-10 * expected.lambda);
			}
		}
	});

	it("is found from every start", () => {
		for (const problem of [
			smallProblem(networkOf([denseLayer("erf", { width: 5 })], { scaling: "mean-field" }), {
				noiseVariance: 0.02,
			}),
			smallProblem(networkOf([denseLayer("relu", { width: 5 })], { scaling: "mean-field" }), {
				noiseVariance: 0.02,
			}),
			smallProblem(networkOf([denseLayer("erf"), denseLayer("erf")], { scaling: "mean-field" }), {
				noiseVariance: 0.01,
			}),
		]) {
			const found = solveEquationsOfState(engine, problem);
			for (let seed = 0; seed < 8; seed++) {
				// Eigenvalues of the kernels multiplied by up to exp(+-3).
				const direction = found.state.factors.map(({ rows: n }, l) => {
					const m = normalMatrix(n, n, 100 * seed + l);
					return symmetricPart(
						matrix(
							n,
							n,
							m.data.map((x) => (1.5 * x) / Math.sqrt(n)),
						),
					);
				});
				const start = geodesic(engine, found.state, direction).at(1);
				const again = solveEquationsOfState(engine, problem, { start });
				expect(again.convergence.converged).toBe(true);
				// S is flat to rounding at its minimum.
				expect(Math.abs(again.freeEnergy - found.freeEnergy)).toBeLessThan(
					1e-10 * Math.abs(found.freeEnergy),
				);
				const [a, b] = [found, again].map((solution) => weightCovariance(engine, problem, solution));
				expect(largestDifference(a!, b!)).toBeLessThan(1e-8);
			}
		}
	});

	it.each(Object.entries(layerKinds("erf")))(
		"becomes that of infinite width: %s",
		(_, { network, ...rest }) => {
			const width = 1e8;
			const layers = network.layers.map((layer) =>
				layer.type === "dense" ? { ...layer, width } : { ...layer, channels: width },
			);
			const problem: Problem = { ...rest, network: { ...network, layers, scaling: "standard" } };
			const [adapted, infinite] = [answerTo(problem), nngpAnswer(problem)];
			// The first correction is of order P/N.
			expect(largestDifference(adapted.testMean!, infinite.testMean!)).toBeLessThan(1e-6);
			expect(largestDifference(adapted.testVariance!, infinite.testVariance!)).toBeLessThan(1e-6);
			// Rounding of traces and logarithms of determinants, times the width.
			expect(Math.abs(adapted.logEvidence! - infinite.logEvidence!)).toBeLessThan(1e-5);
			const prior = infinite.kernels.preactivation as readonly (Matrix | readonly Matrix[])[];
			const positions = adapted.kernels.preactivation as typeof prior;
			positions.flat().forEach((K, i) => {
				expect(largestDifference(K as Matrix, prior.flat()[i] as Matrix)).toBeLessThan(1e-6);
			});
			expect(adapted.orderParameters.emergentScale).toEqual(
				infinite.orderParameters.emergentScale === undefined
					? undefined
					: expect.closeTo(infinite.orderParameters.emergentScale as number, 10),
			);
		},
	);

	it("turns with the inputs", () => {
		const problem = smallProblem(networkOf([denseLayer("erf"), denseLayer("erf")]));
		const d = problem.trainInputs.columns;
		const { vectors } = symmetricEigen(engine, gram(engine, normalMatrix(d, d, 31)));
		const turned = {
			...problem,
			trainInputs: multiply(engine, problem.trainInputs, vectors),
			testInputs: multiply(engine, problem.testInputs!, vectors),
		};
		const [a, b] = [answerTo(problem), answerTo(turned)];
		const back = multiply(engine, multiply(engine, vectors, b.orderParameters.Sigma as Matrix), vectors, {
			transposeB: true,
		});
		// Both are solved to a residual of 1e-10.
		expect(largestDifference(a.orderParameters.Sigma as Matrix, back)).toBeLessThan(1e-9);
		expect(largestDifference(a.testMean!, b.testMean!)).toBeLessThan(1e-9);
		expect(Math.abs(a.logEvidence! - b.logEvidence!)).toBeLessThan(1e-9);
	});

	it("of linear layers in the range of their kernels is the limit of small jitter", () => {
		const problem = linearProblem(9, 3, 3, 0.3);
		const [exact, jittered] = [answerTo(problem), answerTo(problem, { jitter: 1e-9 })];
		// The jitter moves each kernel by 1e-9 of itself; the null directions cost N/2 each of logdet and trace, which cancel.
		expect(largestDifference(exact.testMean!, jittered.testMean!)).toBeLessThan(1e-6);
		expect(
			largestDifference(kernel(exact, "preactivation", 2), kernel(jittered, "preactivation", 2)),
		).toBeLessThan(1e-5);
		expect(exact.validity.filter(({ name }) => name === "rank").map(({ message }) => message)).toEqual([
			"deep linear network with more points than inputs: the kernel of layer 2 is reduced from 9 to rank 4",
			"deep linear network with more points than inputs: the kernel of layer 3 is reduced from 9 to rank 4",
		]);
		expect(jittered.validity.map(({ name }) => name)).toContain("jitter");
	});

	it("is the same for a dense layer and a convolution with one patch", () => {
		const dense = smallProblem(networkOf([denseLayer("erf"), denseLayer("erf")]));
		const whole = smallProblem(
			networkOf([
				convolutionLayer("erf", { patch: 12, stride: 12, channels: 20, weightVariance: 1.5 }),
				denseLayer("erf"),
			]),
		);
		const [a, b] = [answerTo(dense), answerTo(whole)];
		expect(largestDifference(a.testMean!, b.testMean!)).toBe(0);
		expect(a.logEvidence).toBe(b.logEvidence);
	});
});

describe("predictions", () => {
	it.each(Object.entries(layerKinds("erf")))(
		"at training points are those of the training points, (10): %s",
		(_, problem) => {
			const answer = answerTo({ ...problem, testInputs: problem.trainInputs }, {}, true);
			// Cancellation in (10) against the training kernel, whose condition is below 1e4 here.
			expect(largestDifference(answer.testMean!, answer.trainMean!)).toBeLessThan(1e-9);
			expect(largestDifference(answer.testVariance!, answer.trainVariance!)).toBeLessThan(1e-9);
			expect(largestDifference(answer.testCovariance!, answer.trainCovariance!)).toBeLessThan(1e-9);
		},
	);

	it.each(Object.entries(layerKinds("erf")))(
		"have the same variances with and without their covariance: %s",
		(_, problem) => {
			const [alone, joint] = [answerTo(problem), answerTo(problem, {}, true)];
			expect(largestDifference(alone.testVariance!, joint.testVariance!)).toBeLessThan(1e-12);
		},
	);
});

describe("options", () => {
	const problem = smallProblem(networkOf([denseLayer("erf"), denseLayer("erf")]));

	it("direction gives the variance along it", () => {
		const direction = [3, 0, 4, ...Array.from({ length: 9 }, () => 0)];
		const { orderParameters, absent } = answerTo(problem, { direction });
		const Sigma = orderParameters.Sigma as Matrix;
		const at = (i: number, j: number) => Sigma.data[i * 12 + j]!;
		const wanted = (9 * at(0, 0) + 24 * at(0, 2) + 16 * at(2, 2)) / 25;
		expect(orderParameters.teacherVariance).toBeCloseTo(wanted, 12);
		expect(orderParameters.alignment).toBeCloseTo((wanted * 12) / (orderParameters.SigmaTrace as number), 12);
		expect(absent).toEqual({});
	});

	it.each([
		[
			{ direction: [1, 2] },
			"direction: wanted 12 numbers, not all 0: one for each input of a unit of the first layer; got 2 numbers.",
		],
		[
			{ direction: new Array(12).fill(0) },
			"direction: wanted 12 numbers, not all 0: one for each input of a unit of the first layer; got zeros.",
		],
		[
			{ sign: "notebook", variance: "with-kernel-fluctuations" },
			"with-kernel-fluctuations is not defined for sign notebook.",
		],
	])("%o is refused", (options, message) => {
		expect(messageOf(() => answerTo(problem, options))).toBe(message);
	});

	it("sign notebook gives no evidence", () => {
		const reason = "with sign notebook the function that is made stationary is not a free energy";
		const answer = answerTo(problem, { sign: "notebook" });
		expect(answer.logEvidence).toBeUndefined();
		expect(answer.orderParameters.freeEnergy).toBeUndefined();
		expect(answer.absent).toMatchObject({ logEvidence: reason, freeEnergy: reason });
	});

	it("kernel fluctuations come with their cautions", () => {
		const [conditional, full] = [
			answerTo(problem),
			answerTo(problem, { variance: "with-kernel-fluctuations" }),
		];
		const added = full.testVariance!.data.map((x, k) => x - conditional.testVariance!.data[k]!);
		expect(Math.min(...added)).toBeGreaterThan(0);
		expect(full.validity.map(({ name }) => name)).toEqual(
			expect.arrayContaining(["varianceScaling", "varianceDepth"]),
		);
	});
});

describe("refusals and cautions", () => {
	const twoLayers = networkOf([denseLayer("erf"), denseLayer("erf")]);

	it("zero noise", () => {
		const problem = smallProblem(twoLayers, { noiseVariance: 0 });
		expect(theory.applies(problem)).toBe("noiseVariance must be positive for equations-of-state; got 0.");
		expect(messageOf(() => solveEquationsOfState(engine, problem))).toBe(
			"noiseVariance must be positive; got 0.",
		);
	});

	it("repeated points under two layers, which jitter resolves", () => {
		const inputs = normalMatrix(6, 12, 1);
		inputs.data.copyWithin(12, 0, 12);
		const problem = smallProblem(twoLayers, { trainInputs: inputs });
		expect(messageOf(() => answerTo(problem))).toMatch(
			/^layer kernel Q_2 is not positive definite \(eigenvalues from \S+ to \S+\); set jitter or remove duplicate inputs\.$/,
		);
		const { convergence, validity } = answerTo(problem, { jitter: 1e-8 });
		expect(convergence.converged).toBe(true);
		expect(validity.find(({ name }) => name === "jitter")!.value).toBeGreaterThan(0);
	});

	it("mean-field scaling with a noise that was not scaled", () => {
		const problem = smallProblem(networkOf([denseLayer("erf", { width: 1000 })], { scaling: "mean-field" }), {
			noiseVariance: 1,
		});
		const note = answerTo(problem).validity.find(({ name }) => name === "nothingToLearn");
		expect(note!.message).toMatch(
			/^mean-field scaling with fixed noise: the output prior is c tr\(G\)\/P = \S+ against noise 1; nothing can be learned$/,
		);
	});

	it("a solution that was not reached is said to be none", () => {
		// Noise far below the rounding of the kernel: S cannot be resolved.
		const problem = smallProblem(networkOf([denseLayer("erf", { width: 3 })]), {
			noiseVariance: 1e-15,
			trainInputs: normalMatrix(40, 2, 1),
			trainTargets: normalMatrix(40, 1, 2),
			testInputs: normalMatrix(3, 2, 3),
		});
		const outcome = (() => {
			try {
				return answerTo(problem).convergence;
			} catch (error) {
				return (error as Error).message;
			}
		})();
		if (typeof outcome === "string") expect(outcome).toMatch(/^noiseVariance: wanted /);
		else
			expect(outcome).toMatchObject({
				converged: false,
				advice: expect.stringMatching(/^the equations of state did not converge \(residual /),
			});
	});
});

it("along a width sweep starts from the solution before it, in fewer passes", () => {
	const at = (width: number) =>
		smallProblem(networkOf([denseLayer("erf", { width }), denseLayer("erf", { width })]));
	const cold = solveEquationsOfState(engine, at(20));
	const warm = solveEquationsOfState(engine, at(20), { start: solveEquationsOfState(engine, at(25)).state });
	expect(warm.passes).toBeLessThan(cold.passes);
	expect(warm.freeEnergy).toBeCloseTo(cold.freeEnergy, 10);
});

it("widths of the layers weigh their divergences", () => {
	const problem = smallProblem(
		networkOf([denseLayer("erf", { width: 3 }), denseLayer("erf", { width: 1000 })]),
	);
	const { model } = solveEquationsOfState(engine, problem);
	expect(model.weights).toEqual(problem.network.layers.map(layerWidth));
});
