import { createEngine, type Matrix, matrix, matrixToRows } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { priorKernels } from "../../../src/kernels/prior-kernels.ts";
import type { Problem } from "../../../src/problem/problem.ts";
import { contractedCorrection } from "../../../src/theories/finite-width-correction/contracted.ts";
import { gaussianProcessPosterior } from "../../../src/theories/gaussian-process.ts";
import { hiddenUnit, trapezoidRule } from "../../../src/tilted-unit/index.ts";
import { expectGolden, goldenFiles } from "../../helpers/golden.ts";
import {
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { tensorCorrection } from "./tensor-contractions.ts";

const engine = await createEngine();

/** The infinite-width answer plus the correction, under the names of the golden files. */
function corrected(problem: Problem) {
	const D = problem.trainTargets.columns;
	const P = problem.trainInputs.rows;
	const covariance = D === 1;
	const prior = priorKernels(engine, problem, { testCovariance: true });
	const posterior = gaussianProcessPosterior(
		engine,
		prior.output,
		problem.trainTargets,
		problem.noiseVariance,
		{ covariance: true },
	);
	const result = contractedCorrection(engine, problem, prior, { covariance });
	const tests = posterior.testMean!.rows;
	const rows = (m: Matrix, from: number, count: number) =>
		matrix(count, m.columns, m.data.slice(from * m.columns, (from + count) * m.columns));
	const sum = (a: Matrix, b: Matrix) =>
		matrixToRows(
			matrix(
				a.rows,
				a.columns,
				a.data.map((x, k) => x + b.data[k]!),
			),
		);
	const variance = (own: Float64Array, from: number) =>
		Array.from(own, (v, s) =>
			Array.from({ length: D }, (_, k) => v + result.outputCovariance.data[(from + s) * D * D + k * D + k]!),
		);
	const testCovariance =
		result.covariance &&
		matrix(
			tests,
			tests,
			Float64Array.from({ length: tests * tests }, (_, k) => {
				const [s, t] = [P + Math.floor(k / tests), P + (k % tests)];
				return result.covariance!.data[s * (P + tests) + t]!;
			}),
		);
	return {
		...{
			trainMean: sum(posterior.trainMean, rows(result.mean, 0, P)),
			testMean: sum(posterior.testMean!, rows(result.mean, P, tests)),
			trainVariance: variance(posterior.trainVariance, 0),
			testVariance: variance(posterior.testVariance!, P),
			...(testCovariance && { testCovariance: sum(posterior.testCovariance!, testCovariance) }),
			logEvidence: posterior.logEvidence + result.logEvidence,
			testOutputCovariance: Array.from({ length: tests }, (_, s) =>
				Array.from({ length: D }, (_, k) =>
					Array.from(
						{ length: D },
						(_, l) =>
							(k === l ? posterior.testVariance![s]! : 0) +
							result.outputCovariance.data[((P + s) * D + k) * D + l]!,
					),
				),
			),
			...(result.evidenceTerms && {
				orderParameters: {
					evidenceTermGGGG: result.evidenceTerms.GGGG,
					evidenceTermQGG: result.evidenceTerms.QGG,
					evidenceTermQQ: result.evidenceTerms.QQ,
				},
			}),
			kernels: {
				output: matrixToRows(prior.output.train),
				outputShift: matrixToRows(result.kernelShift),
			},
		},
	};
}

const files = goldenFiles().filter(
	({ name, problem }) => name.startsWith("fwc-") && problem.network.layers.length === 1,
);

describe("the contracted correction", () => {
	it.each(files.map((file) => [file.name, file] as const))("agrees with %s", (_name, { problem, cases }) => {
		const answer = corrected(problem);
		for (const golden of cases) {
			if (golden.theory !== "finite-width-correction" || golden.options.weightSharing === false) continue;
			expectGolden(answer, golden);
		}
	});
});

const readout = { weightVariance: 1.3, biasVariance: 0.4 };
const smallProblems: readonly (readonly [string, Problem])[] = [
	[
		"two outputs of an erf layer with biases",
		smallProblem(networkOf([denseLayer("erf", { biasVariance: 0.3 })], { readout }), {
			trainInputs: normalMatrix(3, 1, 1),
			trainTargets: normalMatrix(3, 2, 2),
			testInputs: normalMatrix(1, 1, 3),
		}),
	],
	[
		"an erf convolution with biases",
		smallProblem(
			networkOf(
				[
					{
						type: "convolution",
						channels: 7,
						patch: 1,
						stride: 1,
						activation: "erf",
						weightVariance: 1.5,
						biasVariance: 0.2,
					},
				],
				{ readout },
			),
			{
				trainInputs: normalMatrix(2, 3, 1),
				trainTargets: normalMatrix(2, 1, 2),
				testInputs: normalMatrix(2, 3, 3),
			},
		),
	],
	[
		"two outputs of a tanh convolution",
		smallProblem(
			networkOf([
				{
					type: "convolution",
					channels: 7,
					patch: 2,
					stride: 2,
					activation: "tanh",
					weightVariance: 1.5,
					biasVariance: 0,
				},
			]),
			{
				trainInputs: normalMatrix(3, 4, 1),
				trainTargets: normalMatrix(3, 2, 2),
				testInputs: normalMatrix(1, 4, 3),
			},
		),
	],
	[
		"more outputs than points",
		smallProblem(networkOf([denseLayer("erf", { biasVariance: 0.3 })], { readout }), {
			trainInputs: normalMatrix(1, 1, 1),
			trainTargets: normalMatrix(1, 3, 2),
			testInputs: normalMatrix(1, 1, 3),
		}),
	],
];

describe("the contractions are those of the tensor", () => {
	it.each(smallProblems)("for %s", (_name, problem) => {
		const D = problem.trainTargets.columns;
		const prior = priorKernels(engine, problem);
		const result = contractedCorrection(engine, problem, prior, { covariance: D === 1 });
		// tanh has poles at pi / (2 deviations) off the real axis: a step of 0.1 leaves 1e-13 of them.
		const exact = tensorCorrection(engine, problem, trapezoidRule(2, 0.1, 8.4));
		const n = result.mean.rows;
		// The grid of the contracted form stops when a refinement changes less than 1e-6 of the largest entry; see there.
		const close = (got: number, wanted: number, scale: number) =>
			expect(Math.abs(got - wanted) / scale).toBeLessThan(1e-8);
		const scale = (m: Matrix) => Math.max(...m.data.map(Math.abs));
		expect(largestDifference(result.mean, exact.mean) / scale(exact.mean)).toBeLessThan(1e-8);
		expect(largestDifference(result.kernelShift, exact.kernelShift) / scale(exact.kernelShift)).toBeLessThan(
			1e-8,
		);
		close(result.logEvidence, exact.logEvidence, Math.abs(exact.logEvidence));
		for (let s = 0; s < n; s++) {
			for (let k = 0; k < D; k++) {
				for (let l = 0; l < D; l++) {
					const got = result.outputCovariance.data[(s * D + k) * D + l]!;
					close(got, exact.covariance(s, s, k, l), scale(result.outputCovariance));
				}
			}
		}
		expect(result.evidenceTerms === undefined).toBe(D > 1);
		if (D === 1) {
			const { GGGG, QGG, QQ } = result.evidenceTerms!;
			close(GGGG, exact.evidenceTerms.GGGG, Math.abs(exact.evidenceTerms.GGGG));
			close(QGG, exact.evidenceTerms.QGG, Math.abs(exact.evidenceTerms.QGG));
			close(QQ, exact.evidenceTerms.QQ, Math.abs(exact.evidenceTerms.QQ));
			// An identity of the averages, whatever the rule.
			expect(GGGG + QGG + QQ).toBeCloseTo(result.logEvidence, 13);
			for (let s = 0; s < n; s++) {
				for (let t = 0; t < n; t++) {
					const got = result.covariance!.data[s * n + t]!;
					close(got, exact.covariance(s, t, 0, 0), scale(result.covariance!));
				}
			}
		}
		expect(result.quadrature.converged).toBe(true);
	});
});

describe("units of one weight", () => {
	it("of relu: products on either side of the kink are half of the polynomial's", () => {
		const problem = smallProblem(networkOf([denseLayer("relu")]), {
			trainInputs: matrix(2, 1, Float64Array.of(1, -0.6)),
			trainTargets: normalMatrix(2, 1, 2),
			testInputs: matrix(1, 1, Float64Array.of(0.4)),
		});
		expect(hiddenUnit(engine, problem).dimension).toBe(1);
		const result = contractedCorrection(engine, problem, priorKernels(engine, problem));
		expect(result.quadrature.rule).toBe("gauss-hermite");
		// E relu^4 = 3/2 C^2 and E relu^2 = C/2; at most one of two opposite points is active.
		const C = 1.5;
		const V = ((1.5 - 0.25) * (1.2 * C) ** 2) / 20;
		const K = 0.5 * 1.2 * C;
		const Q = 1 / (K + problem.noiseVariance);
		const g = Q * problem.trainTargets.data[0]!;
		expect(result.kernelShift.data[0]).toBeCloseTo(0.5 * V * (g * g - Q) + crossShift(problem), 12);
	});
});

/** V_(00)(11) = -G_00 G_11 sig2^2 / N: at most one of two opposite points is active. */
function crossShift({ trainTargets, noiseVariance }: Problem): number {
	const [K0, K1] = [0.5 * 1.2 * 1.5, 0.5 * 1.2 * 1.5 * 0.36];
	const Q = 1 / (K1 + noiseVariance);
	const g = Q * trainTargets.data[1]!;
	return 0.5 * ((-K0 * K1) / 20) * (g * g - Q);
}
