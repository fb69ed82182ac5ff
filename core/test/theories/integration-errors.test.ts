/** Errors of averages over nodes: every theory that takes some gives them, by the numbers of its note, and they are true. */
import { createEngine, type Matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Answer, answerToJson, findTheory, type Problem, solveTheory } from "../../src/index.ts";
import { denseLayer, largestDifference, networkOf, normalMatrix, smallProblem } from "../helpers/problems.ts";

const engine = await createEngine({ engine: "wasm" });

function problemOf(inputs: number, ...layers: string[]): Problem {
	return smallProblem(networkOf(layers.map((activation) => denseLayer(activation))), {
		trainInputs: normalMatrix(6, inputs, 11),
		trainTargets: normalMatrix(6, 1, 12),
		testInputs: normalMatrix(3, inputs, 13),
	});
}

function solve(theory: string, problem: Problem, options: Record<string, unknown>): Answer {
	return solveTheory(findTheory(theory), problem, options, { engine, clock: () => 0 });
}

const noteOf = ({ validity }: Answer, name: string) => validity.find((note) => note.name === name)?.value;

const shallow = problemOf(4, "erf");
const deep = problemOf(2, "erf", "erf");

const SEEDED: readonly (readonly [string, string, Problem, Record<string, unknown>])[] = [
	["exact-mean-field", "integrationError", shallow, { samples: 16384 }],
	["multi-scale", "integrationError", shallow, { samples: 16384 }],
	["map-kernels", "integrationError", shallow, { order: "saddle", quadrature: "sobol", samples: 16384 }],
	["map-kernels", "integrationError", deep, { order: "saddle", samples: 16384 }],
];

describe.each(SEEDED)("%s by random points", (theory, note, problem, options) => {
	const [one, other] = [1, 2].map((seed) => solve(theory, problem, { ...options, seed })) as [Answer, Answer];

	it("gives the error of the means that its note tells", () => {
		expect(one.integrationErrors!.mean).toBe(noteOf(one, note));
		expect(one.integrationErrors!.mean).toBeGreaterThan(0);
	});

	it("has deviations that make up the errors, and that JSON leaves out", () => {
		const { deviations, ...errors } = one.integrationErrors!;
		const P = problem.trainInputs.rows;
		const sizes = { mean: P + 3, variance: P + 3, kernel: P * P };
		for (const quantity of ["mean", "variance", "kernel"] as const) {
			const sets = deviations![quantity]!;
			expect(sets.map(({ length }) => length)).toEqual(Array(5).fill(sizes[quantity]));
			const largest = Math.max(...Array.from(sets[0]!, (_, k) => Math.hypot(...sets.map((d) => d[k]!))));
			expect(largest).toBe(errors[quantity]);
		}
		expect((answerToJson(one) as { integrationErrors: object }).integrationErrors).toEqual(errors);
	});

	it("is as far from other points as the errors say", () => {
		const largest = (quantity: "mean" | "variance" | "kernel") =>
			Math.hypot(one.integrationErrors![quantity]!, other.integrationErrors![quantity]!);
		// The largest of nine or more entries in units of the largest of their standard errors, each known by four sets.
		expect(largestDifference(one.testMean!, other.testMean!) / largest("mean")).toBeLessThan(5);
		expect(largestDifference(one.trainVariance!, other.trainVariance!) / largest("variance")).toBeLessThan(5);
		expect(largestDifference(one.testVariance!, other.testVariance!) / largest("variance")).toBeLessThan(5);
		const [a, b] = [one, other].map(({ kernels }) => kernels.output as Matrix) as [Matrix, Matrix];
		expect(largestDifference(a, b) / largest("kernel")).toBeLessThan(5);
	});
});

describe("the first order in 1/N by random points", () => {
	it.each([
		["finite-width-correction", problemOf(5, "tanh"), {}, ["mean", "variance", "kernel"]],
		["finite-width-correction", problemOf(2, "tanh", "tanh"), {}, ["mean", "variance", "kernel"]],
		[
			"map-kernels",
			problemOf(4, "tanh"),
			{ order: "first", quadrature: "sobol" },
			["mean", "variance", "kernel"],
		],
		[
			"map-kernels",
			problemOf(4, "tanh"),
			{ order: "complete-first", quadrature: "sobol" },
			["mean", "kernel"],
		],
	] as const)("of %s has errors of what it gives", (theory, problem, options, quantities) => {
		const answer = solve(theory, problem, { ...options, samples: 65536 });
		const { deviations, ...errors } = answer.integrationErrors!;
		expect(Object.keys(errors).sort()).toEqual([...quantities].sort());
		for (const name of quantities) {
			const sets = deviations![name]!;
			const largest = Math.max(...Array.from(sets[0]!, (_, k) => Math.hypot(...sets.map((d) => d[k]!))));
			expect(largest, name).toBeCloseTo(errors[name]!, 12);
		}
		for (const name of quantities) expect(answer.integrationErrors![name], name).toBeGreaterThan(0);
		// The note tells them to two digits.
		const text = answer.validity.find(({ name }) => name === "averagingError")!.message;
		expect(text).toContain(answer.integrationErrors!.mean!.toExponential(1));
	});
});

describe("self-consistent", () => {
	const tree = solve("self-consistent", shallow, { variant: "tree" });
	const saddle = solve("self-consistent", shallow, { variant: "kernel-saddle" });

	it("gives what the last refinement changed of what it gives", () => {
		for (const answer of [tree, saddle]) {
			expect(answer.integrationErrors!.mean).toBe(noteOf(answer, "quadratureError"));
		}
		expect(Object.keys(tree.integrationErrors!)).toEqual([
			"mean",
			"variance",
			"kernel",
			"logEvidence",
			"deviations",
		]);
		expect(Object.keys(saddle.integrationErrors!)).toEqual(["mean", "kernel", "deviations"]);
	});

	it("is the tree of multi-scale, errors and all, which has no log evidence", () => {
		const { logEvidence, ...rest } = tree.integrationErrors!;
		expect(logEvidence).toBeGreaterThan(0);
		expect(solve("multi-scale", shallow, { variant: "tree" }).integrationErrors).toEqual(rest);
	});
});

describe("grids and closed forms", () => {
	it("grids change by little", () => {
		for (const theory of ["exact-mean-field", "multi-scale", "self-consistent"]) {
			const { integrationErrors: errors } = solve(theory, problemOf(1, "erf"), {});
			for (const name of ["mean", "variance", "kernel"] as const) {
				expect(errors![name], `${theory}, ${name}`).toBeLessThan(1e-8);
			}
		}
	});

	it("rules that are exact have no error, theories without nodes no field", () => {
		expect(solve("exact-mean-field", problemOf(1, "linear"), {}).integrationErrors).toEqual({
			mean: 0,
			variance: 0,
			kernel: 0,
			logEvidence: 0,
		});
		expect(solve("nngp", shallow, {})).not.toHaveProperty("integrationErrors");
		expect(solve("finite-width-correction", shallow, {})).not.toHaveProperty("integrationErrors");
	});
});
