/** Exact relations of the mixture over a matrix of scales: symmetries, limits, integrals in fewer dimensions, refusals. */
import { type Matrix, matrix, matrixFromRows, matrixToRows, multiply, transposed } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { findTheory, type Problem, parseProblem, priorKernels } from "../../../src/index.ts";
import { gaussianProcessPosterior } from "../../../src/theories/gaussian-process.ts";
import { faultOf } from "../../helpers/fault-of.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { expectAgreement } from "../../helpers/z-scores.ts";
import { differenceOf, engine, solve } from "./solve.ts";

const two = smallProblem(networkOf([denseLayer("erf", { width: 12 })]), {
	trainTargets: normalMatrix(6, 2, 4),
});
const scaleMean = (answer: ReturnType<typeof solve>) => answer.orderParameters.scaleMean as Matrix;
const noteOf = (answer: ReturnType<typeof solve>, name: string) =>
	answer.validity.find((note) => note.name === name)!;

describe("two outputs, by quadrature", () => {
	const answer = solve("scale-mixture", two);

	test("rotated targets rotate the answer", () => {
		const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
		const O = matrixFromRows([
			[c, -s],
			[s, c],
		]);
		const turned = solve("scale-mixture", { ...two, trainTargets: multiply(engine, two.trainTargets, O) });
		// Both lattices lie differently: the error of the quadrature.
		const bound = 2e-9;
		expect(largestDifference(turned.trainMean!, multiply(engine, answer.trainMean!, O))).toBeLessThan(bound);
		expect(largestDifference(turned.testMean!, multiply(engine, answer.testMean!, O))).toBeLessThan(bound);
		const rotated = (M: Matrix) => multiply(engine, multiply(engine, O, M, { transposeA: true }), O);
		expect(largestDifference(scaleMean(turned), rotated(scaleMean(answer)))).toBeLessThan(bound);
		answer.testOutputCovariance!.forEach((covariance, i) => {
			expect(largestDifference(turned.testOutputCovariance![i]!, rotated(covariance))).toBeLessThan(bound);
		});
		expect(Math.abs(turned.logEvidence! - answer.logEvidence!)).toBeLessThan(bound);
	});

	test("an output without targets is predicted to be zero and does not covary with the other", () => {
		const silent = two.trainTargets.data.map((y, i) => (i % 2 === 0 ? y : 0));
		const half = solve("scale-mixture", { ...two, trainTargets: matrix(6, 2, silent) });
		const column = (m: Matrix, d: number) => Math.max(...m.data.filter((_, i) => i % 2 === d).map(Math.abs));
		// The lattice is as symmetric in F_21 as its axes, which differences leave good to 1e-6.
		expect(column(half.testMean!, 1)).toBeLessThan(2e-9);
		expect(column(half.testMean!, 0)).toBeGreaterThan(0.1);
		expect(Math.abs(scaleMean(half).data[1]!)).toBeLessThan(2e-9);
		for (const covariance of half.testOutputCovariance!) {
			expect(Math.abs(covariance.data[1]!)).toBeLessThan(2e-9);
		}
	});

	test("its variances are the diagonals of its covariances, and it says what it did and did not do", () => {
		answer.testOutputCovariance!.forEach((covariance, i) => {
			expect(covariance.data[0]).toBe(answer.testVariance!.data[2 * i]);
			expect(covariance.data[3]).toBe(answer.testVariance!.data[2 * i + 1]);
		});
		expect(noteOf(answer, "quadrature").message).toMatch(
			/^the average over the matrix of scales is a quadrature of \d+ nodes; doubling its step changes the log evidence by \d\.\de-\d+$/,
		);
		expect(answer.absent).toEqual({
			"kernels.preactivation":
				"this theory has no statement about the kernel of a hidden layer before the nonlinearity",
			"kernels.output":
				"not derived: the posterior of the hidden kernel is known for one scale only, not for a matrix of them",
		});
	});

	test("without noise every scale predicts the mean of infinite width", () => {
		const quiet = { ...two, noiseVariance: 0 };
		const mixture = solve("scale-mixture", quiet);
		const limit = solve("nngp", quiet);
		// Rounding times the condition number of K, about 100.
		expect(largestDifference(mixture.testMean!, limit.testMean!)).toBeLessThan(1e-11);
		expect(largestDifference(mixture.trainMean!, two.trainTargets)).toBeLessThan(1e-11);
		expect(Math.max(...mixture.trainVariance!.data.map(Math.abs))).toBeLessThan(1e-12);
	});
});

