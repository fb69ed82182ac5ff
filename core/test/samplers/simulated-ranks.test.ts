/** Simulation-based calibration of hmc with its default options: erf, relu and tanh networks, one and two hidden layers. */
import { expect, test } from "vitest";
import { findSampler, type Problem } from "../../src/index.ts";
import { dense, randomProblem } from "./problems.ts";
import {
	chiSquared,
	RANKED_QUANTITIES,
	type Ranks,
	type Simulation,
	simulatedRanks,
} from "./simulated-ranks.ts";

/** Biases or none, both scalings, one and two outputs, fewer and more points than units, test points in and out of the row space. */
const problems: Readonly<Record<string, Problem>> = {
	"erf, one layer": randomProblem({
		points: 4,
		inputs: 6,
		testPoints: 1,
		layers: [dense(4, "erf", 2, 0.3)],
		readout: { weightVariance: 2, biasVariance: 0.2 },
	}),
	"relu, one layer": randomProblem({
		points: 5,
		inputs: 3,
		testPoints: 1,
		layers: [dense(5, "relu", 2)],
		readout: { weightVariance: 2, biasVariance: 0 },
	}),
	"tanh, one layer, mean-field": randomProblem({
		points: 4,
		inputs: 3,
		testPoints: 1,
		layers: [dense(3, "tanh", 2)],
		readout: { weightVariance: 4, biasVariance: 0 },
		scaling: "mean-field",
	}),
	"erf, two layers": randomProblem({
		points: 4,
		inputs: 3,
		testPoints: 1,
		layers: [dense(3, "erf", 2, 0.2), dense(4, "erf", 2, 0.1)],
		readout: { weightVariance: 2, biasVariance: 0 },
	}),
	"relu, two layers, two outputs": randomProblem({
		points: 4,
		inputs: 5,
		testPoints: 1,
		outputs: 2,
		layers: [dense(4, "relu", 2), dense(3, "relu", 2)],
	}),
	"tanh, two layers": randomProblem({
		points: 4,
		inputs: 6,
		testPoints: 1,
		layers: [dense(3, "tanh", 2), dense(3, "tanh", 2)],
		readout: { weightVariance: 2, biasVariance: 0.1 },
	}),
};
const names = Object.keys(problems);

/** One draw of these chains is worth 0.34 to 1.2 independent ones, so that three steps apart they correlate by a few percent. */
const simulation: Simulation = { replications: 200, warmup: 100, thinning: 3, seed: 1 };

const known = new Map<string, Ranks>();
function ranksOf(name: string): Ranks {
	const ranks = known.get(name) ?? simulatedRanks(problems[name]!, findSampler("hmc"), simulation);
	known.set(name, ranks);
	return ranks;
}

/** The 1 - 0.01/35 quantile of chi squared with 7 degrees of freedom: 35 histograms of 8 bins are uniform at the 1 % level. */
const CRITICAL_ONE = 27.3;

/** The 1 - 0.01/5 quantile with 15 degrees of freedom: 5 histograms of 16 bins. */
const CRITICAL_POOLED = 35.6;

function expectUniform(ranks: Ranks, bins: number, critical: number): void {
	const statistics = RANKED_QUANTITIES.map((quantity) => ({
		quantity,
		statistic: chiSquared(ranks[quantity], bins),
	}));
	expect(statistics.filter(({ statistic }) => !(statistic < critical))).toEqual([]);
}

test.each(names)("ranks are uniform: %s", (name) => {
	expectUniform(ranksOf(name), 8, CRITICAL_ONE);
	expect(ranksOf(name)["log likelihood of f"].length).toBe(200);
});

test("ranks are uniform over all networks together", { timeout: 300_000 }, () => {
	const pooled = Object.fromEntries(
		RANKED_QUANTITIES.map((quantity) => [quantity, names.flatMap((name) => ranksOf(name)[quantity])]),
	) as unknown as Ranks;
	expectUniform(pooled, 16, CRITICAL_POOLED);
});

test("ranks are uniform with replicas at growing noise", () => {
	const problem = problems["tanh, one layer, mean-field"]!;
	expectUniform(
		simulatedRanks(problem, findSampler("hmc"), { ...simulation, options: { temper: 3 } }),
		8,
		CRITICAL_ONE,
	);
});

test("a sampler that takes the noise variance for 30 % smaller than it is is found", () => {
	const problem = problems["erf, one layer"]!;
	const data = { ...simulation, noiseVariance: problem.noiseVariance / 0.7 };
	const ranks = simulatedRanks(problem, findSampler("hmc"), data);
	expect(chiSquared(ranks["log likelihood of f"], 8)).toBeGreaterThan(CRITICAL_ONE);
});
