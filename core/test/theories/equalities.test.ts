/** Which theory agrees with which: one test for each row of the table in docs/how-to-choose-a-theory.md. */
import { type Matrix, matrix } from "@finitude/engine";
import { expect, it } from "vitest";
import { type Answer, type Layer, type Network, type Problem, theories } from "../../src/index.ts";
import { answerOf, distance } from "../helpers/answers.ts";
import { denseLayer, largestDifference, networkOf, normalMatrix, smallProblem } from "../helpers/problems.ts";
import { layerKinds } from "./equations-of-state/problems.ts";
import { linearNetwork, oneOutputProblems } from "./multi-scale/linear-problems.ts";

/** Few enough inputs for grids over the weights of a unit: no error of nodes. */
const inputs = (d: number) => ({ trainInputs: normalMatrix(6, d, 1), testInputs: normalMatrix(3, d, 3) });

const meanField = { scaling: "mean-field" } as const;

const oneLayer = (
	activation: string,
	changes: Partial<Layer> = {},
	network: Partial<Network> = {},
): Problem =>
	smallProblem(networkOf([denseLayer(activation, changes)], network), {
		...inputs(2),
		...(network.scaling === "mean-field" && { noiseVariance: 0.01 }),
	});

/** The smaller the weights, the farther the poles of tanh are from the real axis, and the coarser a grid may be. */
const shallow = { biasVariance: 0.1, weightVariance: 0.3 };

const linearLayers = (count: number, changes: Partial<Layer> = {}) =>
	Array.from({ length: count }, () => denseLayer("linear", changes));

/** The largest distance of what both answers have, and the log evidence. */
function apart(a: Answer, b: Answer): number {
	const names = ["trainMean", "testMean", "trainVariance", "testVariance", "testCovariance"] as const;
	const pairs = [
		...names.map((name) => [a[name], b[name]] as const),
		[a.kernels.output as Matrix | undefined, b.kernels.output as Matrix | undefined] as const,
	];
	const distances = pairs.flatMap(([x, y]) => (x && y ? [distance(x, y)] : []));
	expect(distances.length).toBeGreaterThan(1);
	const [left, right] = [a.logEvidence, b.logEvidence];
	const both = left !== undefined && right !== undefined;
	return Math.max(...distances, both ? Math.abs(left / right - 1) : 0);
}

const saddleOf = (problem: Problem) => answerOf("map-kernels", problem, { order: "saddle" }, true);

it.each<[string, Problem]>([
	["erf", { ...oneLayer("erf", { width: 8 }), ...inputs(1) }],
	["tanh with a bias, mean-field", { ...oneLayer("tanh", shallow, meanField), ...inputs(1) }],
	["relu", oneLayer("relu")],
])("map-kernels saddle = exact-mean-field = self-consistent kernel-saddle: %s", (name, problem) => {
	const saddle = saddleOf(problem);
	expect(saddle.convergence.converged).toBe(true);
	expect(apart(saddle, answerOf("exact-mean-field", problem, {}, true))).toBeLessThan(1e-11);
	// Its tilt of relu is not always normalizable: it takes bounded units.
	if (name === "relu") return;
	// The kernel saddle stops at steps of 1e-11 of its kernel; the mean divides by the noise.
	const other = answerOf("self-consistent", problem, { variant: "kernel-saddle" });
	expect(apart(saddle, other)).toBeLessThan(1e-9);
});

it.each<[string, Problem]>([
	["erf with a bias", { ...oneLayer("erf", { biasVariance: 0.3 }), ...inputs(1) }],
	["tanh, mean-field", { ...oneLayer("tanh", shallow, meanField), ...inputs(1) }],
	["sigmoid", oneLayer("sigmoid")],
	["linear", smallProblem(linearNetwork([8]), { noiseVariance: 0.02 })],
	["linear, mean-field", smallProblem(linearNetwork([30], meanField), { noiseVariance: 0.02 })],
])("multi-scale tree = self-consistent tree: %s", (_name, problem) => {
	const [own, other] = ["multi-scale", "self-consistent"].map((theory) =>
		answerOf(theory, problem, { variant: "tree" }, true),
	) as [Answer, Answer];
	expect(apart(own, other)).toBeLessThan(1e-12);
});