/**
 * One training point: given the hidden layer the outputs are independent with variance |h|^2 / N, so that
 * p(Y) is the integral of p_N(q) N(y; 0, (K q + kappa) I_D) over one scale.
 */
test.each([
	{ outputs: 2, width: 4, noiseVariance: 0.2 },
	{ outputs: 2, width: 6, noiseVariance: 0 },
	{ outputs: 3, width: 7, noiseVariance: 0.2 },
	{ outputs: 4, width: 2, noiseVariance: 0.1 },
])("one point, $outputs outputs, width $width, noise $noiseVariance", ({ outputs, width, noiseVariance }) => {
	const problem = smallProblem(networkOf([denseLayer("linear", { width })]), {
		trainInputs: normalMatrix(1, 12, 1),
		trainTargets: normalMatrix(1, outputs, 5),
		noiseVariance,
	});
	const [k] = priorKernels(engine, problem).output.train.data;
	const squares = problem.trainTargets.data.reduce((sum, y) => sum + y * y, 0);
	// Gamma(N/2) by its recursion from Gamma(1) = 1 or Gamma(1/2) = sqrt(pi).
	let gamma = width % 2 === 0 ? 1 : Math.sqrt(Math.PI);
	for (let z = width % 2 === 0 ? 2 : 1; z < width; z += 2) gamma *= z / 2;
	let evidence = 0;
	const step = 0.01;
	for (let theta = -30; theta < 6; theta += step) {
		const q = Math.exp(theta);
		const prior = ((width / 2) ** (width / 2) / gamma) * Math.exp((width / 2) * (theta - q));
		const a = k! * q + noiseVariance;
		evidence += step * prior * (2 * Math.PI * a) ** (-outputs / 2) * Math.exp(-squares / (2 * a));
	}
	const answer = solve("deep-linear", problem, { samples: 4000 });
	const error = answer.validity.find(({ name }) => name === "logEvidenceStandardError")?.value as number;
	// Without noise one point leaves a scale that is small only along the other direction: the lattice is good to 1e-8 there.
	const bound = noiseVariance === 0 ? 2e-8 : 1e-9;
	if (outputs === 2) expect(Math.abs(answer.logEvidence! - Math.log(evidence))).toBeLessThan(bound);
	else {
		expectAgreement([
			{
				label: "log evidence",
				estimate: answer.logEvidence!,
				error,
				truth: Math.log(evidence),
				truthError: 0,
			},
		]);
	}
});

test("two patches without weight sharing: a quadrature over two scales", () => {
	const width = 5;
	const problem = smallProblem(
		networkOf([convolutionLayer("linear", { patch: 6, stride: 6, channels: width })]),
		{ trainTargets: normalMatrix(6, 1, 9) },
	);
	const half = (m: Matrix, i: number) =>
		matrixFromRows(matrixToRows(m).map((row) => row.slice(6 * i, 6 * i + 6)));
	/** As one dense layer on one of the patches, whose readout variance is halved. */
	const kernels = [0, 1].map((i) => {
		const part: Problem = {
			...problem,
			trainInputs: half(problem.trainInputs, i),
			testInputs: half(problem.testInputs!, i),
			network: networkOf([denseLayer("linear", { weightVariance: 1 })], {
				readout: { weightVariance: 0.6, biasVariance: 0 },
			}),
		};
		return priorKernels(engine, part).output;
	});
	let total = 0;
	const mean = new Float64Array(3);
	const step = 0.15;
	for (let a = -7; a < 3; a += step) {
		for (let b = -7; b < 3; b += step) {
			const scales = [Math.exp(a), Math.exp(b)];
			const combine = (of: (k: (typeof kernels)[number]) => Matrix) =>
				matrix(
					of(kernels[0]!).rows,
					of(kernels[0]!).columns,
					of(kernels[0]!).data.map((x, e) => scales[0]! * x + scales[1]! * of(kernels[1]!).data[e]!),
				);
			const blocks = {
				train: combine((k) => k.train),
				test: { cross: combine((k) => k.test!.cross), diagonal: new Float64Array(3) },
			};
			const posterior = gaussianProcessPosterior(engine, blocks, problem.trainTargets, problem.noiseVariance);
			const weight = Math.exp(
				(width / 2) * (a - scales[0]! + b - scales[1]! + 2) + posterior.logEvidence + 10,
			);
			total += weight;
			for (let s = 0; s < 3; s++) mean[s]! += weight * posterior.testMean!.data[s]!;
		}
	}
	const answer = solve("deep-linear", problem, { weightSharing: false });
	const error = noteOf(answer, "meanStandardError").value as number;
	expectAgreement(
		Array.from(mean, (value, s) => ({
			label: `testMean[${s}]`,
			estimate: answer.testMean!.data[s]!,
			error: error * Math.sqrt(answer.testVariance!.data[s]!),
			truth: value / total,
			truthError: 0,
		})),
	);
	expect(scaleMean(answer).data[1]).toBe(0);
	expect(scaleMean(answer).data[0]).not.toBe(scaleMean(answer).data[3]);
});

