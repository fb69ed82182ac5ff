import { type Matrix, matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findTheory, priorKernels, solveTheory } from "../../../src/index.ts";
import { packBlocks } from "../../../src/kernels/kernel-blocks.ts";
import { layerAction } from "../../../src/theories/kernel-rescaling/layer-scales.ts";
import { diagonalizeModes } from "../../../src/theories/kernel-rescaling/modes.ts";
import {
	firstOrderKernel,
	nestedKernel,
} from "../../../src/theories/kernel-rescaling/renormalized-kernel.ts";
import { scalarAction } from "../../../src/theories/kernel-rescaling/scalar-action.ts";
import { messageOf } from "../../helpers/message-of.ts";
import {
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { engine, note, solve } from "./erf-problem.ts";

/** Three layers of unequal widths, with biases in all of them. */
const deepNetwork = (activation: string, biasVariance = 0.2) =>
	networkOf(
		[
			denseLayer(activation, { width: 5, weightVariance: 1.4, biasVariance }),
			denseLayer(activation, { width: 9, weightVariance: 1.1, biasVariance }),
			denseLayer(activation, { width: 7, weightVariance: 0.8, biasVariance }),
		],
		{ readout: { weightVariance: 1.3, biasVariance } },
	);
const scales = (answer: ReturnType<typeof solve>) => answer.orderParameters.Q as number[];

describe("the product of the scales", () => {
	const problem = smallProblem(deepNetwork("erf"));
	const K = priorKernels(engine, problem).outputWeights.train;
	const modes = diagonalizeModes(engine, K, 0.1, 0.2);
	const targets = modes.project(problem.trainTargets.data);
	const widths = [5, 9, 7];

	it("has all N_l (Q_l - 1) equal, and a slope that is the derivative of the action in every log Q", () => {
		const u = 0.4;
		const { scales: Q, slope } = scalarAction(modes, targets, widths, u);
		Q.forEach((q, l) => {
			expect(widths[l]! * (q - 1)).toBeCloseTo(5 * Math.expm1(u), 12);
		});
		// Along u every theta_l moves by (dx/du)/(N_l Q_l), x = N_l (Q_l - 1).
		const along = widths.reduce((sum, N, l) => sum + (5 * Math.exp(u)) / (N * Q[l]!), 0);
		const step = 1e-4;
		const action = (x: number) => scalarAction(modes, targets, widths, x).action;
		// Central differences: truncation step^2, rounding 1e-14 / step.
		expect((action(u + step) - action(u - step)) / (2 * step)).toBeCloseTo(slope * along, 6);
	});

	it("solves equation (12) without noise, at unequal widths", () => {
		const noiseless = smallProblem(deepNetwork("erf", 0), { noiseVariance: 0 });
		const answer = solve(noiseless);
		const r = quadraticForm(noiseless) / 6;
		const q = scales(answer).reduce((a, b) => a * b, 1);
		scales(answer).forEach((Q, l) => {
			expect(widths[l]! * (1 - Q)).toBeCloseTo(6 * (1 - r / q), 10);
		});
		const infinite = solveTheory(findTheory("nngp"), noiseless, {}, { engine, clock: () => 0 });
		expect(largestDifference(answer.testMean!, infinite.testMean!)).toBeLessThan(1e-11);
	});

	it("tends to 1 in every layer as the widths grow", () => {
		const wide = networkOf([denseLayer("erf", { width: 1e9 }), denseLayer("erf", { width: 1e8 })]);
		for (const recursion of ["vanilla", "nested", "full"]) {
			for (const Q of scales(solve(smallProblem(wide), { recursion })))
				expect(Math.abs(Q - 1)).toBeLessThan(1e-6);
		}
	});
});

/** y^T K^-1 y from the modes. */
function quadraticForm(problem: Parameters<typeof solve>[0]): number {
	const modes = diagonalizeModes(engine, priorKernels(engine, problem).outputWeights.train, 0, 0);
	return modes.project(problem.trainTargets.data).reduce((sum, y, k) => sum + y ** 2 / modes.signal[k]!, 0);
}

describe.each([
	["nested", nestedKernel],
	["full", firstOrderKernel],
] as const)("recursion %s", (recursion, kernelOf) => {
	const problem = smallProblem(deepNetwork("erf"));
	const inputs = packBlocks({ train: priorKernels(engine, problem).preactivation[0]![0]!.train });
	const layers = {
		inputs,
		kernel: kernelOf(engine, problem.network, inputs),
		widths: [5, 9, 7],
		targets: problem.trainTargets.data,
		noiseVariance: 0.1,
		readoutBiasVariance: 0.2,
	};

	it("has the gradient and the Hessian of its action", () => {
		const theta = [0.3, -0.2, 0.4];
		const at = (l: number, step: number) =>
			layerAction(
				engine,
				layers,
				theta.map((t, i) => (i === l ? t + step : t)),
			)!;
		const { gradient, hessian } = layerAction(engine, layers, theta)!;
		const step = 1e-4;
		for (let l = 0; l < 3; l++) {
			const [above, below] = [at(l, step), at(l, -step)];
			// Central differences: truncation step^2, rounding 1e-14 / step.
			expect(gradient[l]).toBeCloseTo((above.action - below.action) / (2 * step), 6);
			for (let m = 0; m < 3; m++) {
				expect(hessian.data[3 * l + m]).toBeCloseTo(
					(above.gradient[m]! - below.gradient[m]!) / (2 * step),
					6,
				);
			}
		}
	});

	it("is the prior kernel at Q = 1, the biases of the hidden layers inside", () => {
		const { train } = inputs.unpack(layers.kernel.at([0, 0]));
		expect(largestDifference(train, priorKernels(engine, problem).outputWeights.train)).toBeLessThan(1e-14);
	});

	it.each(["linear", "relu"])("coincides with vanilla for %s units without biases", (activation) => {
		const homogeneous = smallProblem(deepNetwork(activation, 0));
		const vanilla = solve(homogeneous, { meanTerm: "ignore" });
		const answer = solve(homogeneous, { recursion, meanTerm: "ignore" });
		expect(answer.convergence.converged).toBe(true);
		scales(answer).forEach((Q, l) => {
			// Differences of nine points leave 1e-12.
			expect(Q).toBeCloseTo(scales(vanilla)[l]!, 9);
		});
		expect(largestDifference(answer.testMean!, vanilla.testMean!)).toBeLessThan(1e-9);
		expect(answer.logEvidence).toBeCloseTo(vanilla.logEvidence!, 8);
	});

	it("predicts at training points given again as test points what it says at the training points", () => {
		const network = networkOf([denseLayer("tanh", { width: 5 }), denseLayer("tanh", { width: 9 })]);
		const again = smallProblem(network, { testInputs: problem.trainInputs });
		const { trainMean, testMean, trainVariance, testVariance } = solve(again, { recursion });
		// The differences of nine points of `full` leave 1e-14 of the kernel, the condition number of A is about 30.
		expect(largestDifference(trainMean!, testMean!)).toBeLessThan(1e-11);
		expect(largestDifference(trainVariance!, testVariance!)).toBeLessThan(1e-11);
	});
});

describe("recursion full", () => {
	it("is Q_2 (K_det + Q_1 K_wis) for two layers, from the derivatives of the erf kernel", () => {
		const problem = smallProblem(
			networkOf([denseLayer("erf", { width: 5 }), denseLayer("erf", { width: 5, weightVariance: 1.7 })], {
				readout: { weightVariance: 1, biasVariance: 0 },
			}),
		);
		const prior = priorKernels(engine, problem);
		const k = prior.preactivation[1]![0]!.train;
		const entry = (i: number, j: number) => k.data[6 * i + j]!;
		const wishart = (i: number, j: number) => {
			const [a, b, c] = [entry(i, i), entry(j, j), entry(i, j)];
			const root = Math.sqrt((1 + 2 * a) * (1 + 2 * b) - 4 * c * c);
			const diagonal = (v: number) => ((-4 / Math.PI) * c * v) / ((1 + 2 * v) * root);
			return diagonal(a) + diagonal(b) + ((4 / Math.PI) * c) / root;
		};
		const Q1 = 1.6;
		const K = prior.outputWeights.train;
		const expected = matrix(
			6,
			6,
			K.data.map((x, e) => x + (Q1 - 1) * wishart(Math.floor(e / 6), e % 6)),
		);
		const inputs = packBlocks({ train: prior.preactivation[0]![0]!.train });
		const { at } = firstOrderKernel(engine, problem.network, inputs);
		expect(largestDifference(inputs.unpack(at([Math.log(Q1)])).train, expected)).toBeLessThan(1e-14);
	});

	it("departs from nested at second order in Q - 1 of one layer, and not at all in the product of two layers' first orders", () => {
		const problem = smallProblem(deepNetwork("erf"));
		const inputs = packBlocks({ train: priorKernels(engine, problem).preactivation[0]![0]!.train });
		const kernels = [firstOrderKernel, nestedKernel].map((kernelOf) =>
			kernelOf(engine, problem.network, inputs),
		);
		const [full, nested] = kernels.map(
			({ at }) =>
				(a: number, b: number) =>
					at([Math.log1p(a), Math.log1p(b)]),
		) as [(a: number, b: number) => Float64Array, (a: number, b: number) => Float64Array];
		const apart = (a: Float64Array, b: Float64Array) => Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));
		const difference = (a: number, b: number) => apart(full(a, b), nested(a, b));
		// Halving the step divides a second-order term by 4; third orders change that by a few percent at 1e-2.
		expect(difference(2e-2, 0) / difference(1e-2, 0)).toBeCloseTo(4, 0);
		expect(difference(0, 2e-2) / difference(0, 1e-2)).toBeCloseTo(4, 0);
		const e = 1e-2;
		const mixed = (R: typeof full) =>
			R(e, e).map((x, i) => (x - R(e, -e)[i]! - R(-e, e)[i]! + R(-e, -e)[i]!) / (4 * e * e));
		// Third derivatives times the square of the step.
		expect(apart(mixed(full), mixed(nested))).toBeLessThan(1e-4);
	});
});

