import {
	createEngine,
	dot,
	type Matrix,
	matrix,
	matrixFromRows,
	seedStream,
	splitStream,
} from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findActivation, findTheory, type Layer, type Problem, solveTheory } from "../../../src/index.ts";
import { tiltedUnit } from "../../../src/theories/self-consistent/bounded/bounded-cumulant.ts";
import { boundedModel } from "../../../src/theories/self-consistent/bounded/bounded-model.ts";
import { solveTree } from "../../../src/theories/self-consistent/tree.ts";
import { solveVariant } from "../../../src/theories/self-consistent/variants.ts";
import {
	featureSource,
	type HiddenUnit,
	hiddenUnit,
	paddedSobolRule,
	stretchedRule,
	trapezoidRule,
} from "../../../src/tilted-unit/index.ts";
import { goldenFiles } from "../../helpers/golden.ts";
import { messageOf } from "../../helpers/message-of.ts";
import { denseLayer, largestDifference, networkOf, normalMatrix } from "../../helpers/problems.ts";
import { bruteForceCumulant, derivative } from "./bounded-oracle.ts";

const engine = await createEngine({ engine: "wasm" });
const solve = (problem: Problem, variant = "tree", covariance = false) =>
	solveTheory(findTheory("self-consistent"), problem, { variant }, { engine, covariance, clock: () => 0 });
const infinite = (problem: Problem) =>
	solveTheory(findTheory("nngp"), problem, {}, { engine, covariance: true, clock: () => 0 });

interface Shape {
	readonly activation?: string;
	readonly points?: number;
	readonly inputs?: number;
	readonly width?: number;
	readonly scaling?: "standard" | "mean-field";
	readonly noiseVariance?: number;
	readonly readoutBiasVariance?: number;
	readonly tests?: Matrix;
}

function problemOf(shape: Shape = {}): Problem {
	const { activation = "erf", points = 3, inputs = 2, width = 8, scaling = "standard" } = shape;
	return {
		name: "bounded",
		trainInputs: normalMatrix(points, inputs, 31),
		trainTargets: normalMatrix(points, 1, 32),
		testInputs: shape.tests ?? normalMatrix(2, inputs, 33),
		network: networkOf([denseLayer(activation, { width })], {
			scaling,
			readout: { weightVariance: 1.2, biasVariance: shape.readoutBiasVariance ?? 0 },
		}),
		noiseVariance: shape.noiseVariance ?? 0.2,
	};
}

const INPUTS = [
	[0.8, -0.3],
	[-0.4, 1.1],
	[0.5, 0.9],
	[1.2, 0.2],
] as const;
const unit: HiddenUnit = {
	activation: findActivation("erf"),
	trainPoints: 4,
	points: 4,
	positions: 1,
	dimension: 2,
	inputs: matrixFromRows(INPUTS),
};
const network = { width: 3, readoutVariance: 1.4, readoutBiasVariance: 0 };
const grid = trapezoidRule(2, 0.15, 10.5, { even: false });
const tilted = (activation: string, t: Float64Array, rest: Partial<typeof network> = {}) =>
	tiltedUnit(
		engine,
		{ ...network, ...rest },
		featureSource(engine, { ...unit, activation: findActivation(activation) }, grid),
		t,
	);
/** The last component is a test point's: zero. */
const t = Float64Array.of(1.3, -0.9, 0.7, 0);