describe("limits and equivalent networks", () => {
	const convolution = (changes: object) => networkOf([convolutionLayer("erf", changes)]);

	test("a convolution over one patch is a dense layer", () => {
		const patch = { patch: 12, stride: 12, channels: 20, weightVariance: 1.5 };
		const one = solve("scale-mixture", smallProblem(networkOf([convolutionLayer("relu", patch)])));
		const dense = solve("scale-mixture", smallProblem(networkOf([denseLayer("relu")])));
		expect(differenceOf(one, dense)).toBe(0);
		expect(noteOf(one, "meanTerm").value).toBe("included");
	});

	test.each([
		["two outputs", { ...two, network: networkOf([denseLayer("erf", { width: 2 ** 30 })]) }, {}],
		[
			"three outputs, two layers",
			smallProblem(
				networkOf([denseLayer("erf", { width: 2 ** 30 }), denseLayer("relu", { width: 2 ** 30 })]),
				{ trainTargets: normalMatrix(6, 3, 4) },
			),
			{},
		],
		["four patches", smallProblem(convolution({ channels: 2 ** 30 })), {}],
		["independent patches", smallProblem(convolution({ channels: 2 ** 30 })), { weightSharing: false }],
	])("%s: infinite width is nngp", (_, problem, options) => {
		const wide = solve("scale-mixture", problem, options);
		const limit = solve("nngp", problem);
		// Of order P / N, 6e-9, and for random draws the deviation 3e-5 of a scale over the root of their number.
		expect(differenceOf(wide, limit)).toBeLessThan(1e-6);
	});

	test("covariances between points have the variances on their diagonals", () => {
		const problem = smallProblem(convolution({}));
		const plain = solve("scale-mixture", problem, { samples: 500 });
		const full = solve("scale-mixture", problem, { samples: 500 }, true);
		expect(differenceOf(full, plain)).toBeLessThan(1e-12);
		expect(largestDifference(full.testCovariance!, transposed(full.testCovariance!))).toBe(0);
		full.testVariance!.data.forEach((v, i) => {
			expect(Math.abs(full.testCovariance!.data[4 * i]! - v)).toBeLessThan(1e-14);
		});
		full.trainVariance!.data.forEach((v, i) => {
			expect(Math.abs(full.trainCovariance!.data[7 * i]! - v)).toBeLessThan(1e-14);
		});
	});

	test("the same seed gives the same bits, another one other draws of the same posterior", () => {
		const problem = smallProblem(convolution({}));
		const [a, b, c] = [1, 1, 2].map((seed) => solve("scale-mixture", problem, { seed, samples: 2000 })) as [
			ReturnType<typeof solve>,
			ReturnType<typeof solve>,
			ReturnType<typeof solve>,
		];
		expect(differenceOf(a, b)).toBe(0);
		const errorOf = (answer: typeof a) => noteOf(answer, "meanStandardError").value as number;
		expect(differenceOf(a, c)).toBeGreaterThan(0);
		expectAgreement(
			Array.from(a.testMean!.data, (value, i) => {
				const deviation = Math.sqrt(a.testVariance!.data[i]!);
				return {
					label: `testMean[${i}]`,
					estimate: value,
					error: errorOf(a) * deviation,
					truth: c.testMean!.data[i]!,
					truthError: errorOf(c) * deviation,
				};
			}),
		);
	});
});

