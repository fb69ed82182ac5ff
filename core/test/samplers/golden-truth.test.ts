/** hmc against every posterior of a network that the golden files hold: exact, or sampled by independent implementations. */
import { expect, test } from "vitest";
import { combineChains, runChain } from "../../src/index.ts";
import { hmc } from "../../src/samplers/hmc.ts";
import { expectAgreement } from "../helpers/z-scores.ts";
import { compareWithTruth, goldenTruths } from "./golden-truth.ts";
import { engine } from "./problems.ts";

/** Labels along the smallest eigenvector of the kernel: two separate modes, between which chains do not cross. */
const BIMODAL = ["rescaling-two-minima", "deep-linear-two-minima-5-5"];

const truths = goldenTruths().filter(
	({ name, problem }) => !BIMODAL.includes(name) && hmc.applies(problem) === true,
);

test("the golden files hold truths of every kind", () => {
	const kinds = truths.flatMap(({ problem: { network, trainTargets } }) => [
		network.scaling,
		`depth ${network.layers.length}`,
		`outputs ${trainTargets.columns}`,
		...network.layers.flatMap(({ type, activation, biasVariance }) => [
			`${type} ${activation}`,
			...(biasVariance > 0 ? ["bias"] : []),
		]),
	]);
	expect([...new Set(kinds)].sort()).toEqual([
		"bias",
		"convolution erf",
		"convolution linear",
		"dense erf",
		"dense linear",
		"dense quadratic",
		"dense relu",
		"dense tanh",
		"depth 1",
		"depth 2",
		"depth 3",
		"mean-field",
		"outputs 1",
		"outputs 2",
		"standard",
	]);
	expect(truths.length).toBeGreaterThan(45);
});

test.each(truths)("$name", (golden) => {
	const settings = { sampler: "hmc", chains: 4, draws: 400, warmup: 150, seed: 1 };
	const chains = [0, 1, 2, 3].map((chain) => runChain(golden.problem, engine, settings, chain));
	const answer = combineChains(golden.problem, settings, chains);
	const measurements = compareWithTruth(golden, answer, chains);
	// 4 standard errors are exceeded by chance once in 16,000 numbers. Files with kernels have hundreds, whose errors rest on
	// 8 to 16 batches a chain: 4.5 keeps the chance of an excess anywhere near one seed in a hundred.
	expectAgreement(measurements, measurements.length > 100 ? 4.5 : 4);
	expect(answer.diagnostics.divergences).toBe(0);
});
