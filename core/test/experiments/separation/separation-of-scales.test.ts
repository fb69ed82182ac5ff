/** What the layers of sampled networks say of theories' assumptions: known answers, plain loops, repeated runs. */
import { matrix } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { type LayerSeparation, separationOfScales } from "../../../src/experiments/separation-of-scales.ts";
import { type ChainResult, type Estimate, type Problem, priorKernels, runChain } from "../../../src/index.ts";
import { keepsKernelBatches } from "../../../src/samplers/memory.ts";
import { goldenFiles } from "../../helpers/golden.ts";
import { expectAgreement } from "../../helpers/z-scores.ts";
import { convolution, dense, engine, randomProblem } from "../../samplers/problems.ts";
import { plainSeparation } from "./plain-separation.ts";

interface Run {
	readonly sampler?: string;
	readonly chains?: number;
	readonly draws: number;
	readonly seed?: number;
	readonly saveWeights?: boolean;
	readonly options?: Record<string, unknown>;
}

function sample(
	problem: Problem,
	{ sampler = "hmc", chains = 4, draws, seed = 1, ...rest }: Run,
): ChainResult[] {
	const settings = { sampler, chains, draws, warmup: sampler === "hmc" ? 200 : 20, seed, ...rest };
	return Array.from({ length: chains }, (_, c) => runChain(problem, engine, settings, c));
}

const separated = (problem: Problem, run: Run) => separationOfScales(engine, problem, sample(problem, run));

/** One z for each estimate: 4 x 500 draws leave 60 batches, whose Student t is nearly normal. */
const measured = (label: string, estimate: Estimate | undefined, truth: number) => ({
	label,
	estimate: estimate!.value,
	error: estimate!.standardError,
	truth,
	truthError: 0,
	freedom: 40,
});

/** So much noise that the targets say nothing: the posterior is the prior to 1 part in 10^8. */
const PRIOR = { noiseVariance: 1e10 };

const squares = (m: Float64Array) => m.reduce((sum, x) => sum + x * x, 0);
const traceOf = (m: Float64Array, points: number) =>
	Array.from({ length: points }, (_, i) => m[i * (points + 1)]!).reduce((a, b) => a + b, 0);

describe("networks drawn from the prior", () => {
	test("first layers of Gaussian units fluctuate as Wishart matrices, dense or convolutional", () => {
		const shape = { points: 4, inputs: 6, ...PRIOR };
		for (const problem of [
			randomProblem({ ...shape, layers: [dense(7, "erf", 1.5, 0.3)] }),
			randomProblem({ ...shape, layers: [convolution(5, 2, "erf", 1.5, 0.3)] }),
		]) {
			const [layer] = separated(problem, { draws: 500 }) as [LayerSeparation];
			const kernels = priorKernels(engine, problem).preactivation[0]!.map(({ train }) => train.data);
			const norm = kernels.reduce((sum, k) => sum + squares(k), 0);
			const traces = kernels.reduce((sum, k) => sum + traceOf(k, 4) ** 2, 0);
			const wishart = Math.sqrt((1 + traces / norm) / layer.width);
			expectAgreement([
				measured("fluctuation", layer.preactivationFluctuation!.relative, wishart),
				measured("kurtosis along t", layer.discrepancyKurtosis, 0),
				measured("kurtosis at points", layer.pointKurtosis, 0),
			]);
			// Its own sampling error, that of a fourth moment over 2000 draws of several units, is about 1 %.
			expect(layer.preactivationFluctuation!.independentUnits / wishart).toBeCloseTo(1, 1);
			expect(layer.captured).toBeUndefined();
			expect(layer.absent.captured).toMatch(
				/^the feature kernel differs from that of the prior by [\d.]+ %, less than 3 times the Monte-Carlo noise of [\d.]+ %: more draws would tell$/,
			);
		}
	});

	test("deep linear layers are scale mixtures: kurtosis 6/N and correlated units", () => {
		const [N1, N2, P] = [6, 8, 4];
		const problem = randomProblem({
			points: P,
			inputs: 6,
			layers: [dense(N1, "linear"), dense(N2, "linear", 1.3)],
			...PRIOR,
		});
		const [, second] = separated(problem, { sampler: "gibbs", draws: 2000 });
		// E|K_2|^2 given K_1 is that of a Wishart matrix, and K_1 is one itself.
		const K = priorKernels(engine, problem).preactivation[0]![0]!.train.data;
		const [norm, trace] = [squares(K), traceOf(K, P) ** 2];
		const firstNorm = norm * (1 + 1 / N1) + trace / N1;
		const firstTrace = trace + (2 * norm) / N1;
		const truth = Math.sqrt((firstNorm * (1 + 1 / N2) + firstTrace / N2) / norm - 1);
		expectAgreement([
			measured("fluctuation", second!.preactivationFluctuation!.relative, truth),
			// The kernel along t is chi^2_N1 / N1 for all units at once: 3 times its variance.
			measured("kurtosis along t", second!.discrepancyKurtosis, 6 / N1),
		]);
		expect(second!.preactivationFluctuation!.independentUnits).toBeLessThan(0.9 * truth);
	});
});