describe("the cumulant generating function of a bounded unit", () => {
	it.each(["erf", "tanh", "sigmoid", "sin"])("with %s and its derivatives agree with brute force", (name) => {
		const W = bruteForceCumulant(findActivation(name).value, INPUTS, network.width, network.readoutVariance);
		const { value, gradient, hessian } = tilted(name, t);
		expect(Math.abs(value - W(t))).toBeLessThan(1e-12);
		const H = hessian();
		for (let b = 0; b < 4; b++) {
			expect(Math.abs(gradient[b]! - derivative((x) => [W(x)], t, b)[0]!)).toBeLessThan(1e-9);
			const slopes = derivative((x) => tilted(name, x).gradient, t, b);
			slopes.forEach((slope, a) => {
				expect(Math.abs(H.data[a * 4 + b]! - slope)).toBeLessThan(1e-9);
			});
		}
	});

	it("has the third derivatives of equation (15), contracted, also at a test point", () => {
		const factor = matrixFromRows([
			[1.1, 0, 0],
			[-0.4, 0.8, 0],
			[0.3, 0.2, 1.4],
		]);
		const P = 3;
		// Lam = (L L^T)^-1, so that its contraction is that of columns of L^-T.
		const inverse = inverseOf(factor);
		const source = featureSource(engine, { ...unit, trainPoints: P }, grid);
		const third = tiltedUnit(engine, network, source, t.slice(0, P)).contractThird(factor);
		const contracted = (x: Float64Array) => {
			const H = tilted("erf", x).hessian();
			let sum = 0;
			for (let a = 0; a < P; a++) for (let b = 0; b < P; b++) sum += inverse[a]![b]! * H.data[a * 4 + b]!;
			return [sum];
		};
		for (let a = 0; a < 4; a++)
			expect(Math.abs(third[a]! - derivative(contracted, t, a)[0]!)).toBeLessThan(1e-9);
	});

	it("gets s_b^2 (sum t)^2 / 2 from a readout bias", () => {
		const [plain, biased] = [tilted("erf", t), tilted("erf", t, { readoutBiasVariance: 0.5 })];
		const total = t.reduce((sum, x) => sum + x, 0);
		expect(biased.value - plain.value).toBeCloseTo(0.25 * total * total, 13);
		expect(biased.gradient[3]! - plain.gradient[3]!).toBeCloseTo(0.5 * total, 13);
		expect(biased.hessian().data[7]! - plain.hessian().data[7]!).toBeCloseTo(0.5, 13);
	});
});

/** (L L^T)^-1 for 3 x 3 by cofactors. */
function inverseOf(L: Matrix): number[][] {
	const A = [0, 1, 2].map((i) =>
		[0, 1, 2].map((j) => dot(L.data.subarray(3 * i, 3 * i + 3), L.data.subarray(3 * j, 3 * j + 3))),
	);
	const cofactor = (i: number, j: number) => {
		const [r, s] = [(i + 1) % 3, (i + 2) % 3];
		const [u, v] = [(j + 1) % 3, (j + 2) % 3];
		return A[r]![u]! * A[s]![v]! - A[r]![v]! * A[s]![u]!;
	};
	const determinant = [0, 1, 2].reduce((sum, j) => sum + A[0]![j]! * cofactor(0, j), 0);
	return [0, 1, 2].map((i) => [0, 1, 2].map((j) => cofactor(j, i) / determinant));
}

describe("limits and other paths", () => {
	it.each(["tree", "loop", "kernel-saddle"] as const)(
		"linear units by quadrature are the closed form: %s",
		(variant) => {
			const problem = problemOf({
				activation: "linear",
				inputs: 1,
				noiseVariance: 0.5,
				width: 10,
				readoutBiasVariance: 0.3,
			});
			// Linear units have no largest exponent: the region ends where the tilted Gaussian, a few times broader, does.
			const model = boundedModel(
				engine,
				problem,
				hiddenUnit(engine, problem),
				trapezoidRule(1, 0.1, 30, { even: true }),
			);
			const numeric = solveVariant(variant, model, problem, { engine, covariance: true });
			const closed = solve(problem, variant, true);
			expect(largestDifference(numeric.trainMean!, closed.trainMean!)).toBeLessThan(1e-10);
			expect(largestDifference(numeric.testMean!, closed.testMean!)).toBeLessThan(1e-10);
			if (variant === "loop") return;
			expect(
				largestDifference(numeric.kernels.output as Matrix, closed.kernels.output as Matrix),
			).toBeLessThan(1e-9);
			if (variant === "kernel-saddle") return;
			expect(largestDifference(numeric.testCovariance!, closed.testCovariance!)).toBeLessThan(1e-10);
			expect(numeric.logEvidence).toBeCloseTo(closed.logEvidence!, 9);
		},
	);

	it.each([
		["on a grid", 2],
		["by random points", 6],
	])("gives nngp at infinite width, %s", (_name, inputs) => {
		const problem = problemOf({ inputs, points: 5, width: 1e9 });
		const limit = infinite(problem);
		for (const variant of inputs === 2 ? ["tree", "loop", "kernel-saddle"] : ["tree", "kernel-saddle"]) {
			const answer = solve(problem, variant);
			// Corrections are of order P/N.
			expect(largestDifference(answer.trainMean!, limit.trainMean!)).toBeLessThan(1e-8);
			expect(largestDifference(answer.testMean!, limit.testMean!)).toBeLessThan(1e-8);
		}
		const { testVariance, testCovariance, logEvidence } = solve(problem, "tree", true);
		expect(largestDifference(testVariance!, limit.testVariance!)).toBeLessThan(1e-8);
		expect(largestDifference(testCovariance!, limit.testCovariance!)).toBeLessThan(1e-8);
		expect(logEvidence).toBeCloseTo(limit.logEvidence!, 7);
	});

	it("contains the finite-width correction: the difference to it falls as 1/N^2", () => {
		const { problem, cases } = goldenFiles().find(({ name }) => name === "scgp-erf-standard-n8")!;
		const expected = (theory: string) =>
			(cases.find((c) => c.theory === theory)!.expected.testMean as number[][])[0]![0]!;
		const first = 8 * (expected("finite-width-correction") - expected("nngp"));
		const difference = (width: number) => {
			const layer = { ...problem.network.layers[0]!, width } as Layer;
			const wide = { ...problem, network: { ...problem.network, layers: [layer] } };
			return solve(wide, "loop").testMean!.data[0]! - expected("nngp") - first / width;
		};
		// The next order is smaller by 1/N times the ratio of their coefficients: a few per cent.
		const ratio = difference(200) / difference(400);
		expect(ratio).toBeGreaterThan(3.7);
		expect(ratio).toBeLessThan(4.3);
	});

	it("averages test points over what no training point sees as a grid over all directions does", () => {
		const tests = matrixFromRows([
			[0.4, 1.2, -0.3],
			[-0.8, 0.5, 0.9],
		]);
		for (const activation of ["erf", "tanh"]) {
			const problem = problemOf({
				activation,
				inputs: 3,
				points: 1,
				tests,
				scaling: "mean-field",
				noiseVariance: 0.02,
			});
			const model = (reduceTo: "all" | "training", dimension: number) =>
				boundedModel(
					engine,
					problem,
					hiddenUnit(engine, problem, { reduceTo }),
					trapezoidRule(dimension, 0.2, 10, { even: true }),
				);
			const [all, reduced] = [model("all", 3), model("training", 1)];
			const answers = [all, reduced].map((m) =>
				solveVariant("tree", m, problem, { engine, covariance: true }),
			);
			// 1e-9: the grid in three dimensions; its step is a fifth of the width of the features.
			for (const quantity of ["trainMean", "testMean", "testVariance", "testCovariance"] as const) {
				expect(
					largestDifference(answers[0]![quantity]!, answers[1]![quantity]!),
					`${activation} ${quantity}`,
				).toBeLessThan(1e-9);
			}
		}
	});
});