describe("several layers", () => {
	const problem = smallProblem(
		networkOf([denseLayer("relu", { width: 5 }), denseLayer("relu", { width: 8 })]),
	);

	it("report the product of the scales, the recursion and the ignored mean, and no output kernel", () => {
		const answer = solve(problem);
		const [first, second] = scales(answer);
		const named = (name: string) => answer.validity.find((entry) => entry.name === name);
		expect(named("Q")).toEqual({
			name: "Q",
			value: expect.closeTo(first! * second!, 12),
			message: `product of the scales of the layers, ${first!.toPrecision(4)} x ${second!.toPrecision(4)}`,
		});
		expect(named("recursion")!.message).toBe("the product of all scales multiplies the prior kernel");
		expect(named("meanTerm")!.message).toBe(
			"relu has a mean and its term is ignored (it is derived for one hidden layer only): worse than infinite width where the targets overlap with it",
		);
		expect(named("P/N")!.message).toBe(
			"6 points for a narrowest hidden layer of width 5: the scale departs from 1 as this grows",
		);
		expect(answer.kernels).not.toHaveProperty("output");
		expect(answer.absent["kernels.output"]).toBe(
			"the posterior of the hidden kernel is known for one hidden layer only",
		);
		expect((answer.kernels.predictor as Matrix).rows).toBe(6);
	});

	it("refuse the mean term", () => {
		expect(messageOf(() => solve(problem, { meanTerm: "include" }))).toBe(
			"meanTerm include needs one dense hidden layer and one output; this problem has L = 2 and D = 1.",
		);
	});
});