describe("posteriors", () => {
	test("of linear networks couple through second moments alone: captured is 1, without an error", () => {
		for (const layers of [
			[dense(5, "linear")],
			[dense(5, "linear"), dense(6, "linear", 1, 0.2)],
			[convolution(5, 3, "linear")],
		]) {
			const problem = randomProblem({
				points: 5,
				inputs: 6,
				layers,
				scaling: "mean-field",
				noiseVariance: 0.05,
			});
			for (const { captured, absent, discrepancyKurtosis, featureKurtosis } of separated(problem, {
				sampler: "gibbs",
				draws: 500,
			})) {
				expect(absent).toEqual({});
				expect(captured).toEqual({ value: 1, standardError: 0 });
				expect(featureKurtosis).toEqual(discrepancyKurtosis);
			}
		}
	});

	test("of erf networks in mean-field scaling do not: Gaussian units make part of the change", () => {
		const { problem } = goldenFiles().find(({ name }) => name === "eos-fcn2-erf-mf-n20")!;
		const [layer] = separated(problem, { draws: 400 });
		const { captured, change, discrepancyKurtosis, featureFluctuation } = layer!;
		expect(captured!.value).toBeGreaterThan(0.7);
		expect(captured!.value + 5 * captured!.standardError).toBeLessThan(0.85);
		expect(change!.value).toBeGreaterThan(0.5);
		// The data pin the kernel: its units fluctuate less than independent ones, and are lighter in the tails than Gaussians.
		expect(featureFluctuation!.relative.value + 5 * featureFluctuation!.relative.standardError).toBeLessThan(
			featureFluctuation!.independentUnits,
		);
		expect(discrepancyKurtosis!.value + 5 * discrepancyKurtosis!.standardError).toBeLessThan(0);
	});

	test("give the numbers of plain loops over the stored networks", () => {
		const problem = randomProblem({
			points: 4,
			inputs: 3,
			layers: [dense(4, "erf", 1.5), dense(3, "erf", 2)],
			readout: { weightVariance: 4, biasVariance: 0 },
			noiseVariance: 0.05,
		});
		const chains = sample(problem, { draws: 600, saveWeights: true });
		const layers = separationOfScales(engine, problem, chains);
		plainSeparation(problem, chains).forEach((plain, l) => {
			const layer = layers[l]!;
			// Rounding of sums over 2400 draws.
			expect(layer.discrepancyKurtosis!.value).toBeCloseTo(plain.discrepancyKurtosis, 9);
			expect(layer.featureKurtosis!.value).toBeCloseTo(plain.featureKurtosis, 9);
			// The noise that is taken off the square of a mean kernel is far below the error of what is made of it.
			const near = (estimate: Estimate, value: number) => {
				expect(Math.abs(estimate.value - value)).toBeLessThan(estimate.standardError / 2);
				expect(estimate.standardError).toBeLessThan(0.05);
			};
			near(layer.preactivationFluctuation!.relative, plain.preactivationFluctuation);
			near(layer.featureFluctuation!.relative, plain.featureFluctuation);
			near(layer.change!, plain.change);
			near(layer.shapeChange!, plain.shapeChange);
			near(layer.captured!, plain.captured);
			expect(layer.featureFluctuation!.independentUnits).toBeCloseTo(plain.independentUnits, 2);
		});
	});

	test("have standard errors that are the scatter of 40 runs; weighted draws agree", () => {
		const problem = randomProblem({
			points: 3,
			inputs: 2,
			layers: [dense(3, "erf", 2)],
			readout: { weightVariance: 4, biasVariance: 0 },
			noiseVariance: 0.5,
		});
		const estimatesOf = (run: Run): Record<string, Estimate> => {
			const [layer] = separated(problem, run);
			return {
				kurtosis: layer!.discrepancyKurtosis!,
				preactivations: layer!.preactivationFluctuation!.relative,
				features: layer!.featureFluctuation!.relative,
				change: layer!.change!,
				shapeChange: layer!.shapeChange!,
				captured: layer!.captured!,
			};
		};
		const long = estimatesOf({ draws: 10_000, seed: 99 });
		const runs = Array.from({ length: 40 }, (_, i) => estimatesOf({ draws: 250, seed: i + 1 }));
		for (const [name, { value }] of Object.entries(long)) {
			const z = runs.map((run) => (run[name]!.value - value) / run[name]!.standardError);
			const square = z.reduce((sum, x) => sum + x * x, 0) / z.length;
			// A mean square of 40 normal scores is 1 +- 0.22: three of these to each side.
			expect(square, name).toBeGreaterThan(0.34);
			expect(square, name).toBeLessThan(1.66);
		}
		const weighted = estimatesOf({ sampler: "importance", draws: 800, options: { proposals: 16 } });
		expectAgreement(
			Object.entries(weighted).map(([name, estimate]) => ({
				...measured(name, estimate, long[name]!.value),
				truthError: long[name]!.standardError,
			})),
		);
	});
});

