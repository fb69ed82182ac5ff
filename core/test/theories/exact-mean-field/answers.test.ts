/** Answers of `exact-mean-field` against other theories, other nodes, rotated inputs and sampled networks. */
import { readFileSync } from "node:fs";
import { type Matrix, matrix, matrixFromRows, multiply } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Problem, parseProblem } from "../../../src/index.ts";
import { equationsOfState } from "../../../src/theories/equations-of-state.ts";
import { selfConsistent } from "../../../src/theories/self-consistent.ts";
import { distance } from "../../helpers/answers.ts";
import { convolutionLayer, denseLayer, normalMatrix } from "../../helpers/problems.ts";
import { engine, note, plane, relativeNorm, solve } from "./problems.ts";

function golden(name: string): { problem: Problem; truth: Record<string, number[][]> } {
	const file = new URL(`../../../../fixtures/golden/exact-mean-field-${name}.json`, import.meta.url);
	const { problem, truth } = JSON.parse(readFileSync(file, "utf8"));
	return { problem: parseProblem(problem), truth };
}

const biases = { readout: { weightVariance: 1.2, biasVariance: 0.3 } };

it("with a readout bias, which map-kernels does not take, is the kernel saddle of self-consistent", () => {
	const problem = plane("sigmoid", { inputs: 1, layer: { biasVariance: 0.4 }, network: biases });
	const own = solve(problem);
	const other = selfConsistent.solve(problem, { variant: "kernel-saddle" }, { engine });
	// Both are good to 1e-10 of the largest target.
	expect(distance(own.kernels.output as Matrix, other.kernels.output as Matrix)).toBeLessThan(1e-8);
	expect(distance(own.trainMean!, other.trainMean!)).toBeLessThan(1e-8);
	expect(distance(own.testMean!, other.testMean!)).toBeLessThan(1e-8);
});

describe("linear units: the equations of state", () => {
	const conv = { network: { layers: [convolutionLayer("linear", { patch: 2, stride: 2 })], ...biases } };
	it.each([
		["one input", plane("linear", { inputs: 1 })],
		[
			"one input and both biases",
			plane("linear", { inputs: 1, layer: { biasVariance: 0.4 }, network: biases }),
		],
		["standard scaling", plane("linear", { network: { scaling: "standard" } })],
		["convolution", plane("linear", { inputs: 6, ...conv })],
		[
			"more inputs than points",
			plane("linear", { inputs: 7, trainInputs: rank(7, 5), testInputs: rank(7, 2) }),
		],
	])("%s, by quadrature", (_name, problem) => {
		const own = solve(problem, {}, true);
		const other = equationsOfState.solve(problem, equationsOfState.options.parse({}), {
			engine,
			covariance: true,
		});
		for (const name of [
			"trainMean",
			"trainVariance",
			"testMean",
			"testVariance",
			"testCovariance",
		] as const) {
			expect(distance(own[name]!, other[name]!), name).toBeLessThan(1e-8);
		}
		expect(Math.abs(own.logEvidence! - other.logEvidence!)).toBeLessThan(1e-8);
		const sigma = own.orderParameters.Sigma as Matrix;
		expect(distance(sigma, other.orderParameters.Sigma as Matrix)).toBeLessThan(1e-8);
		const [K, wanted] = [own.kernels.preactivation, other.kernels.preactivation] as (readonly (
			| Matrix
			| Matrix[]
		)[])[];
		const flat = [wanted!].flat(2) as Matrix[];
		([K!].flat(2) as Matrix[]).forEach((kernel, i) => {
			expect(distance(kernel, flat[i]!)).toBeLessThan(1e-8);
		});
		expect(Math.abs(own.orderParameters.kurtosis as number)).toBeLessThan(1e-10);
		expect(own.orderParameters).not.toHaveProperty("effectiveSampleSize");
	});

	it("six inputs, within the error of the nodes", () => {
		const problem = plane("linear", { inputs: 6, noiseVariance: 0.1 });
		const own = solve(problem);
		const other = equationsOfState.solve(problem, equationsOfState.options.parse({}), { engine });
		// Three standard errors; the largest of seven means.
		const differences = [own.trainMean!, own.testMean!].map((mean, i) =>
			Math.max(...mean.data.map((x, a) => Math.abs(x - [other.trainMean!, other.testMean!][i]!.data[a]!))),
		);
		expect(Math.max(...differences)).toBeLessThan(3 * note(own, "integrationError"));
	});
});