it.each([
	["erf", 1, 1],
	["erf", 2, 1],
	["linear", 3, 1],
	["relu", 2, 1],
	["erf", 2, 2],
])(
	"map-kernels complete-first mean = finite-width-correction mean: %s, %i layers with biases, %i outputs",
	(activation, depth, D) => {
		const layers = Array.from({ length: depth }, () =>
			denseLayer(activation, { width: 40, biasVariance: 0.1 }),
		);
		const problem = smallProblem(networkOf(layers), { trainTargets: normalMatrix(6, D, 4) });
		const own = answerOf("map-kernels", problem, { order: "complete-first" });
		const other = answerOf("finite-width-correction", problem);
		// The same tensors: rounding of numbers of size 1.
		expect(largestDifference(own.trainMean!, other.trainMean!)).toBeLessThan(1e-14);
		expect(largestDifference(own.testMean!, other.testMean!)).toBeLessThan(1e-14);
	},
);

it.each<[string, Problem]>([
	["one layer", smallProblem(networkOf(linearLayers(1)))],
	[
		"two layers of different widths",
		smallProblem(networkOf([denseLayer("linear"), denseLayer("linear", { width: 30 })])),
	],
	["mean-field", smallProblem(networkOf(linearLayers(1), meanField), { noiseVariance: 0.005 })],
	[
		"more points than inputs",
		smallProblem(networkOf(linearLayers(2)), {
			trainInputs: normalMatrix(12, 4, 1),
			trainTargets: normalMatrix(12, 1, 2),
			testInputs: normalMatrix(3, 4, 3),
		}),
	],
	["biases in every layer", smallProblem(networkOf(linearLayers(2, { biasVariance: 0.2 })))],
	["two outputs", smallProblem(networkOf(linearLayers(2)), { trainTargets: normalMatrix(6, 2, 4) })],
])("map-kernels saddle = equations-of-state, linear: %s", (_name, problem) => {
	// What equations-of-state minimizes to: gradients of 1e-10.
	expect(apart(saddleOf(problem), answerOf("equations-of-state", problem, {}, true))).toBeLessThan(1e-8);
});

it("map-kernels saddle = exact-mean-field, linear", () => {
	const problem = oneLayer("linear");
	// Both are solved to 1e-12 in K; the mean divides by the noise.
	expect(apart(saddleOf(problem), answerOf("exact-mean-field", problem, {}, true))).toBeLessThan(1e-10);
});

it("map-kernels saddle = equations-of-state, linear: one of two saddles is the same", () => {
	// One point with noise of 100 times its kernel.
	const problem = smallProblem(
		networkOf(linearLayers(2, { weightVariance: 1 }), { readout: { weightVariance: 0.01, biasVariance: 0 } }),
		{
			trainInputs: matrix(1, 1, Float64Array.of(1)),
			trainTargets: matrix(1, 1, Float64Array.of(22.7)),
			testInputs: matrix(1, 1, Float64Array.of(2)),
			noiseVariance: 1,
		},
	);
	const saddle = saddleOf(problem);
	const { data, rows } = saddle.orderParameters.roots as Matrix;
	expect(rows).toBe(2);
	const evidences = Array.from({ length: rows }, (_, k) => saddle.logEvidence! - data[2 * k + 1]!);
	const other = answerOf("equations-of-state", problem);
	const at = evidences.findIndex((value) => Math.abs(value - other.logEvidence!) < 1e-8);
	expect(at).toBeGreaterThanOrEqual(0);
	// C^(l) = C^(l-1) (1 + 2 b/N) in both layers, b the eigenvalue of the row.
	const kernel = 0.01 * (1 + (2 * data[2 * at]!) / 20) ** 2;
	expect((other.kernels.output as Matrix).data[0]).toBeCloseTo(kernel, 8);
});