test("too few effective draws are a value: not converged, with the number", () => {
	const answer = solve("scale-mixture", smallProblem(networkOf([convolutionLayer("erf")])), { samples: 100 });
	const size = noteOf(answer, "effectiveSampleSize").value as number;
	expect(size).toBeGreaterThan(10);
	expect(size).toBeLessThan(100);
	expect(answer.convergence.converged).toBe(false);
	expect(answer.convergence.advice).toBe(
		`effective sample size ${Math.floor(size)} of 100: the answer is not reliable. Raise samples.`,
	);
	expect(answer.convergence.residual).toBe(noteOf(answer, "logEvidenceStandardError").value);
	expect(answer.trainMean).toBeDefined();
});

describe("problems that are refused", () => {
	const threeTargets = { trainTargets: normalMatrix(6, 3, 4) };
	const convolution = convolutionLayer("linear");
	test.each([
		[
			smallProblem(networkOf([convolution, denseLayer("linear")])),
			"deep-linear handles one convolutional layer; this network has L = 2 layers.",
		],
		[
			smallProblem(networkOf([convolution]), threeTargets),
			"deep-linear handles one output where a convolution has several positions; this problem has D = 3.",
		],
		[
			smallProblem(networkOf([denseLayer("linear", { width: 2 })]), { ...threeTargets, noiseVariance: 0 }),
			"deep-linear needs a positive noiseVariance where a layer has fewer units than there are outputs; got 0 with N = 2 and D = 3.",
		],
		[
			smallProblem(
				networkOf([denseLayer("linear"), denseLayer("linear", { biasVariance: 1 })]),
				threeTargets,
			),
			"deep-linear: a bias in hidden layer 2 breaks the scale mixture.",
		],
	])("%#", (problem, sentence) => {
		expect(findTheory("deep-linear").applies(problem)).toBe(sentence);
	});

	test("without noise: a kernel without full rank, and outputs without targets", () => {
		const linear = networkOf([denseLayer("linear", { width: 5 })]);
		const quiet = { trainTargets: normalMatrix(6, 2, 4), noiseVariance: 0 };
		const flat = smallProblem(linear, {
			...quiet,
			trainInputs: normalMatrix(6, 3, 1),
			testInputs: normalMatrix(3, 3, 3),
		});
		expect(faultOf(() => solve("deep-linear", flat))).toBe(
			"noiseVariance is 0 and the prior kernel has rank 3 < P = 6: the zero-noise formulas need full rank; give a positive noiseVariance.",
		);
		const parallel = normalMatrix(6, 2, 4).data.map((y, i, all) => (i % 2 === 0 ? y : 2 * all[i - 1]!));
		const dependent = smallProblem(linear, { ...quiet, trainTargets: matrix(6, 2, parallel) });
		expect(faultOf(() => solve("deep-linear", dependent))).toBe(
			"trainTargets: wanted targets of which no combination of the outputs is zero, when noiseVariance is 0 and P >= N; got targets of rank 1 for D = 2, P = 6 and N = 5. The scale of that combination has no posterior; give a positive noiseVariance.",
		);
	});
});

test("targets along the smallest eigenvalue, where the search for modes overshoots: any axes of the outputs give the same", () => {
	const P = 9;
	const trainInputs = Array.from({ length: P }, (_, i) =>
		Array.from({ length: P }, (_, j) => (i === j ? Math.sqrt((i === 0 ? 0.1 : 100) * P) : 0)),
	);
	const answers = [0, 0.6].map((angle) => {
		const [c, s] = [Math.cos(angle), Math.sin(angle)];
		const targets = trainInputs.map((_, i) => [i === 0 ? 3 : 0, i === 1 ? 6 : i === 2 ? 4 : 0] as const);
		const problem = parseProblem({
			trainInputs,
			trainTargets: targets.map(([a, b]) => [c * a + s * b, c * b - s * a]),
			network: {
				layers: [{ type: "dense", width: 5, activation: "linear", weightVariance: 1 }],
				readout: { weightVariance: 1 },
				scaling: "standard",
			},
			noiseVariance: 0.1,
		});
		return solve("deep-linear", problem);
	});
	expect(answers.map(({ convergence }) => convergence.converged)).toEqual([true, true]);
	// Two quadratures of 1e-9 on different lattices.
	expect(Math.abs(answers[0]!.logEvidence! / answers[1]!.logEvidence! - 1)).toBeLessThan(1e-8);
});
