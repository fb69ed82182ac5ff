import { createEngine } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { answerToJson, findTheory, solveTheory, theories } from "../../src/index.ts";
import { expectGolden, goldenFiles } from "../helpers/golden.ts";

const known = new Set(theories.map(({ id }) => id));

/** Cases that a registered theory refuses today; a theory that learns them takes its line out. */
const REFUSED = [
	"mixture-two-outputs-erf-n20 scale-mixture",
	"rescaling-convolution-erf-c5-local kernel-rescaling",
	"rescaling-convolution-linear-c20 kernel-rescaling",
	"rescaling-two-outputs-erf-n20 kernel-rescaling",
	"rescaling-two-outputs-linear-n5 deep-linear",
	"rescaling-two-outputs-linear-n5 kernel-rescaling",
];

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

const isRefused = (c: { name: string; theory: string }) => REFUSED.includes(`${c.name} ${c.theory}`);

describe.each(["reference", "wasm"] as const)(
	"golden numbers of an independent implementation, %s engine",
	async (engineId) => {
		const engine = await createEngine({ engine: engineId });

		const here = cases.filter(({ name }) => engineId === "wasm" || !SLOW_ON_REFERENCE.test(name));

		it.each(here.filter((c) => !isRefused(c)))("$name, $theory $options", ({ golden, problem }) => {
			const theory = findTheory(golden.theory);
			const answer = solveTheory(theory, problem, golden.options, {
				engine,
				covariance: "testCovariance" in golden.expected,
				clock: () => 0,
			});
			expectGolden(answerToJson(answer) as Record<string, unknown>, golden);
			expect(answer.convergence.converged).toBe(true);
		});

		it.each(cases.filter(isRefused))("$name, $theory $options is refused", ({ golden, problem }) => {
			const { id, applies } = findTheory(golden.theory);
			// The theory's own sentence.
			expect(applies(problem)).toMatch(new RegExp(`^${id}[ :].*\\.$`));
		});
	},
);