describe("the error of integration", () => {
	const noteOf = (answer: ReturnType<typeof solve>, name: string) =>
		answer.validity.find((entry) => entry.name === name)?.value as number;

	it("is below 1e-10 of the targets on a grid, and what a finer grid changes", () => {
		const problem = problemOf({ points: 4, scaling: "mean-field", noiseVariance: 0.05 });
		const answer = solve(problem);
		expect(answer.convergence.converged).toBe(true);
		const error = noteOf(answer, "quadratureError");
		expect(error).toBeLessThan(1e-10 * Math.max(...problem.trainTargets.data.map(Math.abs)));
		const fine = boundedModel(
			engine,
			problem,
			hiddenUnit(engine, problem),
			trapezoidRule(2, 0.05, 16, { even: true }),
		);
		const { tau } = solveTree(engine, fine.cumulant, fine.targets, problem.noiseVariance);
		const means = fine.means(tau);
		// Rounding of sums over 1e5 points is added.
		expect(largestDifference(answer.testMean!, matrix(2, 1, means.test!))).toBeLessThan(error + 1e-12);
	});

	it("is reported as large as it is for random points", () => {
		const problem = problemOf({ inputs: 5, points: 4, scaling: "mean-field", width: 6, noiseVariance: 0.05 });
		const answer = solve(problem);
		const error = noteOf(answer, "quadratureError");
		expect(answer.convergence.converged).toBe(true);
		// A grid in the four dimensions that count.
		const model = boundedModel(
			engine,
			problem,
			hiddenUnit(engine, problem, { reduceTo: "training" }),
			trapezoidRule(4, 0.6, 9.5, { even: true }),
		);
		const { tau } = solveTree(engine, model.cumulant, model.targets, problem.noiseVariance);
		const { train, test } = model.means(tau);
		const off = Math.max(
			largestDifference(answer.trainMean!, matrix(4, 1, train)),
			largestDifference(answer.testMean!, matrix(2, 1, test!)),
		);
		expect(off).toBeLessThan(3 * error);
		expect(noteOf(answer, "effectiveSampleSize")).toBeGreaterThan(1000);
	});
});

