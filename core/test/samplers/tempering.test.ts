/** Parallel tempering in the noise: many modes, exactness, exchanges, resuming. */
import { matrix } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import {
	type ChainResult,
	type ChainSnapshot,
	combineChains,
	InputError,
	type Problem,
	runChain,
} from "../../src/index.ts";
import { createScalarFunctions } from "../../src/samplers/scalar-functions.ts";
import { respaced, uniformLadder } from "../../src/samplers/tempering/ladder.ts";
import {
	countOffer,
	freshTally,
	rejectionRates,
	swapRates,
} from "../../src/samplers/tempering/swap-tally.ts";
import { temperingNotes } from "../../src/samplers/tempering/tempering-notes.ts";
import { linearPosterior } from "./linear-posterior.ts";
import { dense, engine, narrowLinear, randomProblem } from "./problems.ts";
import { type SinePosterior, sinePosterior } from "./sine-posterior.ts";

const chainsOf = (problem: Problem, settings: Parameters<typeof runChain>[2]) =>
	[0, 1, 2, 3].map((chain) => runChain(problem, engine, settings, chain));

describe("two sine units in mean-field scaling: the posterior of their frequencies has many separate modes", () => {
	const inputs = [-1.5, -1.1, -0.8, -0.3, 0.1, 0.4, 0.9, 1.2];
	const problem: Problem = {
		name: "two frequencies",
		trainInputs: matrix(8, 1, Float64Array.from(inputs)),
		trainTargets: matrix(
			8,
			1,
			Float64Array.from(inputs, (x) => Math.sin(4 * x) + 0.7 * Math.sin(9 * x)),
		),
		testInputs: matrix(3, 1, Float64Array.of(0.5, 1.3, -0.65)),
		network: {
			layers: [dense(2, "sin", 36)],
			readout: { weightVariance: 2, biasVariance: 0 },
			scaling: "mean-field",
		},
		noiseVariance: 0.05,
	};
	const settings = { sampler: "hmc", chains: 4, draws: 160, warmup: 70, seed: 1 };
	const exact: SinePosterior = sinePosterior(problem);

	test("without tempering the chains stay in modes of their own", () => {
		const { diagnostics, convergence } = combineChains(problem, settings, chainsOf(problem, settings));
		expect(diagnostics.maxRHat).toBeGreaterThan(1.05);
		expect(convergence.converged).toBe(false);
	});

	test("tempered chains agree with each other and with the exact posterior and evidence", () => {
		const tempered = { ...settings, options: { temper: 8 }, evidence: true };
		const answer = combineChains(problem, tempered, chainsOf(problem, tempered));
		// Convergence asks for 1.01, which takes longer chains than a quick test can have.
		expect(answer.diagnostics.maxRHat).toBeLessThan(1.05);
		const z = [
			...exact.mean.map(
				(mean, i) => (answer.testMean!.data[i]! - mean) / answer.testMeanStandardError!.data[i]!,
			),
			...exact.variance.map(
				(variance, i) =>
					(answer.testVariance!.data[i]! - variance) / answer.testVarianceStandardError!.data[i]!,
			),
			(answer.logEvidence! - exact.logEvidence) / answer.logEvidenceStandardError!,
		];
		expect(z.filter((value) => !(Math.abs(value) < 4))).toEqual([]);
		const note = answer.validity.find(({ name }) => name === "tempering")!;
		expect(note.value).toBe(8);
		expect(note.message).toMatch(
			/^Each chain is 8 replicas at growing noise, the last one at the prior\. Neighbours exchanged their weights at \d+ % to \d+ % of the offers, and draws of the prior came down to the posterior \d+, \d+, \d+, \d+ times \(round trips of each chain\)\.$/,
		);
	});
});

test("a linear posterior, exact by quadrature, is left exact: means, variances and kernel entries", () => {
	const problem = narrowLinear(6, 4, 3);
	const settings = {
		sampler: "hmc",
		chains: 4,
		draws: 500,
		warmup: 200,
		seed: 2,
		options: { temper: 4 },
	};
	const answer = combineChains(problem, settings, chainsOf(problem, settings));
	const exact = linearPosterior(problem);
	const kernel = answer.kernels.output as { data: Float64Array };
	const kernelError = answer.kernelStandardErrors.output as { data: Float64Array };
	const z = [
		...exact.mean
			.slice(6)
			.map((truth, i) => (answer.testMean!.data[i]! - truth) / answer.testMeanStandardError!.data[i]!),
		...exact.variance
			.slice(6)
			.map(
				(truth, i) => (answer.testVariance!.data[i]! - truth) / answer.testVarianceStandardError!.data[i]!,
			),
		...[...exact.kernel.data].map((truth, i) => (kernel.data[i]! - truth) / kernelError.data[i]!),
	];
	expect(z.length).toBe(42);
	expect(z.filter((value) => !(Math.abs(value) < 4))).toEqual([]);
	expect(answer.convergence.converged).toBe(true);
});

