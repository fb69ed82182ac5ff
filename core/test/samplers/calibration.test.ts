/** Are the reported Monte-Carlo standard errors the true scatter of repeated runs? */
import { readFileSync } from "node:fs";
import type { Matrix } from "@finitude/engine";
import { expect, test } from "vitest";
import { combineChains, type Problem, parseProblem, runChain, type SampledAnswer } from "../../src/index.ts";
import { engine } from "./problems.ts";

function sample(problem: Problem, draws: number, seed: number): SampledAnswer {
	const settings = { sampler: "hmc", chains: 4, draws, warmup: 150, seed };
	return combineChains(
		problem,
		settings,
		[0, 1, 2, 3].map((chain) => runChain(problem, engine, settings, chain)),
	);
}

/** Sum of squared z-scores of an estimate against a much longer run, both errors counted. */
function squaredZ(estimate: Matrix, error: Matrix, long: Matrix, longError: Matrix): number {
	return estimate.data.reduce(
		(sum, value, i) => sum + ((value - long.data[i]!) / Math.hypot(error.data[i]!, longError.data[i]!)) ** 2,
		0,
	);
}

test("z-scores of 20 short runs against a long one have a root mean square near 1", () => {
	const file = new URL("../../../fixtures/golden/rescaling-erf-mean-field-n10.json", import.meta.url);
	const problem = parseProblem(JSON.parse(readFileSync(file, "utf8")).problem);
	const long = sample(problem, 4000, 999);
	const runs = Array.from({ length: 20 }, (_, i) => sample(problem, 300, i + 1));
	for (const quantity of ["testMean", "testVariance", "trainMean", "trainVariance"] as const) {
		const error = `${quantity}StandardError` as const;
		const sum = runs.reduce(
			(total, run) => total + squaredZ(run[quantity]!, run[error]!, long[quantity]!, long[error]!),
			0,
		);
		const rms = Math.sqrt(sum / (runs.length * long[quantity]!.data.length));
		// At least 80 z-scores, correlated between the points of a run: 20 independent ones would scatter by 1/sqrt(40) = 0.16
		// around 1, and 0.5 is three times that.
		expect(rms, quantity).toBeGreaterThan(0.5);
		expect(rms, quantity).toBeLessThan(1.5);
	}
});
