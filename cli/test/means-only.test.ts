/** What the commands print and write of theories that give no variance, or nothing at all. */
import {
	answerToJson,
	comparedPoints,
	findTheory,
	type Problem,
	type ReportedAnswer,
	resolveExperiment,
	solveTheory,
	theoryRow,
} from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { meansOnly, unsolved } from "../../core/test/helpers/means-only.ts";
import type { ComparisonRun } from "../src/comparison/run-comparison.ts";
import { comparisonFigure } from "../src/render/comparison-figure.ts";
import { renderPrediction } from "../src/render/prediction.ts";
import { comparisonCsv, comparisonTable } from "../src/results/comparison-table.ts";
import { threePoints } from "./three-points.ts";

const engine = await createEngine({ engine: "reference" });
const experiment = resolveExperiment(
	{ problem: { ...threePoints, testTargets: [0.4] }, sampling: false },
	{ engine, readBytes: () => new Uint8Array(), mnist: () => ({}) as never },
);
const problem: Problem = experiment.problem;
const whole = solveTheory(findTheory("nngp"), problem, {}, { engine, clock: () => 0 });
const part = { ...meansOnly(whole), theory: "mean-only" };
const nothing = { ...unsolved(whole), theory: "stuck" };

function runOf(answers: readonly ReportedAnswer[]): ComparisonRun {
	return {
		outcomes: answers.map((answer) => ({ theory: answer.theory, answer })),
		rows: answers.map((answer) => theoryRow(problem, answer)),
		engine,
		learned: "not asked for",
		interrupted: false,
		converged: answers.every(({ convergence }) => convergence.converged),
	};
}

describe("finitude predict", () => {
	it("prints the means, and the reason once", () => {
		const [title, head, , row, ...facts] = renderPrediction(part, problem).split("\n");
		expect(title).toBe("mean-only");
		expect(head).toMatch(/^test point +target +mean$/);
		expect(row).toMatch(/^ +0 +0\.4 +-?[\d.]+$/);
		expect(facts).toContain("no trainVariance, testVariance: this theory gives the posterior mean only");
	});

	it("prints no table where there is no mean", () => {
		const lines = renderPrediction(nothing, problem).split("\n");
		expect(lines.slice(0, 2)).toEqual(["stuck", expect.stringMatching(/^log evidence: /)]);
		expect(lines).toContain("no trainMean, testMean: the equations were not solved");
		expect(lines.at(-1)).toBe("NOT CONVERGED after 60 iterations, residual 0.2. Use another variant.");
	});

	it("writes JSON without the keys", () => {
		expect(Object.keys(answerToJson(part))).toEqual(
			Object.keys(answerToJson(whole)).filter((key) => !key.endsWith("Variance")),
		);
	});
});

describe("finitude compare", () => {
	const run = runOf([whole, part, nothing]);

	it("leaves cells of the table and of the CSV empty", () => {
		const rows = comparisonTable(run)
			.split("\n")
			.slice(2)
			.map((line) => line.split(/ {2,}/));
		expect(
			rows.map((cells) => cells.slice(0, 3).map((cell, i) => (i > 0 && cell !== "-" ? "number" : cell))),
		).toEqual([
			["nngp", "number", "number"],
			["mean-only", "number", "-"],
			["stuck (not converged)", "-", "-"],
		]);
		const [header, ...lines] = comparisonCsv(run)
			.trim()
			.split("\r\n")
			.map((line) => line.split(","));
		const filled = (cells: string[]) => header!.filter((_, j) => cells[j] !== "").slice(0, -1);
		expect(lines.map(filled)).toEqual([
			["theory", "status", "testError", "generalizationError", "logEvidence"],
			["theory", "status", "testError", "logEvidence"],
			["theory", "status", "logEvidence"],
		]);
		expect(lines.map(([, status]) => status)).toEqual(["answered", "answered", "not converged"]);
	});

	it("draws the means there are and names the theory without one", () => {
		const svg = comparisonFigure(run, experiment)!;
		expect(svg).toContain(">stuck (not converged): no mean</text>");
		expect(svg).toContain(">mean-only</text>");
		expect(svg).not.toMatch(/NaN|undefined/);
		expect(comparedPoints(problem)).toBe("test");
		expect(comparisonFigure(runOf([nothing]), experiment)).toBeUndefined();
	});
});