describe("a tempered chain", () => {
	const problem = randomProblem({
		points: 4,
		inputs: 6,
		testPoints: 2,
		outputs: 2,
		layers: [dense(3, "erf")],
	});
	const settings = {
		sampler: "hmc",
		chains: 2,
		draws: 12,
		warmup: 20,
		seed: 3,
		options: { temper: 3 },
		evidence: true,
	};

	test("goes on from any of its snapshots to the same bits, exchanges and ladder included", () => {
		const full = runChain(problem, engine, settings, 1);
		const snapshots: ChainSnapshot[] = [];
		runChain(problem, engine, settings, 1, {
			wantsSnapshot: () => true,
			onSnapshot: (snapshot) => snapshots.push(structuredClone(snapshot)),
		});
		// Before and after the ladder is moved (step 16), at the end of warm-up and among the kept draws.
		for (const step of [3, 15, 16, 19, 20, 25, 30]) {
			expect(runChain(problem, engine, settings, 1, { resume: snapshots[step]! })).toEqual(full);
		}
		expect(full.ladder!.powers[0]).toBe(1);
		expect(full.ladder!.powers[2]).toBe(0);
		expect(full.ladder!.swapRates.every((rate) => rate > 0 && rate <= 1)).toBe(true);
		expect(full.rungs!.length).toBe(12 * 4);
	});

	test("keeps no record of its rungs unless the evidence is asked for, and has the same draws", () => {
		const with_ = runChain(problem, engine, settings, 0);
		const without = runChain(problem, engine, { ...settings, evidence: false }, 0);
		expect(without.rungs).toBeUndefined();
		expect(without.testMean).toEqual(with_.testMean);
		expect(without.ladder).toEqual(with_.ladder);
	});

	test("refuses numbers of replicas that make no ladder", () => {
		const refusal = (temper: unknown) => {
			try {
				runChain(problem, engine, { ...settings, options: { temper } }, 0);
			} catch (error) {
				if (error instanceof InputError) return error.message;
				throw error;
			}
			throw new Error("nothing was refused");
		};
		expect(refusal(0)).toBe("sampling.options.temper: wanted an integer from 1 to 64; got 0.");
		expect(refusal(65)).toBe("sampling.options.temper: wanted an integer from 1 to 64; got 65.");
		expect(refusal(2.5)).toBe("sampling.options.temper: wanted an integer from 1 to 64; got 2.5.");
	});
});

describe("the ladder", () => {
	const scalar = createScalarFunctions(engine);
	const coordinates = ({ powers, range }: { powers: readonly number[]; range: number }) =>
		powers.map((power) => Math.log(1 + range * power));

	test("begins at equal distances in log(1 + g beta), with the ends exact", () => {
		const ladder = uniformLadder(5, 99, scalar);
		expect(ladder.powers[0]).toBe(1);
		expect(ladder.powers[4]).toBe(0);
		coordinates(ladder).forEach((theta, i) => {
			expect(theta).toBeCloseTo((Math.log(100) * (4 - i)) / 4, 13);
		});
	});

	test("is moved to equal shares of the rejections: a crowded half spreads, an easy one thins out", () => {
		const ladder = uniformLadder(5, 99, scalar);
		const step = Math.log(100) / 4;
		// The rejections 0.6, 0.2, 0.1, 0.1 add up to 1: shares of 0.25 end within the first pair, at 5/12 of it and 10/12 of it,
		// and at 3/4 of the second.
		const expected = [4, 4 - 5 / 12, 4 - 10 / 12, 3 - 3 / 4, 0].map((n) => n * step);
		coordinates(respaced(ladder, [0.6, 0.2, 0.1, 0.1], scalar)).forEach((theta, i) => {
			expect(theta).toBeCloseTo(expected[i]!, 12);
		});
	});

	test("stays where it is when all pairs are rejected alike, and with two rungs always", () => {
		const ladder = uniformLadder(6, 1e4, scalar);
		coordinates(respaced(ladder, [0.3, 0.3, 0.3, 0.3, 0.3], scalar)).forEach((theta, i) => {
			expect(theta).toBeCloseTo(coordinates(ladder)[i]!, 12);
		});
		expect(respaced(uniformLadder(2, 50, scalar), [0.7], scalar).powers).toEqual([1, 0]);
	});

	test("counts offers by pair, with one rejection and one acceptance added to the rates it is moved by", () => {
		let tally = freshTally(3);
		tally = countOffer(tally, 0, 0.5, false);
		tally = countOffer(tally, 0, 1, true);
		tally = countOffer(tally, 2, 0, false);
		expect(swapRates(tally)).toEqual([0.75, 0, 0]);
		expect(rejectionRates(tally)).toEqual([1.5 / 4, 1 / 2, 2 / 3]);
		expect(tally.arrivals).toBe(1);
	});
});

test("a pair that exchanges too rarely and a chain without round trips are told", () => {
	const chain = (swapRates: number[], arrivals: number) =>
		({ ladder: { powers: [1, 0.1, 0], swapRates, arrivals } }) as unknown as ChainResult;
	expect(temperingNotes([chain([0.5, 0.4], 7), chain([0.004, 0.6], 0)])).toEqual([
		{
			name: "tempering",
			value: 3,
			message:
				"Each chain is 3 replicas at growing noise, the last one at the prior. Neighbours exchanged their weights at 0.4 % to 60 % " +
				"of the offers, and draws of the prior came down to the posterior 7, 0 times (round trips of each chain).",
		},
		{
			name: "lowest swap rate",
			value: 0.004,
			message:
				"Below 10 % between rungs 1 and 2 of chain 1: replicas hardly move along the ladder. Use more of them (--temper).",
		},
		{
			name: "round trips",
			value: 0,
			message:
				"A chain without any: no fresh draw of the prior reached its posterior, so that tempering did not help it. Raise draws or --temper.",
		},
	]);
	expect(temperingNotes([{} as ChainResult])).toEqual([]);
});
