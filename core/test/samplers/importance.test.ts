/** The importance sampler: its posteriors and evidences against exact and golden ones. */
import { matrix } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { combineChains, InputError, type Problem, runChain, type SampledAnswer } from "../../src/index.ts";
import { importance } from "../../src/samplers/importance.ts";
import {
	expectAgreement,
	type Measurement,
	measureMatrix,
	POINT_QUANTITIES,
	sampledOutputKernel,
	sampledPoints,
} from "../helpers/z-scores.ts";
import { compareWithTruth, goldenTruths } from "./golden-truth.ts";
import { linearPosterior } from "./linear-posterior.ts";
import { dense, engine, narrowLinear, randomProblem } from "./problems.ts";

function sample(problem: Problem, run: { draws: number; warmup: number; options?: object }) {
	const settings = { sampler: "importance", chains: 2, seed: 1, ...run, options: { ...run.options } };
	const chains = [0, 1].map((chain) => runChain(problem, engine, settings, chain));
	return { chains, answer: combineChains(problem, settings, chains) };
}

function evidenceOf(answer: SampledAnswer, truth: number, truthError = 0): Measurement {
	const { logEvidence, logEvidenceStandardError } = answer;
	return {
		label: "logEvidence",
		estimate: logEvidence!,
		error: logEvidenceStandardError!,
		truth,
		truthError,
	};
}

describe("golden truths", () => {
	const names = [
		"fwc-erf-mean-field-n8",
		"scgp-erf-mean-field-n4",
		"scgp-erf-mean-field-n16",
		"scgp-tanh-mean-field-n10",
		"scgp-erf-bias-mean-field-n8",
		"scgp-convolution-many-points",
		"scgp-convolution-mean-field-c8",
		"fwc-convolution-erf-c8",
		"fwc-linear-two-outputs-n64",
		"fwc-erf-depth2-bias-n24",
		"fwc-quadratic-depth1-n16",
		"fwc-relu-bias-n32",
	];
	const truths = goldenTruths().filter(({ name }) => names.includes(name));

	test("are all there", () => expect(truths.map(({ name }) => name).sort()).toEqual([...names].sort()));

	test.each(truths)("means, variances, log evidence: $name", (golden) => {
		const { chains, answer } = sample(golden.problem, { draws: 400, warmup: 250 });
		const measurements = compareWithTruth(golden, answer, chains);
		const { logEvidence, logEvidenceStandardError } = golden.truth;
		if (typeof logEvidence === "number") {
			measurements.push(evidenceOf(answer, logEvidence, (logEvidenceStandardError as number) ?? 0));
		}
		expect(measurements.length).toBeGreaterThanOrEqual(8);
		expectAgreement(measurements);
		expect(answer.convergence).toMatchObject({ converged: true });
		// A draw is the best of 16: at worst a tenth of the proposals fit these problems.
		expect(answer.diagnostics.effectiveSampleSize!).toBeGreaterThan(200);
		expect(answer.absent).not.toHaveProperty("logEvidence");
	});
});

describe("linear networks, exact by quadrature", () => {
	test.each([
		["mean-field", narrowLinear(6, 3, 3)],
		[
			"two layers",
			randomProblem({
				points: 4,
				inputs: 2,
				testPoints: 3,
				layers: [dense(3, "linear", 2), dense(4, "linear")],
			}),
		],
	])("moments, every layer's kernel, weights, covariance, evidence: %s", (_, problem) => {
		const settings = { sampler: "importance", chains: 2, draws: 800, warmup: 250, seed: 2, covariance: true };
		const chains = [0, 1].map((chain) => runChain(problem, engine, settings, chain));
		const answer = combineChains(problem, settings, chains);
		const truth = linearPosterior(problem);
		const P = problem.trainInputs.rows;
		const points: Record<(typeof POINT_QUANTITIES)[number], number[]> = {
			trainMean: truth.mean.slice(0, P),
			trainVariance: truth.variance.slice(0, P),
			testMean: truth.mean.slice(P),
			testVariance: truth.variance.slice(P),
		};
		const preactivation = answer.kernels.preactivation as (typeof truth)["preactivation"];
		const preactivationError = answer.kernelStandardErrors.preactivation as (typeof truth)["preactivation"];
		const n = truth.mean.length;
		const testCovariance = matrix(
			n - P,
			n - P,
			Float64Array.from({ length: (n - P) ** 2 }, (_, k) => {
				const [i, j] = [P + Math.floor(k / (n - P)), P + (k % (n - P))];
				return truth.covariance.data[i * n + j]!;
			}),
		);
		const symmetric = { symmetric: true };
		expectAgreement([
			...POINT_QUANTITIES.flatMap((name) => measureMatrix(name, sampledPoints(answer, name), points[name])),
			...measureMatrix("output", sampledOutputKernel(answer), truth.kernel.data, symmetric),
			...preactivation.flatMap((estimate, l) => {
				const sampled = { estimate, error: preactivationError[l]! };
				return measureMatrix(`preactivation[${l}]`, sampled, truth.preactivation[l]!.data, symmetric);
			}),
			...measureMatrix(
				"Sigma",
				{
					estimate: answer.orderParameters.Sigma as typeof truth.kernel,
					error: answer.orderParameterStandardErrors.Sigma as typeof truth.kernel,
				},
				truth.weightCovariance.data,
				symmetric,
			),
			...measureMatrix(
				"testCovariance",
				{ estimate: answer.testCovariance!, error: answer.testCovarianceStandardError! },
				testCovariance.data,
				symmetric,
			),
			evidenceOf(answer, truth.logEvidence),
		]);
	});
});

describe("refusals", () => {
	const problem = randomProblem({ points: 3, inputs: 2, layers: [dense(4, "erf")] });

	test("problems", () => {
		expect(importance.applies({ ...problem, noiseVariance: 0 })).toBe(
			"importance needs noiseVariance > 0; got 0: without noise the likelihood of the hidden weights is unbounded. " +
				"Use a small noise, such as 1e-4 of the targets' variance.",
		);
		const layers = [dense(100, "erf"), dense(300, "erf")];
		expect(importance.applies({ ...problem, network: { ...problem.network, layers } })).toBe(
			"importance samples at most 20000 hidden weights; widths 100, 300 have 30300. Use hmc.",
		);
		expect(importance.applies(problem)).toBe(true);
	});

	test("a noise below the rounding of the kernel", () => {
		// Two training points are one: the kernel is singular, and 1e-300 does not mend it.
		const inputs = matrix(2, 1, Float64Array.of(1, 1));
		const singular = { ...problem, trainInputs: inputs, trainTargets: matrix(2, 1), noiseVariance: 1e-300 };
		const settings = { sampler: "importance", chains: 1, draws: 4, warmup: 0, seed: 1 };
		const run = () => runChain(singular, engine, settings, 0);
		expect(run).toThrow(InputError);
		expect(run).toThrow(
			"noiseVariance: wanted a noise that keeps kernel + noise positive definite in double precision; got 1e-300. " +
				"The Cholesky factorization failed at weights drawn from the prior: raise noiseVariance.",
		);
	});
});
