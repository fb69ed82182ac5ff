/** What the page of the theory says about its accuracy, against the sampled networks of the golden files. */
import { createEngine } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { answerToJson, findTheory, parseProblem, solveTheory } from "../../../src/index.ts";
import { readGolden } from "./golden-units.ts";

const engine = await createEngine();

interface JsonAnswer {
	readonly testMean: number[][];
	readonly testVariance: number[][];
	readonly kernels: { readonly preactivation: readonly number[][][] };
	readonly validity: readonly { readonly name: string; readonly message: string }[];
}

const flat = (value: unknown): number[] => (Array.isArray(value) ? value.flatMap(flat) : [value as number]);

/** Relative Frobenius distance. */
function distance(got: unknown, truth: unknown): number {
	const [a, b] = [flat(got), flat(truth)];
	return Math.hypot(...a.map((x, i) => x - b[i]!)) / Math.hypot(...b);
}

function answers(name: string, options: object = {}) {
	const { problem, truth } = readGolden(name);
	const solve = (id: string, own: object) =>
		answerToJson(
			solveTheory(findTheory(id), parseProblem(problem), own, { engine, clock: () => 0 }),
		) as unknown as JsonAnswer;
	return { truth, adapted: solve("equations-of-state", options), infinite: solve("nngp", {}) };
}

describe("relu", () => {
	it.each(["eos-fcn2-relu-mf-n20", "eos-fcn2-relu-std-n20"])(
		"a worse predictor, a better kernel, and the caution that says so: %s",
		(name) => {
			const { truth, adapted, infinite } = answers(name);
			expect(distance(adapted.testMean, truth.testMean)).toBeGreaterThan(
				distance(infinite.testMean, truth.testMean),
			);
			expect(distance(adapted.kernels.preactivation[0], truth.kernels.preactivation[0])).toBeLessThan(
				distance(infinite.kernels.preactivation[0], truth.kernels.preactivation[0]),
			);
			expect(adapted.validity.find(({ name }) => name === "relu")!.message).toBe(
				"relu: the true distribution of a unit's weights is not even, which no centered Gaussian follows: the predictor is usually worse than that of nngp, although the kernels are better",
			);
		},
	);
});

describe("linear, mean-field: errors fall as 1/N", () => {
	const at = (width: number) =>
		answers(`eos-fcn2-linear-mf-n${width}`, { variance: "with-kernel-fluctuations" });
	const [few, many] = [at(5), at(100)];

	// A factor of 20 in the width; the truths are known to a tenth of these errors or better.
	it.each(["testMean", "testVariance"] as const)("%s", (quantity) => {
		const ratio =
			distance(few.adapted[quantity], few.truth[quantity]) /
			distance(many.adapted[quantity], many.truth[quantity]);
		expect(ratio).toBeGreaterThan(10);
		expect(ratio).toBeLessThan(40);
	});
});

describe("kernel fluctuations of the variance", () => {
	const errors = (name: string) =>
		["conditional", "with-kernel-fluctuations"].map((variance) => {
			const { truth, adapted } = answers(name, { variance });
			return distance(adapted.testVariance, truth.testVariance);
		});

	it.each(["eos-fcn2-linear-mf-n100", "eos-fcn2-erf-mf-n20", "eos-fcn3-erf-mf-n30", "eos-cnn2-erf-mf-c20"])(
		"help in the mean-field scaling: %s",
		(name) => {
			const [conditional, full] = errors(name);
			expect(full).toBeLessThan(0.7 * conditional!);
		},
	);

	it.each(["eos-fcn2-erf-std-n20", "eos-fcn3-erf-std-n30", "eos-fcn2-relu-std-n20"])(
		"do harm in the standard scaling: %s",
		(name) => {
			const [conditional, full] = errors(name);
			expect(full).toBeGreaterThan(conditional!);
		},
	);
});
