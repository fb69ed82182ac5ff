import { readFileSync } from "node:fs";
import { type Matrix, matrix, symmetricEigenvalues } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { kernelAdaptation } from "../../src/analyses/kernel-adaptation.ts";
import {
	findTheory,
	type Problem,
	parseProblem,
	type SampledNetwork,
	solveTheory,
	teacherDirection,
} from "../../src/index.ts";
import { type CovarianceFunction, weightSpectrum } from "../../src/probes/weight-spectrum.ts";
import { linearPosteriorMean } from "../../src/scale-mixture/posterior-mean.ts";
import { analyze, context, engine, layer, problem as linear } from "./analyses.ts";

const problem = { ...linear, testTargets: [0.6, -0.2] };
const meanField = { ...problem, network: { ...problem.network, scaling: "mean-field" } };
const deep = { ...problem, network: { ...problem.network, layers: [layer, layer] } };
const base = { widths: [8, 4], theories: ["nngp"] };
const sampling = { sampler: "exact", chains: 2, draws: 400, warmup: 0, seed: 3 };

const of = (options: object, question: object = { problem }, changes = {}) =>
	analyze(kernelAdaptation, { ...question, options: { ...base, ...options } }, changes);

describe("the spectrum of a covariance", () => {
	// Any symmetric matrix without equal eigenvalues; the last row and column is the bias's.
	const size = 4;
	const sigma = matrix(
		size,
		size,
		Float64Array.from([3, 0.4, -0.2, 9, 0.4, 1, 0.3, 8, -0.2, 0.3, 2, 7, 9, 8, 7, 5]),
	);
	const direction = Float64Array.of(2 / 3, 2 / 3, 1 / 3);
	const spectrum = (m: Matrix) => weightSpectrum(engine, m, 3, direction);

	it("leaves out the bias, and is in descending order", () => {
		const block = matrix(3, 3, Float64Array.from([3, 0.4, -0.2, 0.4, 1, 0.3, -0.2, 0.3, 2]));
		const values = spectrum(sigma).eigenvalues.map(({ value }) => value);
		expect(values).toEqual([...symmetricEigenvalues(engine, block)].sort((a, b) => b - a));
		// 4/9 3 + 4/9 1 + 1/9 2 + 2 (4/9 0.4 - 2/9 0.2 + 2/9 0.3).
		expect(spectrum(sigma).teacherVariance!.value).toBeCloseTo(2.4, 12);
		expect(spectrum(sigma).alignment!.value).toBeCloseTo(1.2, 12);
	});

	it("has derivatives that finite differences confirm", () => {
		const functions = (m: Matrix): CovarianceFunction[] => {
			const { eigenvalues, teacherVariance, alignment, outlierOverlap } = spectrum(m);
			return [...eigenvalues, teacherVariance!, alignment!, outlierOverlap!];
		};
		const change = Float64Array.from({ length: size * size }, (_, k) => {
			const [i, j] = [Math.floor(k / size), k % size];
			return Math.sin(1 + i + j + i * j);
		});
		const step = 1e-5;
		const moved = (sign: number) =>
			functions({ ...sigma, data: sigma.data.map((x, k) => x + sign * step * change[k]!) });
		const [above, below] = [moved(1), moved(-1)];
		functions(sigma).forEach((one, f) => {
			const derivative = one.gradient().reduce((sum, x, k) => sum + x * change[k]!, 0);
			// Central differences are off by step^2 times third derivatives and 1e-16 / step, both below 1e-9.
			expect(derivative).toBeCloseTo((above[f]!.value - below[f]!.value) / (2 * step), 8);
		});
	});

	it("has no outlier where all eigenvalues are equal", () => {
		const { outlierOverlap, alignment } = weightSpectrum(
			engine,
			matrix(2, 2, Float64Array.of(2, 0, 0, 2)),
			2,
			Float64Array.of(0.6, 0.8),
		);
		expect(outlierOverlap).toBeUndefined();
		expect(alignment!.value).toBeCloseTo(1, 14);
	});
});

