import { createEngine } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { answerToJson, findTheory, solveTheory, theories } from "../../src/index.ts";
import { expectGolden, goldenFiles } from "../helpers/golden.ts";

const known = new Set(theories.map(({ id }) => id));

const cases = goldenFiles().flatMap(({ name, problem, cases }) =>
	cases
		.filter(({ theory, options }) => known.has(theory) && !("quantity" in options))
		.map((golden) => ({
			name,
			theory: golden.theory,
			options: JSON.stringify(golden.options),
			golden,
			problem,
		})),
);
/** On the reference engine they take from ten seconds to minutes and say no more than the others do. */
const SLOW_ON_REFERENCE =
	/^exact-mean-field-|^multi-scale-erf-(cubic|sign)-|^eos-notebook-n128$|^eos-fcn2-tanh-|^scgp-erf-mean-field-/;

/** The averages of these are over some 1e5 random points. */
function isSampled({ name, theory, options }: (typeof cases)[number]): boolean {
	const random = /^multi-scale-erf-(cubic|sign)-|^map-kernels-erf-depth2-cubic-/.test(name);
	return random && (theory === "multi-scale" || options.includes('"saddle"'));
}

// On the WebAssembly engine all of them run through the command line, cli/test/golden.test.ts.
describe("golden numbers of an independent implementation, reference engine", async () => {
	const engine = await createEngine({ engine: "reference" });

	it.each(cases.filter((one) => !SLOW_ON_REFERENCE.test(one.name) && !isSampled(one)))(
		"$name, $theory $options",
		({ golden, problem }) => {
			const theory = findTheory(golden.theory);
			const answer = solveTheory(theory, problem, golden.options, {
				engine,
				covariance: "testCovariance" in golden.expected,
				clock: () => 0,
			});
			expectGolden(answerToJson(answer) as Record<string, unknown>, golden);
			expect(answer.convergence.converged).toBe(true);
		},
	);
});