describe("the caveats of the theory", () => {
	it("names few input dimensions, and says that linear units do not care", () => {
		const few = smallProblem(networkOf([denseLayer("erf")]), {
			trainInputs: normalMatrix(6, 3, 1),
			testInputs: normalMatrix(2, 3, 2),
		});
		expect(note(few, "inputDimension")!.message).toBe(
			"3 inputs are few: the assumption that the hidden kernel fluctuates like a Wishart matrix wants many of them, and with at most 10 the gain over infinite width may be small or negative",
		);
		const many = smallProblem(networkOf([denseLayer("erf")]), {
			trainInputs: normalMatrix(6, 40, 1),
			testInputs: normalMatrix(2, 40, 2),
		});
		expect(note(many, "inputDimension")!.message).toBe(
			"for nonlinear units the theory assumes that the hidden kernel fluctuates like a Wishart matrix, which wants many input dimensions",
		);
		expect(note(smallProblem(networkOf([denseLayer("linear")])), "inputDimension")!.message).toBe(
			"for linear units no condition: the hidden kernel fluctuates like a Wishart matrix at any number of inputs",
		);
	});

	it("names the kernel that predicts where the feature kernel stands beside it", () => {
		const problem = smallProblem(
			networkOf([denseLayer("erf")], { readout: { weightVariance: 1, biasVariance: 0 } }),
		);
		expect(note(problem, "predictorKernel")).toEqual({
			name: "predictorKernel",
			value: "kernels.predictor",
			message:
				"the kernel that predicts; kernels.output, the mean of the learned feature kernel, already holds what the targets say and would count them twice as the kernel of a Gaussian process",
		});
	});
});