describe("the measures", () => {
	it("are those of the answer", async () => {
		const { results, absent, options } = await of({});
		expect(results.widths).toEqual([4, 8]);
		const [point] = results.theories[0]!.points;
		const eight = parseProblem(problem);
		const answer = solveTheory(findTheory("nngp"), eight, {}, context);
		const y = problem.trainTargets;
		const misfit = y.map((value, i) => value - answer.trainMean!.data[i]!);
		const variance = answer.trainVariance!.data;
		const squares = y.reduce((sum, value) => sum + value ** 2, 0);
		expect(point!.alpha).toBeCloseTo(
			y.reduce((sum, value, i) => sum + (value * misfit[i]!) / 0.1, 0) / squares,
			13,
		);
		const mean = y.reduce((sum, value) => sum + value / 3, 0);
		const error = misfit.reduce((sum, value, i) => sum + value ** 2 + variance[i]!, 0);
		const spread = y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
		expect(point!.rmseOverStd).toBeCloseTo(Math.sqrt(error / spread), 13);
		const test = answer.testMean!.data;
		expect(point!.testRmse).toBeCloseTo(Math.hypot(test[0]! - 0.6, test[1]! + 0.2) / Math.SQRT2, 13);
		expect(point!.logEvidence).toBe(answer.logEvidence);
		const { emergentScale, crossoverWidth, outputScale, noiseVariance, ...limit } = results.infiniteWidth[0]!;
		expect(limit).toEqual(point);
		expect([outputScale, noiseVariance]).toEqual([1, 0.1]);
		// t^T C t, C = s^2 X X^T / d.
		const projected = [0, 1].map((k) =>
			problem.trainInputs.reduce((sum, x, i) => sum + (x[k]! * misfit[i]!) / 0.1, 0),
		);
		expect(emergentScale).toBeCloseTo(0.75 * (projected[0]! ** 2 + projected[1]! ** 2), 11);
		expect(crossoverWidth).toBe(emergentScale);
		expect(absent).toEqual({
			sampled: "sampling is false: no network was sampled",
			eigenvalues: "no covariance of the first layer's weights from nngp",
			alignment: "no direction: give teacherDirection, or data of a teacher that has one",
		});
		expect(options.kernelsAt).toBe(4);
	});

	it("leave out widths that a theory refuses or does not solve", async () => {
		const { results, convergence } = await of({ theories: ["nngp", "self-consistent"] }, { problem: deep });
		const reason = "self-consistent is available for one hidden layer only; this network has L = 2.";
		expect(results.theories[1]).toEqual({
			theory: "self-consistent",
			label: "self-consistent",
			points: [],
			missing: [
				{ width: 4, reason },
				{ width: 8, reason },
			],
		});
		expect(convergence).toEqual({ converged: true, iterations: 0, residual: 0 });
	});
});

describe("the published width sweep", () => {
	const file = new URL("../../../fixtures/golden/eos-notebook-n128.json", import.meta.url);
	const golden = JSON.parse(readFileSync(file, "utf8")) as {
		problem: object;
		widthSweep: readonly Readonly<Record<string, number | string>>[];
	};

	it("is reproduced, at finite widths and in the infinite-width limit", async () => {
		const widths = [90, 3000];
		const { results } = await of(
			{
				widths,
				theories: ["equations-of-state"],
				kernelsAt: false,
			},
			{ problem: golden.problem },
		);
		const expected = (width: number | string, sign: string) =>
			golden.widthSweep.find((one) => one.width === width && one.sign === sign)!;
		const [limit] = results.infiniteWidth;
		const infinite = expected("infinite", "none");
		// The file has six decimals of the inputs and twelve digits of the numbers.
		expect(limit!.alpha / (infinite.alpha as number)).toBeCloseTo(1, 8);
		expect(limit!.rmseOverStd! / (infinite.rmseOverStd as number)).toBeCloseTo(1, 8);
		expect(results.priorWeightVariance).toBe(infinite.topSigmaEigenvalue);
		const [{ points }] = results.theories as [(typeof results.theories)[0]];
		expect(points.map(({ width }) => width)).toEqual(widths);
		for (const { width, alpha, rmseOverStd, eigenvalues } of points) {
			const wanted = expected(width, "derived");
			const got = {
				alpha,
				rmseOverStd,
				topSigmaEigenvalue: eigenvalues![0]!,
				secondSigmaEigenvalue: eigenvalues![1]!,
				smallestSigmaEigenvalue: eigenvalues!.at(-1)!,
			};
			for (const [name, value] of Object.entries(got)) {
				// Two solvers, each with a residual below 1e-8.
				expect(value! / (wanted[name] as number), `${name} at ${width}`).toBeCloseTo(1, 6);
			}
		}
	});
});