/** Inputs in d dimensions that span two: the same two directions for any number of points. */
function rank(d: number, points: number): Matrix {
	return multiply(engine, normalMatrix(points, 2, points), normalMatrix(2, d, 21));
}

describe("only the span of the inputs counts", () => {
	it.each(["erf", "relu", "gelu"])("%s", (activation) => {
		// Two orthonormal directions among five: the fan-in changes the prior variance of a weight, which is undone.
		const angle = 0.3;
		const turn = matrixFromRows([
			[0.6, 0, 0.8 * Math.cos(angle), 0, 0.8 * Math.sin(angle)],
			[0, 1, 0, 0, 0],
		]);
		const small = plane(activation);
		const large: Problem = {
			...small,
			trainInputs: multiply(engine, small.trainInputs, turn),
			testInputs: multiply(engine, small.testInputs!, turn),
			network: { ...small.network, layers: [denseLayer(activation, { weightVariance: 1.5 * 2.5 })] },
		};
		const options = { variance: "with-kernel-fluctuations", evidence: "one-loop" };
		const [a, b] = [solve(small, options), solve(large, options)];
		for (const name of ["trainMean", "trainVariance", "testMean", "testVariance"] as const) {
			expect(distance(b[name]!, a[name]!), name).toBeLessThan(1e-9);
		}
		expect(Math.abs(a.logEvidence! - b.logEvidence!)).toBeLessThan(1e-9);
		const sigma = b.orderParameters.Sigma as Matrix;
		const inside = multiply(engine, multiply(engine, turn, sigma), turn, { transposeB: true });
		expect(distance(inside, a.orderParameters.Sigma as Matrix)).toBeLessThan(1e-9);
		// Across the span nothing is learned.
		const across = [0.8, 0, -0.6 * Math.cos(angle), 0, -0.6 * Math.sin(angle)];
		const variance = across.reduce(
			(sum, x, i) => sum + across.reduce((part, y, j) => part + x * y * sigma.data[i * 5 + j]!, 0),
			0,
		);
		expect(Math.abs(variance - 0.75)).toBeLessThan(1e-12);
	});

	it("a patch over the whole input is a dense layer, also for an image with several channels", () => {
		const layers = [convolutionLayer("erf", { channels: 20, patch: 1, stride: 1, weightVariance: 1.5 })];
		const image = plane("erf", { network: { layers }, inputShape: [1, 1, 2] });
		const [a, b] = [solve(image), solve(plane("erf"))];
		expect(distance(a.testMean!, b.testMean!)).toBeLessThan(1e-12);
		expect(distance(a.kernels.output as Matrix, b.kernels.output as Matrix)).toBeLessThan(1e-12);
		expect(a.logEvidence).toBeCloseTo(b.logEvidence!, 11);
	});

	it("an image is the sequence of its patches", () => {
		const network = { layers: [convolutionLayer("relu", { patch: 1, stride: 1 })] };
		const image = plane("relu", { inputs: 8, network, inputShape: [2, 2, 2] });
		const sequence = plane("relu", {
			inputs: 8,
			network: { layers: [convolutionLayer("relu", { patch: 2, stride: 2 })] },
		});
		expect(distance(solve(image).testMean!, solve(sequence).testMean!)).toBeLessThan(1e-11);
	});
});

