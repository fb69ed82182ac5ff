import { describe, expect, it } from "vitest";
import { fittedExponent } from "../../src/analyses/width-scaling/measured-errors.ts";
import { widthScaling } from "../../src/analyses/width-scaling.ts";
import { findTheory, parseProblem, sampleInProcess, solveTheory } from "../../src/index.ts";
import { linearPosteriorMean } from "../../src/scale-mixture/posterior-mean.ts";
import { analyze, context, engine, layer, problem } from "./analyses.ts";

const erf = { ...problem, network: { ...problem.network, layers: [{ ...layer, activation: "erf" }] } };
const sampling = { chains: 2, draws: 200, warmup: 100 };

describe("against the exact posterior of a linear network", () => {
	it("nngp falls as 1/N", async () => {
		const widths = [512, 64, 128, 256];
		const { results, convergence, absent } = await analyze(widthScaling, {
			problem,
			options: { widths, theories: ["nngp", "kernel-rescaling"] },
		});
		expect(convergence).toEqual({ converged: true, iterations: 0, residual: 0 });
		expect(results.reference).toBe("exact");
		expect(results.widths).toEqual([64, 128, 256, 512]);
		expect(absent).toEqual({
			noiseFloor: "the reference is the exact posterior mean: it has no Monte-Carlo error",
		});
		for (const { exponent, resolved, missing } of results.theories) {
			// The next order in 1/N changes the slope by about P/N at the smallest width.
			expect(Math.abs(exponent! + 1)).toBeLessThan(0.05);
			expect(resolved).toEqual([true, true, true, true]);
			expect(missing).toEqual([]);
		}
	});

	it("measures the root mean square over the test points", async () => {
		const { results } = await analyze(widthScaling, {
			problem,
			options: { widths: [7, 8], theories: ["nngp"] },
		});
		const seven = parseProblem(problem);
		const exact = linearPosteriorMean(engine, seven).test!.data;
		const mean = solveTheory(findTheory("nngp"), seven, {}, context).testMean!.data;
		const squares = exact.map((value, i) => (mean[i]! - value) ** 2);
		expect(results.theories[0]!.error[0]).toBeCloseTo(Math.sqrt((squares[0]! + squares[1]!) / 2), 14);
		expect(results.scale[0]).toBeCloseTo(Math.hypot(...exact) / Math.SQRT2, 14);
	});

	it("divides the noise by the width on request", async () => {
		const options = { widths: [4, 8], theories: ["nngp"] };
		const { results } = await analyze(widthScaling, {
			problem,
			options: { ...options, noiseScaling: "inverse-width" },
		});
		const quarter = await analyze(widthScaling, { problem: { ...problem, noiseVariance: 0.1 / 4 }, options });
		const eighth = await analyze(widthScaling, { problem: { ...problem, noiseVariance: 0.1 / 8 }, options });
		expect(results.theories[0]!.error).toEqual([
			quarter.results.theories[0]!.error[0],
			eighth.results.theories[0]!.error[1],
		]);
	});
});

describe("against sampled networks", () => {
	const options = { widths: [3, 4], theories: ["nngp"], sampling: { ...sampling, seed: 11 } };

	it("has a noise floor, and marks errors near it", async () => {
		const { results } = await analyze(widthScaling, { problem: erf, options });
		const [three] = await Promise.all([
			sampleInProcess(engine)(
				parseProblem({
					...erf,
					network: { ...erf.network, layers: [{ ...layer, activation: "erf", width: 3 }] },
				}),
				{
					sampler: "hmc",
					...sampling,
					seed: 11,
				},
			),
		]);
		const errors = three!.answer.testMeanStandardError!.data;
		expect(results.reference).toBe("sampled");
		expect(results.noiseFloor![0]).toBeCloseTo(Math.hypot(...errors) / Math.SQRT2, 14);
		const { error, resolved, exponent } = results.theories[0]!;
		expect(resolved).toEqual(error.map((value, i) => value > 2 * results.noiseFloor![i]!));
		expect(exponent).toBeUndefined();
	});

	it("samples a linear network where that is asked for, and finds the exact mean", async () => {
		const exact = await analyze(widthScaling, { problem, options: { ...options, reference: "exact" } });
		const sampled = await analyze(widthScaling, {
			problem,
			options: { ...options, sampling: { ...sampling, sampler: "exact", draws: 2000 }, reference: "sampled" },
		});
		exact.results.theories[0]!.error.forEach((error, i) => {
			const difference = Math.abs(error - sampled.results.theories[0]!.error[i]!);
			// By the triangle inequality at most the rms error of the sampled mean: 4 noise floors has a chance below 1e-4.
			expect(difference).toBeLessThan(4 * sampled.results.noiseFloor![i]!);
		});
	});

	it("says when chains do not agree, and at which widths", async () => {
		const { convergence } = await analyze(widthScaling, {
			problem: erf,
			options: { ...options, sampling: { chains: 2, draws: 8, warmup: 0 } },
		});
		expect(convergence.converged).toBe(false);
		expect(convergence.advice).toMatch(
			/^The sampler did not converge at N = (3|4|3, 4): raise draws and warmup\.$/,
		);
	});

	it("ends where it is interrupted", async () => {
		let runs = 0;
		const { results, convergence } = await analyze(
			widthScaling,
			{ problem: erf, options },
			{ sample: async (...question) => (runs++ === 1 ? undefined : context.sample(...question)) },
		);
		expect(results.widths).toEqual([3]);
		expect(convergence.advice).toMatch(/^Interrupted: larger widths are missing/);
	});
});