describe("what cannot be said is absent, with the reason", () => {
	const problem = randomProblem({ points: 3, inputs: 2, layers: [dense(3, "erf")] });

	test("no direction in which the data pull, where all targets are 0", () => {
		const silent = { ...problem, trainTargets: matrix(3, 1) };
		const [layer] = separated(silent, { draws: 100 });
		const reason = "No kurtosis along the discrepancy of the infinite-width prior: all targets are 0.";
		expect(layer!.absent).toMatchObject({ discrepancyKurtosis: reason, featureKurtosis: reason });
		expect(layer!.discrepancyKurtosis).toBeUndefined();
	});

	test("a kernel that vanishes, with units that have no variance", () => {
		const dark = { ...problem, trainInputs: matrix(3, 2) };
		expect(separated(dark, { draws: 100 })).toEqual([
			{
				width: 3,
				activation: "erf",
				absent: {
					discrepancyKurtosis: "the units have no variance",
					featureKurtosis: "the units have no variance",
					pointKurtosis: "the units have no variance",
					preactivationFluctuation: "the kernel vanishes",
					featureFluctuation: "the kernel vanishes",
					change: "the kernel vanishes",
					shapeChange: "the kernel vanishes",
					captured: "the kernel vanishes",
				},
			},
		]);
	});

	test("kernels too large for their batch means to be kept", () => {
		const settings = { sampler: "hmc", chains: 4, draws: 100, warmup: 50, seed: 1 };
		const large = (points: number) => randomProblem({ points, inputs: 2, layers: [dense(3, "erf")] });
		expect(keepsKernelBatches(large(700), settings)).toBe(true);
		expect(keepsKernelBatches(large(800), settings)).toBe(false);
		// Such chains hand out the kernels without them.
		const chains = sample(problem, { draws: 100 }).map((chain) => ({
			...chain,
			averaged: Object.fromEntries(
				Object.entries(chain.averaged).map(([name, { batchMeans, ...moments }]) => [
					name,
					/^(preactivation|feature)\./.test(name)
						? moments
						: { ...moments, ...(batchMeans && { batchMeans }) },
				]),
			),
		}));
		const [layer] = separationOfScales(engine, problem, chains);
		const reason =
			"the batch means of such large kernels are not kept, and without them there is no standard error";
		expect(layer!.absent).toEqual({
			preactivationFluctuation: reason,
			featureFluctuation: reason,
			change: reason,
			shapeChange: reason,
			captured: reason,
		});
		expect(layer!.discrepancyKurtosis).toBeDefined();
	});

	test("no chain, and chains of another problem, are refused", () => {
		expect(() => separationOfScales(engine, problem, [])).toThrow(
			"chains: wanted at least one chain, each with at least 4 draws; got none. Let the chains run longer.",
		);
		const other = randomProblem({ points: 4, inputs: 2, layers: [dense(3, "erf")] });
		expect(() => separationOfScales(engine, other, sample(problem, { chains: 1, draws: 20 }))).toThrow(
			"chains: wanted draws of f at 4 training and 0 test points, 1 outputs each; got 3 and 0 numbers a draw in chain 0. Combine chains of one problem, with that problem.",
		);
	});
});
