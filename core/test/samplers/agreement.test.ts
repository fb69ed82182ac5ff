/**
 * Every registered sampler that claims to be exact, on one posterior of each kind: against weighted draws of the prior, and
 * pair by pair. Samplers that are registered later join by themselves.
 */
import { describe, expect, test } from "vitest";
import { combineChains, type Problem, runChain, type SampledAnswer } from "../../src/index.ts";
import {
	expectAgreement,
	type Measurement,
	measureMatrix,
	sampledOutputKernel,
	sampledPoints,
} from "../helpers/z-scores.ts";
import { type ProvedSampler, provedSamplers } from "./claims.ts";
import { weightPriorDraws } from "./prior-weighting.ts";
import { convolution, dense, engine, randomProblem } from "./problems.ts";

/** Noise and sizes at which draws of the prior still have usable weights. */
const problems: Readonly<Record<string, Problem>> = {
	"erf with biases": randomProblem({
		points: 4,
		inputs: 5,
		testPoints: 3,
		layers: [dense(4, "erf", 2, 0.3)],
		readout: { weightVariance: 2, biasVariance: 0.2 },
		noiseVariance: 0.2,
	}),
	"two relu layers": randomProblem({
		points: 4,
		inputs: 3,
		testPoints: 3,
		layers: [dense(5, "relu", 2), dense(4, "relu", 2, 0.1)],
		noiseVariance: 0.2,
	}),
	"linear convolution": randomProblem({
		points: 4,
		inputs: 6,
		testPoints: 3,
		layers: [convolution(3, 2, "linear", 1.5)],
		readout: { weightVariance: 2, biasVariance: 0 },
		noiseVariance: 0.3,
	}),
	"two linear layers, two outputs": randomProblem({
		points: 3,
		inputs: 4,
		testPoints: 3,
		outputs: 2,
		layers: [dense(4, "linear"), dense(3, "linear", 1.5)],
		noiseVariance: 0.3,
	}),
	"mean-field erf": randomProblem({
		points: 3,
		inputs: 3,
		testPoints: 3,
		layers: [dense(5, "erf", 2)],
		readout: { weightVariance: 4, biasVariance: 0 },
		scaling: "mean-field",
		noiseVariance: 0.3,
	}),
};

function sample(problem: Problem, { sampler, options, effort }: ProvedSampler): SampledAnswer {
	const settings = { sampler: sampler.id, options, chains: 4, draws: 500 * effort, warmup: 200, seed: 1 };
	const chains = [0, 1, 2, 3].map((chain) => runChain(problem, engine, settings, chain));
	return combineChains(problem, settings, chains);
}

/** The same quantities of two answers, both errors counted. */
function measurePair(a: SampledAnswer, b: SampledAnswer): Measurement[] {
	const quantities = (answer: SampledAnswer) => ({
		testMean: sampledPoints(answer, "testMean"),
		testVariance: sampledPoints(answer, "testVariance"),
		trainMean: sampledPoints(answer, "trainMean"),
		trainVariance: sampledPoints(answer, "trainVariance"),
		kernel: sampledOutputKernel(answer),
	});
	const other = quantities(b);
	return Object.entries(quantities(a)).flatMap(([name, sampled]) => {
		const { estimate, error } = other[name as keyof typeof other];
		return measureMatrix(name, sampled, estimate.data, {
			truthError: error.data,
			symmetric: name === "kernel",
		});
	});
}

describe.each(Object.entries(problems))("%s", (_, problem) => {
	const samplers = provedSamplers(problem);
	const answers = new Map<string, SampledAnswer>();
	const answerOf = (proved: ProvedSampler) => {
		const answer = answers.get(proved.title) ?? sample(problem, proved);
		answers.set(proved.title, answer);
		return answer;
	};
	const pairs = samplers.flatMap((a, i) =>
		samplers.slice(i + 1).map((b) => ({ title: `${a.title} and ${b.title}`, a, b })),
	);

	test("weighted draws of the prior agree with every sampler", () => {
		const prior = weightPriorDraws(problem, 20_000, 1);
		// Self-normalized weights are biased by one part in so many; a bias that could not be seen beside the errors.
		expect(prior.effectiveDraws).toBeGreaterThan(2000);
		const measurements = samplers.flatMap((proved) => {
			const answer = answerOf(proved);
			const compare = (
				name: string,
				sampled: ReturnType<typeof sampledPoints>,
				{ values, errors }: typeof prior.testMean,
			) =>
				measureMatrix(`${proved.title} ${name}`, sampled, values, {
					truthError: errors,
					symmetric: name === "kernel",
				});
			return [
				...compare("testMean", sampledPoints(answer, "testMean"), prior.testMean),
				...compare("testVariance", sampledPoints(answer, "testVariance"), prior.testVariance),
				...compare("kernel", sampledOutputKernel(answer), prior.kernel),
			];
		});
		// 12 to 18 numbers a sampler.
		expectAgreement(measurements);
		expect(measurements.length).toBeGreaterThanOrEqual(12 * samplers.length);
		expect(samplers.map(({ sampler }) => sampler.id)).toContain("hmc");
	});

	test.each(pairs)("$title agree", ({ a, b }) => {
		// 18 to 30 numbers a pair.
		expectAgreement(measurePair(answerOf(a), answerOf(b)));
	});
});