describe("the sweep", () => {
	/** The problems that would be sampled. */
	const sampledProblems = async (options: object, question: object) => {
		const problems: Problem[] = [];
		await of(
			{ sampling, ...options },
			{ problem: question },
			{
				sample: async (one: Problem) => {
					problems.push(one);
					return undefined;
				},
			},
		);
		return problems;
	};
	const scaleOf = ({ network, noiseVariance }: Problem) => ({
		widths: network.layers.map((one) => (one as { width: number }).width),
		readout: network.readout.weightVariance,
		noiseVariance,
	});

	it("gives every layer the width, or the one asked for", async () => {
		expect(scaleOf((await sampledProblems({}, deep))[0]!).widths).toEqual([4, 4]);
		expect(scaleOf((await sampledProblems({ layer: 2 }, deep))[0]!).widths).toEqual([7, 4]);
	});

	it("keeps s_a^2/chi on request, which the mean-field scaling divides by the width", async () => {
		expect(scaleOf((await sampledProblems({}, meanField))[0]!).readout).toBe(1);
		expect(scaleOf((await sampledProblems({ outputScale: "fixed" }, meanField))[0]!).readout).toBeCloseTo(
			4 / 7,
			14,
		);
		const scales = async (options: object) =>
			(await of(options, { problem: meanField })).results.infiniteWidth.map(({ outputScale }) => outputScale);
		expect(await scales({})).toEqual([1 / 4, 1 / 8]);
		for (const scale of await scales({ outputScale: "fixed" })) expect(scale).toBeCloseTo(1 / 7, 14);
		expect(scaleOf((await sampledProblems({ outputScale: "fixed" }, problem))[0]!).readout).toBe(1);
	});

	it("divides the noise by the width on request", async () => {
		const { results } = await of({ noiseScaling: "inverse-width" });
		expect(results.infiniteWidth.map(({ noiseVariance }) => noiseVariance)).toEqual([0.1 / 4, 0.1 / 8]);
	});
});