describe("random points", () => {
	it("of a stretched density average the prior and, where it is broad, need fewer points", () => {
		const dimension = 70;
		const plain = paddedSobolRule(engine, dimension, 12, splitStream(seedStream(5), 0));
		const stretched = stretchedRule(plain, Float64Array.of(3));
		const wide: HiddenUnit = {
			activation: findActivation("linear"),
			trainPoints: 2,
			points: 2,
			positions: 1,
			dimension,
			inputs: matrix(
				2,
				dimension,
				Float64Array.from({ length: 2 * dimension }, (_, k) => (k === 0 || k === 139 ? 1 : 0)),
			),
		};
		const averagesBy = (rule: typeof plain, strength: number) => {
			const source = featureSource(engine, wide, rule);
			return tiltedUnit(
				engine,
				{ width: 1, readoutVariance: 1, readoutBiasVariance: 0 },
				source,
				Float64Array.of(strength, 0),
			);
		};
		const kernel = averagesBy(stretched, 0).kernel().data;
		// The first coordinate by Sobol points; the last, random one has a standard error of sqrt(2 / 4096) = 0.022, here larger
		// by the spread of the weights: four of them.
		expect(Math.abs(kernel[0]! - 1)).toBeLessThan(0.01);
		expect(Math.abs(kernel[3]! - 1)).toBeLessThan(0.15);
		// exp(0.8 h^2 / 2) makes h ~ N(0, 5): exactly -ln(1 - 0.8)/2, and an infinite variance of the prior's weights.
		const strength = Math.sqrt(0.8);
		const [before, after] = [plain, stretched].map((rule) => averagesBy(rule, strength));
		expect(Math.abs(after!.value + 0.5 * Math.log(0.2))).toBeLessThan(0.005);
		expect(after!.averages.effectiveSampleSize).toBeGreaterThan(3 * before!.averages.effectiveSampleSize);
	});

	it("say when they do not suffice", () => {
		const problem = problemOf({
			inputs: 20,
			points: 20,
			width: 60,
			activation: "tanh",
			scaling: "mean-field",
			noiseVariance: 1e-5,
		});
		const { convergence } = solve(problem);
		expect(convergence.converged).toBe(false);
		expect(convergence.advice).toMatch(
			/^The equations were solved, but averages over the weights are known too poorly: 131072 points of integration give quadratureError \S+ with an effective sample size of \d+\. Take fewer training points, inputs of lower rank, more noise or a larger width\.$/,
		);
	});
});

describe("refusals", () => {
	it.each([
		[
			"quadratic",
			"self-consistent needs an activation that grows at most linearly: for a quadratic activation the saddle point does not exist. Use finite-width-correction.",
		],
		...["relu", "gelu", "softplus"].map((name) => [
			name,
			"self-consistent is implemented for linear, erf and tanh. Of the other activations it takes the bounded ones, sigmoid and sin.",
		]),
	])("%s", (activation, message) => {
		expect(messageOf(() => solve(problemOf({ activation: activation! })))).toBe(message);
	});

	it("convolutions of other than linear units", () => {
		const layer = {
			type: "convolution",
			channels: 8,
			patch: 1,
			stride: 1,
			activation: "erf",
			weightVariance: 1,
			biasVariance: 0,
		} as const;
		expect(messageOf(() => solve({ ...problemOf(), network: networkOf([layer]) }))).toBe(
			"self-consistent is available for convolutions of linear units only; this one has another activation.",
		);
	});

	it("zero noise with points that repeat", () => {
		const problem = problemOf({ noiseVariance: 0 });
		problem.trainInputs.data.copyWithin(0, 2, 4);
		expect(messageOf(() => solve(problem))).toMatch(
			/^noiseVariance: wanted a noise that makes the kernel of the training points positive definite; got 0 /,
		);
	});
});

it("a tilt beyond every rule ends soon, without a solution and with the reason", () => {
	const problem = problemOf({ width: 5, scaling: "mean-field", noiseVariance: 1e-6 });
	const trainTargets = matrix(
		3,
		1,
		problem.trainTargets.data.map((y) => 1000 * y),
	);
	const answer = solve({ ...problem, trainTargets });
	expect(answer.trainMean).toBeUndefined();
	expect(answer.convergence.converged).toBe(false);
	expect(answer.convergence.advice).toMatch(/^The saddle point was not reached: /);
	const note = answer.validity.find(({ name }) => name === "quadratureError")!;
	expect(note.value).toBe("unknown");
	expect(note.message).toMatch(
		/^the equations have no solution to compare with before or after the Sobol points over the 2 weights that matter were doubled, to \d+$/,
	);
});
