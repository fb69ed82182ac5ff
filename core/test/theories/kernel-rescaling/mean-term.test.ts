import { describe, expect, it } from "vitest";
import { positiveCubicRoots } from "../../../src/theories/kernel-rescaling/cubic.ts";
import { meanTermAction, rescaleWithMean } from "../../../src/theories/kernel-rescaling/mean-term.ts";
import { diagonalizeModes } from "../../../src/theories/kernel-rescaling/modes.ts";
import { rescaleByScan } from "../../../src/theories/kernel-rescaling/scalar-action.ts";
import {
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { engine, erfProblem, kernel, note, solve, y } from "./erf-problem.ts";

describe("the mean term", () => {
	const modes = diagonalizeModes(engine, kernel, 0.1, 0);
	const targets = modes.project(y);
	const mean = modes.project(normalMatrix(6, 1, 31).data.map((x) => 0.3 * x));

	it("with m = 0 is the scalar theory: the exponent smaller by N, the rest equal", () => {
		const scalar = rescaleByScan(modes, targets, [5]).chosen;
		const withMean = rescaleWithMean({ modes, targets, mean: new Float64Array(6), width: 5 }).chosen;
		expect(withMean.scale).toBeCloseTo(scalar.scale, 11);
		expect(withMean.action).toBeCloseTo(scalar.action - 5, 11);
		// log(-det H) = log S'': the integral over the auxiliary variable is exact.
		expect(withMean.logCurvature).toBeCloseTo(scalar.logCurvature!, 11);
	});

	it("included for an odd activation changes nothing but the action", () => {
		const [ignored, included] = ["ignore", "include"].map((meanTerm) => solve(erfProblem, { meanTerm }));
		expect(largestDifference(included!.testMean!, ignored!.testMean!)).toBeLessThan(1e-11);
		expect(included!.logEvidence).toBeCloseTo(ignored!.logEvidence!, 10);
	});

	it("has the gradient and the Hessian of its action", () => {
		const problem = { modes, targets, mean, width: 5 };
		const [p, q, step] = [-0.3, 1.4, 1e-4];
		const at = (x: number, z: number) => meanTermAction(problem, z, 1 / (1 + x));
		const { gradient, hessian } = at(p, q);
		const difference = (f: (e: number) => number) => (f(step) - f(-step)) / (2 * step);
		// Truncation step^2 times a third derivative of up to 10.
		expect(gradient[0]).toBeCloseTo(
			difference((e) => at(p + e, q).action),
			6,
		);
		expect(gradient[1]).toBeCloseTo(
			difference((e) => at(p, q + e).action),
			6,
		);
		expect(hessian[0]).toBeCloseTo(
			difference((e) => at(p + e, q).gradient[0]),
			6,
		);
		expect(hessian[1]).toBeCloseTo(
			difference((e) => at(p + e, q).gradient[1]),
			6,
		);
		expect(hessian[1]).toBeCloseTo(
			difference((e) => at(p, q + e).gradient[0]),
			6,
		);
		expect(hessian[2]).toBeCloseTo(
			difference((e) => at(p, q + e).gradient[1]),
			6,
		);
	});

	it.each([
		["relu", 0],
		["sigmoid", 0.1],
	])(
		"of %s at width 1 finds no root where the equations run flat, and says so",
		(activation, noiseVariance) => {
			const { convergence, orderParameters } = solve(
				smallProblem(networkOf([denseLayer(activation, { width: 1 })]), { noiseVariance }),
			);
			expect(convergence.converged).toBe(false);
			expect(convergence.residual).toBeGreaterThan(1);
			expect((orderParameters.meanTermScale as number[])[0]).toBeLessThan(Math.exp(20));
		},
	);

	it("is decided by the activation, and says how much of the targets it concerns", () => {
		const relu = smallProblem(networkOf([denseLayer("relu")]));
		expect(note(relu, "meanTerm")!.value).toBe("included");
		expect(note(relu, "meanTerm", { meanTerm: "ignore" })!.value).toBe("ignored");
		expect(note(erfProblem, "meanTerm")!.value).toBe("none");
		expect(note(erfProblem, "meanOverlap")).toBe(undefined);
		const overlap = note(relu, "meanOverlap")!.value as number;
		expect(overlap).toBeGreaterThan(0);
		expect(overlap).toBeLessThan(1);
		expect(solve(relu).orderParameters.meanTermScale).toHaveLength(1);
	});

	it("finds all positive roots of a cubic", () => {
		const roots = positiveCubicRoots(1, -6, 11, -6);
		for (const [i, root] of roots.entries()) expect(root).toBeCloseTo(i + 1, 13);
		expect(roots.length).toBe(3);
		expect(positiveCubicRoots(0, 0, 2, -3)[0]).toBeCloseTo(1.5, 13);
		expect(positiveCubicRoots(1, 1, 1, -3)).toHaveLength(1);
		expect(positiveCubicRoots(0, -1, 1, -1)).toEqual([]);
		expect(positiveCubicRoots(0, -1, 3, -2).map((root) => Math.round(root * 1e12) / 1e12)).toEqual([1, 2]);
	});
});