describe("sampled networks", () => {
	it("agree with the exact posterior mean, within their standard errors", async () => {
		const { results, convergence } = await of({ sampling: { ...sampling, draws: 2000 } });
		expect(convergence.converged).toBe(true);
		results.sampled!.forEach(({ width, alpha, testRmse, standardErrors }) => {
			const wide = parseProblem({
				...problem,
				network: { ...problem.network, layers: [{ ...layer, width }] },
			});
			const { train, test } = linearPosteriorMean(engine, wide);
			const y = problem.trainTargets;
			const overlap = y.reduce((sum, value, i) => sum + value * (value - train.data[i]!), 0);
			const exact = overlap / (0.1 * y.reduce((sum, value) => sum + value ** 2, 0));
			// Four comparisons: 4 standard errors fail by chance once in 4,000 times.
			expect(Math.abs(alpha - exact) / standardErrors.alpha!).toBeLessThan(4);
			const rmse = Math.hypot(test!.data[0]! - 0.6, test!.data[1]! + 0.2) / Math.SQRT2;
			expect(Math.abs(testRmse! - rmse) / standardErrors.testRmse!).toBeLessThan(4);
		});
	});

	it("have standard errors that the spread over independent runs confirms", async () => {
		const runs = 40;
		const answers = await Promise.all(
			Array.from({ length: runs }, (_, seed) =>
				of({
					widths: [4, 8],
					teacherDirection: [0.6, 0.8],
					sampling: { ...sampling, draws: 64, seed: 100 * seed, at: [4] },
				}),
			),
		);
		const sampled = answers.map(({ results }) => results.sampled![0]!);
		const quantities = {
			alpha: (one: (typeof sampled)[0]["standardErrors"]) => one.alpha!,
			rmseOverStd: (one: (typeof sampled)[0]["standardErrors"]) => one.rmseOverStd!,
			testRmse: (one: (typeof sampled)[0]["standardErrors"]) => one.testRmse!,
			largest: (one: (typeof sampled)[0]["standardErrors"]) => one.eigenvalues![0]!,
			teacherVariance: (one: (typeof sampled)[0]["standardErrors"]) => one.teacherVariance!,
			alignment: (one: (typeof sampled)[0]["standardErrors"]) => one.alignment!,
		};
		for (const [name, read] of Object.entries(quantities)) {
			const values = sampled.map(read);
			const mean = values.reduce((sum, x) => sum + x / runs, 0);
			const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (runs - 1));
			const reported = sampled.reduce((sum, one) => sum + read(one.standardErrors) / runs, 0);
			// The spread of 40 runs is known to 1 / sqrt(78) = 11 %: 3.5 of that.
			expect(Math.abs(spread / reported - 1), name).toBeLessThan(0.4);
		}
	});

	it("are sampled where that is asked for, each with chains of its own", async () => {
		const seeds: number[] = [];
		const { results, options } = await of(
			{ widths: [2, 4, 8], sampling: { ...sampling, at: [8, 4] } },
			undefined,
			{
				sample: async (...question: Parameters<typeof context.sample>) => {
					seeds.push(question[1].seed);
					return context.sample(...question);
				},
			},
		);
		expect(results.sampled!.map(({ width }) => width)).toEqual([4, 8]);
		expect(seeds).toEqual([3, 4]);
		expect(options.kernelsAt).toBe(4);
		expect(results.kernels!.sampler).toBe("exact");
		const rows = kernelAdaptation
			.table({ results, options } as never)
			.rows.map(([width, label]) => [width, label]);
		expect(rows.slice(2, 6)).toEqual([
			[4, "infinite width"],
			[4, "nngp"],
			[4, "sampled (exact)"],
			[4, "standard error"],
		]);
	});

	it("end where they are interrupted", async () => {
		let runs = 0;
		const sample = async (
			...question: Parameters<typeof context.sample>
		): Promise<SampledNetwork | undefined> => (runs++ === 1 ? undefined : context.sample(...question));
		const { results, convergence } = await of({ sampling }, undefined, { sample });
		expect(results.sampled!.map(({ width }) => width)).toEqual([4]);
		expect(convergence.advice).toBe("Interrupted: larger widths were not sampled.");
		const none = await of({ sampling }, undefined, { sample: async () => undefined });
		expect(none.absent.sampled).toBe("interrupted before there were enough draws");
	});
});

describe("kernels", () => {
	it("are those of the answers at one width, in the order of the targets", async () => {
		const { results } = await of({ kernelsAt: 8, theories: ["nngp"] }, { problem: deep });
		const { width, theory, order, kernels } = results.kernels!;
		expect([width, theory]).toEqual([8, "nngp"]);
		expect(order).toEqual([1, 2, 0]);
		expect(kernels.map((kernel) => kernel.layer)).toEqual([1, 2, "output"]);
		const { kernels: prior } = solveTheory(findTheory("nngp"), parseProblem(deep), {}, context);
		expect(kernels[2]!.prior.flat()).toEqual([...(prior.output as Matrix).data]);
		expect(kernels[1]!.adapted!.flat()).toEqual([...(prior.preactivation as readonly Matrix[])[1]!.data]);
		const without = await of({ kernelsAt: false });
		expect(without.results.kernels).toBeUndefined();
		expect(without.absent.kernels).toBe("kernelsAt is false: no kernels were kept");
	});

	it("of many points are kept on request only", async () => {
		const trainInputs = Array.from({ length: 257 }, (_, i) => [Math.sin(i), Math.cos(2 * i)]);
		const trainTargets = trainInputs.map(([x]) => x!);
		const many = { problem: { ...problem, trainInputs, trainTargets } };
		expect((await of({}, many)).options.kernelsAt).toBe(false);
		expect((await of({ kernelsAt: 4 }, many)).results.kernels!.order).toHaveLength(257);
	});

	it("of several positions are averaged over them", async () => {
		const convolution = {
			type: "convolution",
			channels: 4,
			patch: 1,
			activation: "linear",
			weightVariance: 1.5,
		};
		const network = { ...problem.network, layers: [convolution] };
		const { results } = await of({}, { problem: { ...problem, network } });
		const [kernel] = results.kernels!.kernels;
		const [x, y] = problem.trainInputs;
		expect(kernel!.prior[0]![1]).toBeCloseTo((1.5 * (x![0]! * y![0]! + x![1]! * y![1]!)) / 2, 14);
		expect(results.priorWeightVariance).toBe(1.5);
	});
});

