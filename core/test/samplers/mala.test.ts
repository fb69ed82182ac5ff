import { expect, test } from "vitest";
import {
	biasRun,
	type ChainSnapshot,
	combineChains,
	InputError,
	type Problem,
	runChain,
	type SampledAnswer,
} from "../../src/index.ts";
import { mala } from "../../src/samplers/mala.ts";
import { linearPosterior } from "./linear-posterior.ts";
import { convolution, dense, engine, narrowLinear, randomProblem } from "./problems.ts";

function sample(problem: Problem, sampler: string, draws: number, options = {}, warmup = 200) {
	const settings = { sampler, chains: 4, draws, warmup, seed: 1, options };
	const chains = [0, 1, 2, 3].map((chain) => runChain(problem, engine, settings, chain));
	return combineChains(problem, settings, chains);
}

/** Means and variances at all points, and their standard errors. */
function estimates(answer: SampledAnswer): { values: number[]; errors: number[] } {
	return {
		values: [answer.trainMean, answer.testMean!, answer.trainVariance, answer.testVariance!].flatMap((m) => [
			...m.data,
		]),
		errors: [
			answer.trainMeanStandardError,
			answer.testMeanStandardError!,
			answer.trainVarianceStandardError,
			answer.testVarianceStandardError!,
		].flatMap((m) => [...m.data]),
	};
}

const outside = (z: readonly number[]) => z.filter((value) => !(Math.abs(value) < 4));

test("a linear network has its exact posterior", () => {
	const problem = narrowLinear(7, 4, 4);
	const answer = sample(problem, "mala", 1200, { stepsPerDraw: 20 });
	const { values, errors } = estimates(answer);
	const { mean, variance } = linearPosterior(problem);
	const exact = [...mean, ...variance];
	expect(outside(values.map((x, i) => (x - exact[i]!) / errors[i]!))).toEqual([]);
	expect(answer.convergence.converged).toBe(true);
	// Dual averaging ends within a few hundredths of its target after 200 x 20 steps.
	expect(Math.abs(answer.diagnostics.acceptanceRate - 0.574)).toBeLessThan(0.05);
});

test("a convolutional network with biases and two outputs has the posterior that hmc finds", () => {
	const problem = randomProblem({
		points: 4,
		inputs: 12,
		testPoints: 3,
		outputs: 2,
		layers: [convolution(3, 2, "erf", 1.5, 0.3), convolution(3, 3, "tanh", 2, 0.2)],
		readout: { weightVariance: 2, biasVariance: 0.3 },
		noiseVariance: 0.3,
	});
	const a = estimates(sample(problem, "mala", 800, { stepsPerDraw: 15 }));
	const b = estimates(sample(problem, "hmc", 600));
	expect(a.values.length).toBe(28);
	const z = a.values.map((x, i) => (x - b.values[i]!) / Math.hypot(a.errors[i]!, b.errors[i]!));
	expect(outside(z)).toEqual([]);
});

test("no bias run, no refusal but that of no noise", () => {
	const problem = randomProblem({ points: 2, inputs: 2, layers: [dense(2, "erf")], noiseVariance: 0 });
	expect(mala.applies(problem)).toMatchInlineSnapshot(
		`"mala needs noiseVariance > 0; got 0: without noise no weights but those that fit the data exactly have a probability. Use a small noise, such as 1e-4 of the targets' variance."`,
	);
	expect(biasRun({ sampler: "mala", chains: 1, draws: 4, warmup: 0, seed: 1 }, [])).toBeUndefined();
});

test("a chain goes on from a snapshot taken while warming up with the same bits", () => {
	const problem = randomProblem({ points: 3, inputs: 3, testPoints: 2, layers: [dense(4, "relu", 2, 0.3)] });
	const settings = { sampler: "mala", chains: 1, draws: 10, warmup: 8, seed: 1 };
	const whole = runChain(problem, engine, settings, 0);
	let steps = 0;
	let snapshot: ChainSnapshot | undefined;
	runChain(problem, engine, settings, 0, {
		wantsSnapshot: () => ++steps === 5,
		onSnapshot: (taken) => {
			snapshot = structuredClone(taken);
		},
	});
	expect(snapshot!.step).toBe(5);
	expect(runChain(problem, engine, settings, 0, { resume: snapshot! })).toEqual(whole);
});

test("a log density that overflows is refused", () => {
	const problem = randomProblem({ points: 2, inputs: 2, layers: [dense(2, "erf")] });
	const huge = {
		...problem,
		noiseVariance: 1e-300,
		trainTargets: { ...problem.trainTargets, data: problem.trainTargets.data.map(() => 1e70) },
	};
	expect(() => sample(huge, "mala", 4)).toThrow(
		new InputError({
			where: "noiseVariance",
			wanted: "a noise and targets whose log density has a finite value in double precision",
			got: "1e-300",
			advice:
				"The log density overflows at weights drawn from the prior: raise noiseVariance, or rescale the data.",
		}).message,
	);
});