describe("nodes of different kinds agree", () => {
	it.each([
		["relu", "sphere", "importance"],
		["relu", "auto", "importance"],
		["erf", "quadrature", "importance"],
	])("%s: %s and %s", (activation, first, second) => {
		// Two directions for auto and quadrature, four on the sphere.
		const problem = plane(activation, {
			inputs: first === "sphere" ? 3 : 1,
			layer: { biasVariance: 0.4 },
			network: { ...biases, scaling: "standard" },
			noiseVariance: 0.1,
		});
		const [a, b] = [first, second].map((integration) => solve(problem, { integration }));
		const error = note(a!, "integrationError") + note(b!, "integrationError");
		for (const name of ["trainMean", "testMean"] as const) {
			const most = Math.max(...a![name]!.data.map((x, i) => Math.abs(x - b![name]!.data[i]!)));
			// Three standard errors of either set of nodes.
			expect(most, name).toBeLessThan(3 * error);
		}
		expect(Math.abs(a!.logEvidence! - b!.logEvidence!)).toBeLessThan(0.05);
	});

	it("another seed, other nodes", () => {
		const problem = plane("erf", { inputs: 3 });
		const [a, b, c] = [0, 0, 5].map((seed) => solve(problem, { seed, samples: 4096 }));
		expect(a!.testMean).toEqual(b!.testMean);
		expect(distance(a!.testMean!, c!.testMean!)).toBeGreaterThan(1e-6);
	});
});

describe("against sampled networks", () => {
	const cases = ["fcn2-erf-mf-n20", "fcn2-erf-mf-n100"].map((name) => {
		const { problem, truth } = golden(name);
		return { problem, truth, own: solve(problem, { variance: "with-kernel-fluctuations" }) };
	});
	const errors = cases.map(({ truth, own }) => ({
		mean: relativeNorm(own.testMean!, matrixFromRows(truth.testMean!)),
		kernel: relativeNorm(
			own.kernels.output as Matrix,
			matrixFromRows((truth.kernels as never as { output: number[][] }).output),
		),
		variance: relativeNorm(own.testVariance!, matrixFromRows(truth.testVariance!)),
	}));

	it("errors fall as 1/N in the mean-field scaling", () => {
		// Five times the width; a third is left to the noise of samples and nodes, 1e-3 each.
		expect(errors[1]!.mean).toBeLessThan(errors[0]!.mean / 3);
		expect(errors[1]!.kernel).toBeLessThan(errors[0]!.kernel / 3);
	});

	it("those of the equations of state do not", () => {
		const [narrow, wide] = cases.map(({ problem, truth }) =>
			relativeNorm(
				equationsOfState.solve(problem, equationsOfState.options.parse({}), { engine }).testMean!,
				matrixFromRows(truth.testMean!),
			),
		);
		expect(wide!).toBeGreaterThan(narrow! / 1.5);
		expect(errors[1]!.mean).toBeLessThan(wide! / 5);
	});

	it("the variance needs the fluctuations of the kernel", () => {
		const conditional = relativeNorm(
			solve(cases[1]!.problem).testVariance!,
			matrixFromRows(cases[1]!.truth.testVariance!),
		);
		expect(conditional).toBeGreaterThan(0.4);
		expect(errors[1]!.variance).toBeLessThan(0.05);
	});
});

describe("with-kernel-fluctuations", () => {
	it("gives covariances whose diagonals are the variances", () => {
		const answer = solve(plane("erf"), { variance: "with-kernel-fluctuations" }, true);
		for (const [covariance, variance] of [
			[answer.trainCovariance!, answer.trainVariance!],
			[answer.testCovariance!, answer.testVariance!],
		] as const) {
			variance.data.forEach((x, a) => {
				expect(Math.abs(covariance.data[a * (covariance.rows + 1)]! - x)).toBeLessThan(1e-13);
			});
		}
	});

	it("gives a training point the same variance as a test point in its place", () => {
		const problem = plane("relu");
		const answer = solve(
			{ ...problem, testInputs: problem.trainInputs },
			{ variance: "with-kernel-fluctuations" },
		);
		expect(distance(answer.testVariance!, answer.trainVariance!)).toBeLessThan(1e-9);
		expect(distance(answer.testMean!, answer.trainMean!)).toBeLessThan(1e-9);
	});

	it("is zero for zero targets", () => {
		const problem = plane("erf", { trainTargets: matrix(5, 1) });
		const [a, b] = ["conditional", "with-kernel-fluctuations"].map((variance) =>
			solve(problem, { variance }),
		);
		expect(distance(a!.testVariance!, b!.testVariance!)).toBeLessThan(1e-14);
	});
});