describe("the teacher's direction", () => {
	const teacher = { type: "linear", dimension: 3, inputVariance: 1 };
	const made = {
		seed: 5,
		data: { source: "teacher", teacher, trainCount: 5, testCount: 0 },
		network: problem.network,
		noiseVariance: 0.1,
	};

	it("is that of the teacher that made the data, and is written out", async () => {
		const { options, absent } = await of({}, made);
		const w = teacherDirection(teacher as never, { seed: 5, engine })!;
		expect(options.teacherDirection).toEqual(Array.from(w));
		expect(absent.alignment).toBeUndefined();
	});

	it("is not used by a network that sees the inputs in patches", async () => {
		const convolution = {
			type: "convolution",
			channels: 4,
			patch: 1,
			activation: "linear",
			weightVariance: 1,
		};
		const network = { ...problem.network, layers: [convolution] };
		const { absent, options } = await of({}, { ...made, network });
		expect(absent.alignment).toBe(
			"the teacher's direction has 3 entries, a row of the first layer's weights 1",
		);
		expect(options.teacherDirection).toBeUndefined();
	});

	it("may be given, of any length but 0", async () => {
		const one = { sampling: { ...sampling, at: [4] } };
		const [unit, long] = await Promise.all(
			[
				[0.6, 0.8],
				[3, 4],
			].map((w) => of({ ...one, teacherDirection: w })),
		);
		expect(long!.results.sampled![0]!.alignment).toBeCloseTo(unit!.results.sampled![0]!.alignment!, 12);
		const sigma = (await context.sample(
			parseProblem({ ...problem, network: { ...problem.network, layers: [{ ...layer, width: 4 }] } }),
			{ ...sampling, options: {} },
		))!.answer.orderParameters.Sigma as Matrix;
		const [a, b, c] = [sigma.data[0]!, sigma.data[1]!, sigma.data[3]!];
		expect(unit!.results.sampled![0]!.teacherVariance).toBeCloseTo(0.36 * a + 0.96 * b + 0.64 * c, 13);
	});
});

it.each([
	[{ widths: [4] }, problem, "options.widths: wanted a list of at least two widths; got a list of 1."],
	[{ layer: 2 }, problem, "options.layer: wanted a hidden layer, 1 to 1; got 2."],
	[
		{ layer: 1 },
		{
			...problem,
			network: {
				...problem.network,
				layers: [layer, { ...layer, type: "residual", residualScale: 1 }],
			},
		},
		"options.layer: wanted all layers of a network with residual blocks, whose widths are one; got 1. Leave it out.",
	],
	[{ kernelsAt: 5 }, problem, "options.kernelsAt: wanted one of widths; got 5."],
	[{ sampling: { at: [4, 5] } }, problem, "options.sampling.at[1]: wanted one of widths; got 5."],
	[
		{ sampling: { sampler: "nuts" } },
		problem,
		/^options\.sampling\.sampler: wanted one of .*; got "nuts"\.$/,
	],
	[
		{ teacherDirection: [1, 2, 3] },
		problem,
		"options.teacherDirection: wanted 2 numbers, not all 0: the weights of one hidden unit; got 3.",
	],
	[
		{ teacherDirection: [0, 0] },
		problem,
		"options.teacherDirection: wanted 2 numbers, not all 0: the weights of one hidden unit; got zeros.",
	],
	[
		{},
		{ ...problem, noiseVariance: 0 },
		"noiseVariance: wanted a number above 0, since the discrepancy is (y - f) / kappa; got 0. A noise far below the kernel will do.",
	],
	[
		{},
		{ ...problem, trainTargets: [2, 2, 2] },
		"trainTargets: wanted targets that differ from each other; got 2 everywhere.",
	],
])("%j is refused", async (options, question, message) => {
	await expect(of(options, { problem: question })).rejects.toThrow(message);
});
