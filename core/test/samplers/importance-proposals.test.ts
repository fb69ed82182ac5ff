/** The proposals of the importance sampler. */
import { matrix, seedStream } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { type ChainSnapshot, combineChains, type Problem, runChain } from "../../src/index.ts";
import { fitUnitMixture } from "../../src/samplers/fit-unit-mixture.ts";
import { createProposalSampler, type Proposal } from "../../src/samplers/importance-proposal.ts";
import { component, priorComponent, type UnitMixture } from "../../src/samplers/unit-mixture.ts";
import { whitenInputs } from "../../src/samplers/whitened-inputs.ts";
import { whitenNetwork } from "../../src/samplers/whitened-network.ts";
import { goldenTruths } from "./golden-truth.ts";
import { dense, engine, normalMatrix, randomProblem } from "./problems.ts";

function sample(problem: Problem, run: { draws: number; warmup: number; options?: object }) {
	const settings = { sampler: "importance", chains: 2, seed: 1, ...run, options: { ...run.options } };
	const chains = [0, 1].map((chain) => runChain(problem, engine, settings, chain));
	return { chains, answer: combineChains(problem, settings, chains) };
}

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
