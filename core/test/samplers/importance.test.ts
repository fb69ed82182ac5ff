/** The importance sampler: its proposals, and its posteriors and evidences against exact and golden ones. */
import { matrix, seedStream } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import {
	type ChainSnapshot,
	combineChains,
	InputError,
	type Problem,
	runChain,
	type SampledAnswer,
} from "../../src/index.ts";
import { fitUnitMixture } from "../../src/samplers/fit-unit-mixture.ts";
import { importance } from "../../src/samplers/importance.ts";
import { createProposalSampler, type Proposal } from "../../src/samplers/importance-proposal.ts";
import { component, priorComponent, type UnitMixture } from "../../src/samplers/unit-mixture.ts";
import { whitenInputs } from "../../src/samplers/whitened-inputs.ts";
import { whitenNetwork } from "../../src/samplers/whitened-network.ts";
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
import { dense, engine, narrowLinear, normalMatrix, randomProblem } from "./problems.ts";

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

describe("proposals", () => {
	const problem = randomProblem({
		points: 4,
		inputs: 2,
		layers: [dense(3, "erf", 1, 0.2), dense(2, "tanh", 1, 0.1)],
	});
	const network = whitenNetwork(problem, whitenInputs(engine, problem).directions);
	const log = Math.log;
	const units: UnitMixture = [
		priorComponent(3, 0.3, log),
		component(
			0.7,
			Float64Array.of(0.5, -0.4, 0),
			Float64Array.of(0.8, 0, 0, 0.3, 1.2, 0, -0.2, 0.1, 0.9),
			log,
		),
	];
	const proposal: Proposal = { units, deviations: [1.1], priorShare: 0.1 };

	test("are drawn from the density that they report: the mean of p / q is 1, and of p w / q that of the prior", () => {
		const sampler = createProposalSampler(engine, network, 2);
		const position = engine.allocate(network.parameters);
		const stream = seedStream(4);
		const draws = 20_000;
		const functions: ((w: Float64Array) => number)[] = [
			() => 1,
			(w) => w[0]!,
			(w) => w[3]! * w[4]!,
			(w) => w[8]! ** 2 - 1,
			(w) => w[9]! ** 2 - 1,
			(w) => w[network.parameters - 1]! ** 2 - 1,
		];
		const sums = functions.map(() => ({ first: 0, second: 0 }));
		for (let t = 0; t < draws; t++) {
			const weight = Math.exp(-sampler.draw(proposal, position, stream));
			functions.forEach((f, k) => {
				const x = weight * f(position.data);
				sums[k]!.first += x / draws;
				sums[k]!.second += (x * x) / draws;
			});
		}
		const z = sums.map(
			({ first, second }, k) => (first - (k === 0 ? 1 : 0)) / Math.sqrt((second - first ** 2) / draws),
		);
		// Six numbers: 4 standard errors are exceeded by chance once in 2500 seeds.
		expect(z.filter((value) => !(Math.abs(value) < 4))).toEqual([]);
	});

	test("of units that follow the prior are the prior alone, with any number of components allowed", () => {
		for (const symmetric of [true, false]) {
			const mixture = fitUnitMixture(
				engine,
				normalMatrix(5, 800, 2),
				{ symmetric, components: 4 },
				seedStream(1),
			);
			expect(mixture.map(({ share }) => share)).toEqual([1]);
		}
		expect(
			fitUnitMixture(engine, matrix(0, 2), { symmetric: true, components: 4 }, seedStream(1)),
		).toHaveLength(1);
	});

	test("find the modes of units, mirrored for an odd activation", () => {
		const units = normalMatrix(6, 900, 2);
		// Two tight modes at (3, 0) and (0, 2); the sign is lost.
		units.data.forEach((x, k) => {
			const center = Math.floor(k / 2) % 3 === 0 ? [0, 2] : [3, 0];
			const sign = Math.floor(k / 2) % 2 === 0 ? 1 : -1;
			units.data[k] = sign * (center[k % 2]! + 0.3 * x);
		});
		const mixture = fitUnitMixture(engine, units, { symmetric: true, components: 6 }, seedStream(2));
		expect(mixture).toHaveLength(5);
		const modes = mixture.slice(1).map(({ share, mean }) => [share, ...mean]);
		for (const mode of [
			[0.98 / 3, 3, 0],
			[0.98 / 3, -3, 0],
			[0.98 / 6, 0, 2],
			[0.98 / 6, 0, -2],
		]) {
			// 600 and 300 units of deviation 0.3.
			expect(modes.filter((found) => found.every((x, i) => Math.abs(x - mode[i]!) < 0.06))).toHaveLength(1);
		}
		const whole = fitUnitMixture(engine, units, { symmetric: false, components: 6 }, seedStream(2));
		expect(whole).toHaveLength(5);
	});
});

test("a chain that goes on from any of its snapshots gives the same bits as one that never stopped", () => {
	const problem = randomProblem({ points: 3, inputs: 2, testPoints: 2, layers: [dense(2, "erf")] });
	const settings = {
		sampler: "importance",
		chains: 1,
		draws: 12,
		warmup: 30,
		seed: 3,
		options: { proposals: 3 },
	};
	const full = runChain(problem, engine, settings, 0);
	const snapshots: ChainSnapshot[] = [];
	runChain(problem, engine, settings, 0, {
		wantsSnapshot: () => true,
		onSnapshot: (snapshot) => snapshots.push(structuredClone(snapshot)),
	});
	for (const step of [1, 29, 30, 31, 40]) {
		expect(runChain(problem, engine, settings, 0, { resume: snapshots[step - 1]! })).toEqual(full);
	}
	expect(full.scalars.logWeight).toHaveLength(12);
});

test("weights that are worth too few draws do not converge, and the answer says what to do", () => {
	const golden = goldenTruths().find(({ name }) => name === "scgp-erf-mean-field-n16")!;
	// No warm-up: proposals from the prior, one for each draw.
	const { answer } = sample(golden.problem, { draws: 200, warmup: 0, options: { proposals: 1 } });
	const { effectiveSampleSize, paretoShape } = answer.diagnostics;
	expect(effectiveSampleSize!).toBeLessThan(20);
	expect(paretoShape!).toBeGreaterThan(0.7);
	expect(answer.convergence.converged).toBe(false);
	expect(answer.convergence.advice).toMatch(
		/^Raise proposals and draws, or sample with hmc: .*the weights of 400 draws are worth [\d.]+ equal ones, less than 100, and one draw carries [\d.]+ % of all weight; the tail of the weights is too heavy: Pareto k-hat is [\d.]+, above 0\.62\.$/,
	);
	const messageOf = (name: string) => answer.validity.find((note) => note.name === name)?.message;
	expect(messageOf("effective sample size")).toMatch(
		/^The weights of 400 draws are worth [\d.]+ equal ones, \(sum of weights\)\^2 \/ sum of squared weights; the largest is [\d.]+ % of all\.$/,
	);
	expect(messageOf("Pareto k-hat")).toMatch(
		/^The shape of the tail of the weights is [\d.]+: up to 0\.62 averages converge at a practical rate with this many draws\.$/,
	);
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