describe("theories", () => {
	it("that refuse are missing, with the reason", async () => {
		const deep = { ...problem, network: { ...problem.network, layers: [layer, layer] } };
		const answer = await analyze(widthScaling, {
			problem: deep,
			options: { widths: [4, 8], theories: ["nngp", "self-consistent"] },
		});
		const reason = "self-consistent is available for one hidden layer only; this network has L = 2.";
		expect(answer.results.theories[1]).toEqual({
			theory: "self-consistent",
			label: "self-consistent",
			widths: [],
			error: [],
			resolved: [],
			missing: [
				{ width: 4, reason },
				{ width: 8, reason },
			],
		});
		expect(answer.convergence.converged).toBe(true);
		expect(widthScaling.table(answer).rows.at(-1)).toEqual([8, "self-consistent", "", "", "", reason]);
	});

	it("may stand twice with other options, and are told apart by them", async () => {
		const { results } = await analyze(widthScaling, {
			problem,
			options: {
				widths: [4, 8],
				theories: ["kernel-rescaling", { id: "rkgp", options: { meanTerm: "include" } }],
			},
		});
		expect(results.theories.map(({ theory, label }) => [theory, label])).toEqual([
			["kernel-rescaling", "kernel-rescaling"],
			["kernel-rescaling", "kernel-rescaling (meanTerm include)"],
		]);
	});

	it.each([
		[{ theories: ["nngp", "gp"] }, "options.theories[1]: wanted every line once; got nngp again."],
		[{ theories: ["nngq"] }, /^options\.theories\[0\]: wanted one of .*; got "nngq"\. Did you mean nngp\?$/],
		[
			{ theories: [{ id: "nngp", options: { a: 1 } }] },
			"options.theories[0].options.a: wanted no keys; got an unknown key.",
		],
		[{ theories: [] }, "options.theories: wanted a list of at least one theory; got an empty list."],
		[{ widths: [4] }, "options.widths: wanted a list of at least two widths; got a list of 1."],
		[{ widths: [4, 0] }, "options.widths[1]: wanted an integer of at least 1; got 0."],
		[{ sampling: { sampler: "nuts" } }, /^options\.sampling\.sampler: wanted one of .*; got "nuts"\.$/],
	])("%j is refused", async (changes, message) => {
		const options = { widths: [4, 8], theories: ["nngp"], ...changes };
		await expect(analyze(widthScaling, { problem, options })).rejects.toThrow(message);
	});

	it("an exact reference where there is none is refused", async () => {
		const options = { widths: [4, 8], theories: ["nngp"], reference: "exact" };
		await expect(analyze(widthScaling, { problem: erf, options })).rejects.toThrow(
			"options.reference: wanted a dense linear network with one output, noise, and no bias between hidden layers, for the exact posterior mean; got another. Use reference: sampled.",
		);
	});
});

it("fittedExponent is that of a power law, and needs three points", () => {
	expect(fittedExponent([4, 8, 32], [3, 3 / 4, 3 / 64])).toBeCloseTo(-2, 12);
	expect(fittedExponent([4, 8], [3, 1])).toBeUndefined();
});
