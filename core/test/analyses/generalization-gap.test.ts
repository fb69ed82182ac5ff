import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { solveReadout } from "../../src/analyses/generalization-gap/gaussian-features.ts";
import type { GapPoint, GapResults } from "../../src/analyses/generalization-gap/results.ts";
import { generalizationGap } from "../../src/analyses/generalization-gap.ts";
import { analyze } from "./analyses.ts";

const four = { spectrum: [1, 0.5, 0.2, 0.1], teacher: [1, -0.5, 0.3, 2], unexplained: 0.1 };
const ask = (options: object) => analyze(generalizationGap, { options });
const single = async (options: object) => (await ask(options)).results as GapPoint;

const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
const spectra = fc.array(positive, { minLength: 1, maxLength: 30 });

describe("the errors of a fitted readout", () => {
	it("never have a relative gap of 2 N_out/P or more, nor above that of Gaussian features without a ridge", () => {
		fc.assert(
			fc.property(
				spectra,
				fc.integer({ min: 1, max: 400 }),
				fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
				fc.integer({ min: -2, max: 2 }),
				(values, samples, ridge, t) => {
					const spectrum = Float64Array.from(values);
					const task = { spectrum, teacher: spectrum.map((_, j) => t + (j % 3)), unexplained: 0.3 };
					const { errors, residual } = solveReadout(task, samples, ridge);
					const share = spectrum.length / samples;
					expect(errors.relativeGap).toBeLessThan(2 * share);
					// The gap is known to a few rounding units.
					if (share < 1) expect(errors.relativeGap).toBeLessThanOrEqual(share * (2 - share) * (1 + 1e-12));
					expect(errors.trainError).toBeLessThanOrEqual(errors.testError);
					expect(errors.degreesOfFreedom).toBeLessThanOrEqual(
						Math.min(samples, spectrum.length) * (1 + 1e-12),
					);
					// tau is known to the last bits of its logarithm, which may be as large as 30.
					expect(residual).toBeLessThan(1e-12);
				},
			),
			{ numRuns: 300, seed: 1 },
		);
	});

	it("join those of no ridge as it goes to 0, above and below interpolation", () => {
		const task = {
			spectrum: Float64Array.from(four.spectrum),
			teacher: Float64Array.from(four.teacher),
			unexplained: 0.1,
		};
		for (const samples of [2, 3, 6, 50]) {
			const without = solveReadout(task, samples, 0).errors;
			const small = solveReadout(task, samples, 1e-10).errors;
			// Of first order in the ridge, with a slope of order 10 here.
			expect(small.testError / without.testError).toBeCloseTo(1, 8);
			expect(small.trainError).toBeCloseTo(without.trainError, 8);
			expect(small.relativeGap).toBeCloseTo(without.relativeGap, 8);
		}
	});

	it("are those of no readout as the ridge goes to infinity", async () => {
		const { testError, trainError, relativeGap } = await single({ ...four, samples: 10, ridge: 1e12 });
		const power = four.spectrum.reduce((sum, omega, j) => sum + omega * four.teacher[j]! ** 2, 0.1);
		// Corrections are of the order of spectrum and samples over the ridge.
		expect(testError).toBeCloseTo(power, 10);
		expect(trainError).toBeCloseTo(power, 10);
		expect(relativeGap).toBeCloseTo(0, 10);
		expect(relativeGap).toBeGreaterThan(0);
	});

	it("do not depend on features without variance, which are counted nowhere", async () => {
		const wanted = await ask({ ...four, samples: 20 });
		const padded = await ask({
			...four,
			samples: 20,
			spectrum: [...four.spectrum, 0],
			teacher: [...four.teacher, 7],
		});
		expect(padded.results).toEqual(wanted.results);
		expect(padded.validity.at(-1)!.message).toBe("1 of 5 eigenvalues are 0 and left out: N_out = 4");
	});

	it("are e_min alone without any feature", async () => {
		const results = await single({ spectrum: [0, 0], teacher: [1, 1], unexplained: 0.2, samples: 5 });
		expect(results).toEqual({
			testError: 0.2,
			trainError: 0.2,
			degreesOfFreedom: 0,
			relativeGap: 0,
			bound: 0,
			gaussianBound: 0,
		});
	});

	it("have no Gaussian bound where there are at most as many samples as features", async () => {
		const { results, absent } = await ask({ ...four, samples: [3, 4, 5], ridge: 1 });
		const { points } = results as Extract<GapResults, { readonly points: unknown }>;
		expect(points.map(({ samples, gaussianBound }) => [samples, gaussianBound])).toEqual([
			[3, undefined],
			[4, undefined],
			[5, 0.96],
		]);
		expect(absent).toEqual({ gaussianBound: "given where there are more samples than features" });
	});

	it("warn near interpolation without a ridge", async () => {
		const { validity } = await ask({ ...four, samples: 6 });
		expect(validity.map(({ message }) => message)).toEqual([
			"6 samples at the fewest: the formulas are those of Gaussian features and many samples, not a theorem at finite P",
			"1.50 samples a feature without a ridge: real features near interpolation exceed the errors of Gaussian ones by up to 10 %",
		]);
	});
});

