import { diagonal, identity, type Matrix, matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findTheory, type Network, type Problem, solveTheory } from "../../../src/index.ts";
import { messageOf } from "../../helpers/message-of.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { engine, note, solve } from "./erf-problem.ts";

const readout = { weightVariance: 1.2, biasVariance: 0.4 };
const convolution = (channels: number, activation = "erf", changes: Partial<Network> = {}) =>
	smallProblem(networkOf([convolutionLayer(activation, { channels, biasVariance: 0.2 })], changes));
const QUANTITIES = ["trainMean", "trainVariance", "testMean", "testVariance"] as const;

describe("one convolution", () => {
	it.each([
		["erf", 0.1, 0, "standard"],
		["relu", 0.1, 0.4, "standard"],
		["erf", 0, 0, "standard"],
		["erf", 0, 0.4, "standard"],
		["erf", 0.1, 0, "mean-field"],
	] as const)(
		"of one patch is the dense layer: %s, noise %f, readout bias %f, %s scaling",
		(activation, noiseVariance, biasVariance, scaling) => {
			const changes = { readout: { ...readout, biasVariance }, scaling };
			const [dense, patch] = [
				solve(
					smallProblem(
						networkOf([denseLayer(activation, { width: 5, weightVariance: 1, biasVariance: 0.2 })], changes),
						{
							noiseVariance,
						},
					),
					{ meanTerm: "ignore" },
				),
				solve(
					smallProblem(
						networkOf([convolutionLayer(activation, { patch: 12, stride: 12, biasVariance: 0.2 })], changes),
						{
							noiseVariance,
						},
					),
				),
			];
			expect((patch.orderParameters.Q as Matrix).data[0]).toBeCloseTo(
				(dense.orderParameters.Q as number[])[0]!,
				10,
			);
			expect(patch.orderParameters.action).toBeCloseTo(dense.orderParameters.action as number, 11);
			expect(patch.logEvidence).toBeCloseTo(dense.logEvidence!, 10);
			for (const quantity of QUANTITIES) {
				expect(largestDifference(patch[quantity]!, dense[quantity]!)).toBeLessThan(1e-10);
			}
			expect(
				largestDifference(patch.kernels.predictor as Matrix, dense.kernels.predictor as Matrix),
			).toBeLessThan(1e-10);
		},
	);

	it("of linear units with one scale is a dense layer of n_p N units", () => {
		const linear = smallProblem(networkOf([convolutionLayer("linear")]));
		const scalar = solve(linear, { orderParameter: "scalar" });
		const dense = solve(smallProblem(networkOf([denseLayer("linear", { width: 20, weightVariance: 1 })])));
		const Q = scalar.orderParameters.Q as number[];
		expect(Q).toHaveLength(1);
		expect(Q[0]).toBeCloseTo((dense.orderParameters.Q as number[])[0]!, 11);
		expect(scalar.orderParameters.action).toBeCloseTo(4 * (dense.orderParameters.action as number), 10);
		expect(scalar.logEvidence).toBeCloseTo(dense.logEvidence!, 10);
		for (const quantity of QUANTITIES) {
			expect(largestDifference(scalar[quantity]!, dense[quantity]!)).toBeLessThan(1e-11);
		}
		expect(note(linear, "Q", { orderParameter: "scalar" })!.value).toBe(Q[0]);
	});

	it("becomes infinite width as channels grow, as 1/N, in every restriction", () => {
		for (const orderParameter of ["matrix", "diagonal", "scalar"]) {
			const at = (channels: number) => solve(convolution(channels, "erf", { readout }), { orderParameter });
			const departure = (channels: number) => {
				const { Q } = at(channels).orderParameters as { Q: Matrix | number[] };
				const values = Array.isArray(Q) ? Float64Array.from(Q) : diagonal(Q);
				return Math.max(...values.map((q) => Math.abs(q - 1)));
			};
			// Second order in P/N = 6e-4.
			expect(departure(1e4) / departure(2e4)).toBeCloseTo(2, 2);
			const nngp = solveTheory(
				findTheory("nngp"),
				convolution(1e9, "erf", { readout }),
				{},
				{ engine, clock: () => 0 },
			);
			const wide = at(1e9);
			expect(largestDifference(wide.testMean!, nngp.testMean!)).toBeLessThan(1e-7);
			expect(largestDifference(wide.testVariance!, nngp.testVariance!)).toBeLessThan(1e-7);
			// N (S - n_p) / 2 is known to N rounding units of n_p.
			expect(wide.logEvidence).toBeCloseTo(nngp.logEvidence!, 5);
		}
	});

	it("knows no order of the patches", () => {
		const swap = (m: Matrix) =>
			matrix(
				m.rows,
				12,
				m.data.map((_, e) => m.data[12 * Math.floor(e / 12) + (((e % 12) + 3) % 12)]!),
			);
		const problem = convolution(5);
		const moved = {
			...problem,
			trainInputs: swap(problem.trainInputs),
			testInputs: swap(problem.testInputs!),
		};
		const [Q, turned] = [problem, moved].map((p) => solve(p).orderParameters.Q as Matrix);
		for (let i = 0; i < 4; i++) {
			for (let j = 0; j < 4; j++) {
				expect(turned!.data[4 * i + j]).toBeCloseTo(Q!.data[4 * ((i + 1) % 4) + ((j + 1) % 4)]!, 10);
			}
		}
	});

	it("listens to the patch that the targets follow", () => {
		// A teacher that sees the third patch only.
		const inputs = normalMatrix(30, 12, 4);
		const targets = matrix(
			30,
			1,
			Float64Array.from({ length: 30 }, (_, i) => 2 * inputs.data[12 * i + 7]!),
		);
		const problem: Problem = { ...convolution(5), trainInputs: inputs, trainTargets: targets };
		for (const orderParameter of ["matrix", "diagonal"]) {
			const { Q } = solve(problem, { orderParameter }).orderParameters as { Q: Matrix | number[] };
			const values = Array.isArray(Q) ? Q : Array.from(diagonal(Q));
			const others = values.filter((_, i) => i !== 2);
			expect(values[2]).toBeGreaterThan(2);
			expect(Math.max(...others)).toBeLessThan(1);
			expect(note(problem, "Q.largestPatch", { orderParameter })).toEqual({
				name: "Q.largestPatch",
				value: values[2],
				message: `patch 2 has the largest scale, ${values[2]!.toPrecision(4)}: the network listens to it more than the prior does`,
			});
		}
	});

	it("follows targets ten thousand times their prior size", () => {
		const trainTargets = matrix(
			6,
			1,
			normalMatrix(6, 1, 2).data.map((x) => 1e4 * x),
		);
		const { convergence, orderParameters, trainMean } = solve({ ...convolution(100), trainTargets });
		expect(convergence.converged).toBe(true);
		// Rounding of terms of order 1e4.
		expect(convergence.residual).toBeLessThan(1e-9);
		expect(Math.max(...diagonal(orderParameters.Q as Matrix))).toBeGreaterThan(1000);
		// The noise is far below the targets, each of which is of the order of 1e4.
		expect(largestDifference(trainMean!, trainTargets)).toBeLessThan(10);
	});

	it("says what it gives and how far to trust it", () => {
		const relu = convolution(5, "relu");
		const { validity, absent, orderParameters, kernels } = solve(relu);
		expect(validity.map(({ name }) => name)).toEqual([
			"P/N",
			"inputDimension",
			"orderParameter",
			"Q.smallestEigenvalue",
			"Q.largestEigenvalue",
			"Q.largestPatch",
			"minima",
			"meanTerm",
			"meanOverlap",
			"smallestEigenvalue/noise",
			"recursion",
		]);
		expect(validity[1]!.value).toBe(3);
		expect(note(relu, "orderParameter", { orderParameter: "diagonal" })).toEqual({
			name: "orderParameter",
			value: "diagonal",
			message:
				"one scale for each patch: the theory of a layer whose patches do not share weights, while those of this network do",
		});
		expect(note(relu, "meanTerm")!.message).toBe(
			"relu has a mean, whose term is not derived for a convolution and is ignored: worse than infinite width where the targets overlap with it",
		);
		expect(Object.keys(orderParameters)).toEqual(["Q", "action", "logEvidenceSaddle"]);
		expect(Object.keys(absent)).toEqual(["kernels.preactivation", "kernels.output"]);
		// The predictor's kernel holds no readout bias: at many channels it is the prior's.
		const wide = convolution(1e9, "erf", { readout });
		const plain = convolution(1e9, "erf", { readout: { ...readout, biasVariance: 0 } });
		expect(
			largestDifference(solve(wide).kernels.predictor as Matrix, solve(plain).kernels.predictor as Matrix),
		).toBeLessThan(1e-7);
		expect((kernels.predictor as Matrix).rows).toBe(6);
		expect(largestDifference(solve(wide).orderParameters.Q as Matrix, identity(4))).toBeLessThan(1e-7);
	});
});

