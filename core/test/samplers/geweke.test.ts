/** Geweke's joint-distribution test of every registered sampler that claims to be exact. */
import { describe, expect, test } from "vitest";
import { type Problem, type Sampler, samplers } from "../../src/index.ts";
import { hmc } from "../../src/samplers/hmc.ts";
import type { SamplingSpace } from "../../src/samplers/sampling-space.ts";
import { choleskyFactor, logDeterminant } from "../helpers/small-cholesky.ts";
import { expectAgreement, zScore } from "../helpers/z-scores.ts";
import { claims, provedSamplers } from "./claims.ts";
import { independentConditional, successiveConditional } from "./joint-distribution.ts";
import { convolution, dense, randomProblem } from "./problems.ts";

const problems: Readonly<Record<string, Problem>> = {
	"erf and tanh, biases, three outputs": randomProblem({
		points: 3,
		inputs: 2,
		outputs: 3,
		layers: [dense(2, "erf", 2, 0.3), dense(2, "tanh", 2)],
		readout: { weightVariance: 2, biasVariance: 0.2 },
		noiseVariance: 0.2,
	}),
	"relu, more inputs than points": randomProblem({
		points: 3,
		inputs: 5,
		outputs: 2,
		layers: [dense(3, "relu", 2, 0.2)],
		readout: { weightVariance: 2, biasVariance: 0 },
	}),
	"tanh convolution under a dense layer": randomProblem({
		points: 3,
		inputs: 6,
		outputs: 3,
		layers: [convolution(2, 3, "tanh", 4, 0.2), dense(2, "erf", 3, 0.1)],
		readout: { weightVariance: 3, biasVariance: 0 },
	}),
	quadratic: randomProblem({
		points: 3,
		inputs: 2,
		outputs: 2,
		layers: [dense(3, "quadratic")],
		noiseVariance: 0.3,
	}),
	"two linear layers, mean-field": randomProblem({
		points: 4,
		inputs: 3,
		layers: [dense(2, "linear", 2, 0.3), dense(3, "linear")],
		readout: { weightVariance: 4, biasVariance: 0.2 },
		scaling: "mean-field",
	}),
	"three linear layers, bias below, readout bias": randomProblem({
		points: 4,
		inputs: 3,
		layers: [dense(2, "linear", 1.5, 0.3), dense(3, "linear"), dense(2, "linear")],
		readout: { weightVariance: 2, biasVariance: 0.4 },
		noiseVariance: 0.3,
	}),
	"linear convolution": randomProblem({
		points: 3,
		inputs: 4,
		outputs: 2,
		layers: [convolution(2, 2, "linear", 1.5)],
		readout: { weightVariance: 2, biasVariance: 0 },
	}),
};

/** Rounds of a chain; at this length a log determinant that is wrong by a tenth fails in hmc, as the last tests show. */
const ROUNDS = 6_000;

test("every registered sampler says what it claims", () => {
	const claimed = new Set(claims.map(({ id }) => id));
	expect([...claimed].sort()).toEqual(samplers.map(({ id }) => id).sort());
});

describe.each(Object.entries(problems))("%s", (_, problem) => {
	const proved = provedSamplers(problem);

	test.each(proved.filter(({ draws }) => draws === "chain"))(
		"$title: data given weights and weights given data keep the joint prior",
		({ sampler, options }) => {
			const { measurements, acceptance } = successiveConditional(problem, sampler, options, ROUNDS, 1);
			// 6 numbers a layer, 8 more: a chance excess over 4 in about one seed of 1000.
			expectAgreement(measurements);
			// Steps so small that nothing moves, or so large that nothing is accepted, would prove nothing.
			expect(acceptance).toBeGreaterThan(0.3);
		},
	);

	test.each(proved.filter(({ draws }) => draws === "independent"))(
		"$title: draws given data of networks from the prior keep the joint prior",
		({ sampler, options }) => {
			// New data cost a preparation, 20 to 40 ms here.
			expectAgreement(independentConditional(problem, sampler, options, 400, 1));
		},
	);
});

/** hmc for a posterior whose log determinant is a tenth too large. */
const wrong: Pick<Sampler, "prepare" | "options"> = {
	options: hmc.options as unknown as Sampler["options"],
	prepare: (space) =>
		hmc.prepare(withLogDeterminant(space, 1.1), hmc.options.parse({})) as unknown as ReturnType<
			Sampler["prepare"]
		>,
};

function withLogDeterminant(space: SamplingSpace, factor: number): SamplingSpace {
	const { potential, network, problem } = space;
	const { block, rows, columns } = potential.features;
	const excess = () => {
		const kernel = Array.from({ length: columns }, (_, i) =>
			Array.from({ length: columns }, (_, j) => {
				let sum = i === j ? problem.noiseVariance : 0;
				for (let m = 0; m < rows; m++)
					sum += network.readoutScale * block.data[m * columns + i]! * block.data[m * columns + j]!;
				return sum;
			}),
		);
		return ((factor - 1) * problem.trainTargets.columns * logDeterminant(choleskyFactor(kernel))) / 2;
	};
	return {
		...space,
		potential: {
			...potential,
			energy: () => potential.energy() + excess(),
			evaluate: () => potential.evaluate() + excess(),
		},
	};
}

// |z| is 7 to 8 in these two, whatever the seed, and 4.6 to 7.4 in the other four.
test.each(["relu, more inputs than points", "linear convolution"])(
	"a log determinant that is wrong by a tenth is found: %s",
	(name) => {
		const { measurements } = successiveConditional(problems[name]!, wrong, {}, ROUNDS, 1);
		expect(Math.max(...measurements.map((measurement) => Math.abs(zScore(measurement))))).toBeGreaterThan(4);
	},
);