const linear = { type: "dense", width: 4, activation: "linear", weightVariance: 1 };
const taught = (changes: object = {}) => ({
	data: {
		source: "teacher",
		teacher: { type: "linear", dimension: 3, inputVariance: 1 },
		trainCount: 12,
		testCount: 0,
		targetNoiseVariance: 0.2,
	},
	network: { layers: [linear], readout: { weightVariance: 2 }, scaling: "standard" },
	noiseVariance: 0.2,
	...changes,
});
const sampling = { sampler: "exact", chains: 2, draws: 100, warmup: 0 };
const asked = (options: object, file: object = taught()) =>
	analyze(generalizationGap, { seed: 3, ...file, options: { samples: [5, 20], ...options } });

describe("the features of sampled networks", () => {
	it("explain a linear teacher up to its noise, in as many directions as there are inputs", async () => {
		const { results, options } = await asked({ features: { networks: 8, sampling } });
		const { unexplained, networks, features } = results.sampled!;
		expect(networks).toBe(8);
		// Four units that see three inputs.
		expect(features).toBe(3);
		expect(unexplained.value).toBeCloseTo(0.2, 12);
		// kappa over the prior variance 2/4 of a readout weight.
		expect(options.ridge).toBe(0.4);
		expect(options.features!.freshInputs).toBe(500);
		const { points } = results as Extract<GapResults, { readonly points: unknown }>;
		expect(points.map(({ bound }) => bound)).toEqual([6 / 5, 6 / 20]);
		for (const { relativeGap, bound, testError, standardErrors } of points) {
			expect(relativeGap).toBeLessThan(bound);
			expect(testError).toBeGreaterThan(0.2);
			expect(standardErrors!.testError).toBeGreaterThan(0);
		}
	});

	it("with almost no ridge have the errors of three features, whatever the network", async () => {
		const answer = await asked({ samples: 12, ridge: 1e-12, features: { networks: 8, sampling } });
		const { testError, trainError, standardErrors } = answer.results as GapPoint;
		const { columns, rows } = generalizationGap.table(answer);
		expect(columns.slice(0, 3)).toEqual(["samples", "testError", "testErrorStandardError"]);
		expect(rows[0]!.slice(0, 3)).toEqual([12, testError, standardErrors!.testError]);
		// Weights near singular leave a trace of the ridge.
		expect(testError).toBeCloseTo(0.2 / (1 - 3 / 12), 6);
		expect(trainError).toBeCloseTo(0.2 * (1 - 3 / 12), 6);
		expect(standardErrors!.testError).toBeLessThan(1e-6);
	});

	it("warn of few fresh points", async () => {
		const { validity } = await asked({ features: { networks: 8, freshInputs: 60, sampling } });
		expect(validity.at(-1)!.message).toBe(
			"20.0 fresh inputs a feature: fewer than about 100 bias the unexplained power e_min downward",
		);
	});

	it("include the constant one of a readout's bias, and a nonlinear student's errors lie above the noise", async () => {
		const network = {
			layers: [{ ...linear, activation: "erf", width: 3 }],
			readout: { weightVariance: 1, biasVariance: 1 },
			scaling: "mean-field",
		};
		const hmc = { chains: 2, draws: 40, warmup: 40 };
		const { results } = await asked({ features: { networks: 8, sampling: hmc } }, taught({ network }));
		expect(results.sampled!.features).toBe(4);
		expect(results.sampled!.unexplained.value).toBeGreaterThan(0.2);
	});

	it.each([
		[
			"as many samples as features and no ridge",
			taught(),
			{ samples: 3, ridge: 0, features: { networks: 8, sampling } },
			"options.samples: ridge 0 with samples = features: the test error diverges; got 3 samples, 3 features. Give a ridge above 0, or another number of samples.",
		],
		[
			"data that are no teacher's",
			{ problem: { trainInputs: [[1]], trainTargets: [1], network: taught().network, noiseVariance: 1 } },
			{},
			"data: wanted data of a teacher, of which fresh points can be drawn; got others. Or give spectrum and teacher, and leave the problem out.",
		],
		[
			"a spectrum beside a problem",
			taught(),
			{ spectrum: [1] },
			"options.spectrum: wanted no spectrum beside a problem, whose sampled networks give it; got both.",
		],
		[
			"weighted draws",
			taught(),
			{ features: { sampling: { sampler: "importance" } } },
			"options.features.sampling.sampler: wanted a sampler whose draws count alike; got importance. Use hmc.",
		],
		[
			"features without a problem",
			{},
			{ unexplained: 1, featureCount: 2, features: {} },
			"options.features: wanted a problem, whose networks are sampled; got none. Give data of a teacher, network and noiseVariance, or leave features out.",
		],
		[
			"convolutions",
			taught({
				network: {
					...taught().network,
					layers: [{ type: "convolution", channels: 2, patch: 3, activation: "linear", weightVariance: 1 }],
				},
			}),
			{},
			"network.layers[0].type: wanted dense layers, for the features of sampled networks; got convolution.",
		],
	])("are refused for %s", async (_, file, options, message) => {
		await expect(asked(options, file)).rejects.toMatchObject({ name: "InputError", message });
	});
});