describe("refusals of convolutions", () => {
	const problem = convolution(5);
	it.each([
		[
			"several outputs",
			() => solve({ ...problem, trainTargets: normalMatrix(6, 2, 4) }),
			"kernel-rescaling handles one convolutional layer with stride = patch; several outputs (here D = 2) want a dense layer.",
		],
		[
			"a dense layer above",
			() => solve({ ...problem, network: networkOf([convolutionLayer("erf"), denseLayer("erf")]) }),
			"kernel-rescaling handles one convolutional layer with stride = patch; this network has L = 2 layers.",
		],
		[
			"the mean term",
			() => solve(convolution(5, "relu"), { meanTerm: "include" }),
			"meanTerm include needs one dense hidden layer and one output; this network has a convolution.",
		],
		[
			"an unknown order parameter",
			() => solve(problem, { orderParameter: "vector" }),
			'orderParameter must be matrix, diagonal or scalar; got "vector".',
		],
		[
			"a singular kernel without noise",
			() =>
				solve({
					...smallProblem(networkOf([convolutionLayer("linear")]), { noiseVariance: 0 }),
					trainInputs: normalMatrix(6, 3, 1),
					testInputs: normalMatrix(2, 3, 1),
				}),
			"noiseVariance is 0 and the prior kernel has rank 3 < P = 6: the zero-noise formulas need full rank; give a positive noiseVariance.",
		],
		[
			"zero targets without noise",
			() => solve({ ...convolution(1), trainTargets: matrix(6, 1), noiseVariance: 0 }),
			"trainTargets: wanted targets that are not all zero when noiseVariance is 0 and P >= n_p N; got zeros for P = 6, n_p = 4 patches and N = 1 channels. The action has no stationary point; give a positive noiseVariance.",
		],
	])("%s", (_name, run, sentence) => {
		expect(messageOf(run)).toBe(sentence);
	});
});
