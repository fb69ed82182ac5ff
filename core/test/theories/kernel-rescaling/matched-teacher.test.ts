import { createEngine } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findTheory, type Problem, solveTheory, teacherData, teacherSchema } from "../../../src/index.ts";
import { denseLayer, networkOf } from "../../helpers/problems.ts";

const engine = await createEngine();

/** Targets from a random erf network of the student's own prior, with the student's noise on top. */
function matchedProblem(seed: number, width: number, weightVariance = 1): Problem {
	const teacher = teacherSchema.parse({ type: "network", dimension: 30, width, activation: "erf" });
	const noiseVariance = 0.1;
	const data = teacherData(teacher, {
		trainCount: 40,
		testCount: 1,
		targetNoiseVariance: noiseVariance,
		seed,
		engine,
	});
	const network = networkOf([denseLayer("erf", { width, weightVariance: 1 })], {
		readout: { weightVariance, biasVariance: 0 },
	});
	return { name: "matched", network, noiseVariance, ...data };
}

function meanScale(width: number, weightVariance?: number) {
	const scales = Array.from({ length: 60 }, (_, seed) => {
		const answer = solveTheory(
			findTheory("kernel-rescaling"),
			matchedProblem(seed + 1, width, weightVariance),
			{},
			{ engine, clock: () => 0 },
		);
		expect(answer.convergence.converged).toBe(true);
		return (answer.orderParameters.Q as number[])[0]!;
	});
	const mean = scales.reduce((a, b) => a + b, 0) / scales.length;
	const variance = scales.reduce((sum, Q) => sum + (Q - mean) ** 2, 0) / (scales.length - 1);
	return { mean, standardError: Math.sqrt(variance / scales.length) };
}

describe("a teacher drawn from the prior of the student", () => {
	// E dS/dlog Q = 0 at Q = 1 exactly; Q itself departs at second order, by about Var Q = 2/N times a number below 1.
	it.each([50, 400])("leaves the kernel where it is, N = %i: Q = 1 within its error over seeds", (width) => {
		const { mean, standardError } = meanScale(width);
		expect(standardError).toBeLessThan(0.03);
		expect(Math.abs(mean - 1)).toBeLessThan(3 * standardError + 1 / width);
	});

	it("shows a readout prior that is too narrow: Q makes up for the factor", () => {
		const { mean, standardError } = meanScale(50, 0.5);
		expect((mean - 1) / standardError).toBeGreaterThan(10);
	});
});