describe("generalization-gap refuses", () => {
	it.each([
		[
			"samples at which the error diverges",
			{ ...four, samples: [3, 4], ridge: 0 },
			"options.samples: ridge 0 with samples = features: the test error diverges; got 4 samples, 4 features. Give a ridge above 0, or another number of samples.",
		],
		[
			"the same of a number of features",
			{ featureCount: 40, unexplained: 1, samples: 40 },
			"options.samples: ridge 0 with samples = features: the test error diverges; got 40 samples, 40 features. Give a ridge above 0, or another number of samples.",
		],
		[
			"a teacher of another length",
			{ ...four, teacher: [1, 2], samples: 3 },
			"options.teacher: spectrum and teacher must have the same length; got 4 eigenvalues and 2 numbers of the teacher.",
		],
		[
			"a spectrum alone",
			{ spectrum: [1], unexplained: 0, samples: 3 },
			"options.teacher: spectrum and teacher must have the same length; got 1 eigenvalue and 0 numbers of the teacher.",
		],
		[
			"a number of features with a ridge",
			{ featureCount: 4, unexplained: 1, samples: 9, ridge: 0.5 },
			"options.featureCount: featureCount alone needs ridge 0 and samples > featureCount; got ridge 0.5 and samples 9 with featureCount 4. Give spectrum and teacher.",
		],
		[
			"a number of features above that of samples",
			{ featureCount: 4, unexplained: 1, samples: 3 },
			"options.featureCount: featureCount alone needs ridge 0 and samples > featureCount; got ridge 0 and samples 3 with featureCount 4. Give spectrum and teacher.",
		],
		[
			"both",
			{ ...four, featureCount: 4, samples: 9 },
			"options.featureCount: wanted featureCount, or spectrum and teacher; got both. The spectrum has the number of features.",
		],
		[
			"neither",
			{ unexplained: 1, samples: 9 },
			"options.spectrum: wanted spectrum and teacher, or featureCount; got neither.",
		],
		[
			"no unexplained power",
			{ featureCount: 3, samples: 9 },
			"options.unexplained: wanted a finite number of at least 0; got nothing.",
		],
		[
			"eigenvalues near the end of float64",
			{ spectrum: [5e-324, 1], teacher: [1, 1], unexplained: 0, samples: 1 },
			"options.spectrum[0]: wanted 0, or a number from 1e-300 to 1e300; got 5e-324.",
		],
		[
			"numbers beyond float64",
			{ spectrum: [1e300], teacher: [1e10], unexplained: 0, samples: 2, ridge: 1e300 },
			"options: wanted numbers whose testError float64 can hold; got testError = Infinity. Rescale spectrum, teacher and unexplained.",
		],
	])("%s", async (_, options, message) => {
		await expect(ask(options)).rejects.toMatchObject({ name: "InputError", message });
	});
});
