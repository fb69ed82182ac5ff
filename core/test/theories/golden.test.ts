import { createEngine } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { answerToJson, findTheory, solveTheory, theories } from "../../src/index.ts";
import { expectGolden, goldenFiles } from "../helpers/golden.ts";

const known = new Set(theories.map(({ id }) => id));

const cases = goldenFiles().flatMap(({ name, problem, cases }) =>
	cases
		.filter(({ theory }) => known.has(theory))
		.map((golden) => ({
			name,
			theory: golden.theory,
			options: JSON.stringify(golden.options),
			golden,
			problem,
		})),
);
/** On the reference engine its many nodes take minutes and say no more than the others do: the arithmetic is tested by them. */
const SLOW_ON_REFERENCE = /^exact-mean-field-/;

describe.each(["reference", "wasm"] as const)(
	"golden numbers of an independent implementation, %s engine",
	async (engineId) => {
		const engine = await createEngine({ engine: engineId });

		const here = cases.filter(({ name }) => engineId === "wasm" || !SLOW_ON_REFERENCE.test(name));

		it.each(here)("$name, $theory $options", ({ golden, problem }) => {
			const theory = findTheory(golden.theory);
			const answer = solveTheory(theory, problem, golden.options, {
				engine,
				covariance: "testCovariance" in golden.expected,
				clock: () => 0,
			});
			expectGolden(answerToJson(answer) as Record<string, unknown>, golden);
			expect(answer.convergence.converged).toBe(true);
		});
	},
);