it.each(Object.entries(oneOutputProblems))(
	"multi-scale self-consistent scale = kernel-rescaling Q, layer by layer: %s",
	(_name, problem) => {
		const own = answerOf("multi-scale", problem, { variant: "self-consistent" });
		const other = answerOf("kernel-rescaling", problem, { recursion: "vanilla" });
		const Q = other.orderParameters.Q as number[];
		(own.orderParameters.layerScales as number[]).forEach((u, l) => {
			expect(u).toBeCloseTo(Q[l]!, 12);
		});
		expect(own.orderParameters.scale).toBeCloseTo(
			Q.reduce((product, q) => product * q, 1),
			11,
		);
		expect(largestDifference(own.testMean!, other.testMean!)).toBeLessThan(1e-12);
	},
);

it("multi-scale self-consistent scale = kernel-rescaling Q, a matrix for several outputs", () => {
	const problem = smallProblem(linearNetwork([9]), { trainTargets: normalMatrix(6, 3, 4), ...inputs(8) });
	const own = answerOf("multi-scale", problem, { variant: "self-consistent" });
	const other = answerOf("kernel-rescaling", problem);
	expect(distance(own.orderParameters.outputScale as Matrix, other.orderParameters.Q as Matrix)).toBeLessThan(
		1e-12,
	);
	expect(largestDifference(own.testMean!, other.testMean!)).toBeLessThan(1e-12);
});

it("kernel-rescaling = Laplace's method for scale-mixture, which is deep-linear for linear units: error 1/N", () => {
	for (const exact of ["scale-mixture", "deep-linear"]) {
		const [first, second, third] = [25, 100, 400].map((width) => {
			const problem = smallProblem(networkOf(linearLayers(1, { width })));
			const [saddle, law] = [answerOf("kernel-rescaling", problem), answerOf(exact, problem)];
			return distance(saddle.testMean!, law.testMean!);
		}) as [number, number, number];
		// Four times the width, a quarter of the error, up to the next order in 1/N: P/N of it, times a few.
		expect(Math.abs(first / second / 4 - 1), exact).toBeLessThan(10 / 25);
		expect(Math.abs(second / third / 4 - 1), exact).toBeLessThan(10 / 100);
	}
});

it.each(Object.entries(layerKinds("erf")))(
	"deep-kernel-machine with nu equal to the widths = equations-of-state: %s",
	(_name, problem) => {
		const [own, other] = ["deep-kernel-machine", "equations-of-state"].map((theory) =>
			answerOf(theory, problem),
		) as [Answer, Answer];
		expect(largestDifference(own.testMean!, other.testMean!)).toBeLessThan(1e-10);
		expect(largestDifference(own.testVariance!, other.testVariance!)).toBeLessThan(1e-10);
		expect(own.logEvidence).toBeCloseTo(other.logEvidence!, 10);
	},
);

/** Beside the default options. */
const VARIANTS: Readonly<Record<string, readonly object[]>> = {
	"map-kernels": [{ selfConsistent: true }, { order: "complete-first" }, { order: "saddle" }],
	"multi-scale": [{ variant: "tree" }, { variant: "one-loop" }],
	"self-consistent": [{ variant: "loop" }, { variant: "kernel-saddle" }],
	"exact-mean-field": [{ variance: "with-kernel-fluctuations" }],
	"equations-of-state": [{ variance: "with-kernel-fluctuations" }],
};

it.each(theories.flatMap(({ id }) => [{}, ...(VARIANTS[id] ?? [])].map((options) => [id, options] as const)))(
	"%s -> nngp as N -> infinity: %o",
	(id, options) => {
		const theory = theories.find((one) => one.id === id)!;
		const linear = "variant" in options && options.variant === "one-loop";
		const wide = ["erf", "linear"].map((activation) => oneLayer(activation, { width: 2 ** 30 }));
		const problem = wide.find((one, k) => theory.applies(one) === true && !(linear && k === 0))!;
		const [own, limit] = [answerOf(id, problem, options, true), answerOf("nngp", problem, {}, true)];
		expect(own.convergence.converged).toBe(true);
		// The difference is of order P/N = 6e-9 times numbers of order 10.
		expect(apart(own, limit)).toBeLessThan(1e-6);
	},
);
