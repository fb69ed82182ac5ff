/** The contracted correction by random points against exact rules and moments. */
import { createEngine } from "@finitude/engine";
import { afterAll, describe, expect, it } from "vitest";
import { registerActivation, unregisterActivation } from "../../../src/activations/registry.ts";
import { priorKernels } from "../../../src/kernels/prior-kernels.ts";
import { contractedCorrection } from "../../../src/theories/finite-width-correction/contracted.ts";
import { firstOrder } from "../../../src/theories/finite-width-correction/first-order.ts";
import {
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";

const engine = await createEngine();

describe("sampled points", () => {
	// The same function as linear, for which there is an exact rule, without the word that says so.
	registerActivation({ name: "anonymous-linear", odd: true, value: (h) => h, derivative: () => 1 });
	afterAll(() => unregisterActivation("anonymous-linear"));

	it("agree with the exact rule within the standard errors that they report", () => {
		const at = (activation: string) =>
			smallProblem(networkOf([denseLayer(activation)]), {
				trainInputs: normalMatrix(8, 5, 1),
				trainTargets: normalMatrix(8, 1, 2),
				testInputs: normalMatrix(4, 5, 3),
			});
		const problem = at("linear");
		const prior = priorKernels(engine, problem);
		const exact = contractedCorrection(engine, problem, prior);
		expect([exact.quadrature.rule, exact.quadrature.points]).toEqual(["degree-five", 51]);
		const sampled = contractedCorrection(engine, at("anonymous-linear"), prior, { seed: 4 });
		expect(sampled.quadrature.rule).toBe("sobol");
		const { errors, converged } = sampled.quadrature;
		expect(converged).toBe(true);
		expect(errors.mean).toBeGreaterThan(0);
		// The error of the worst entry, in standard errors of the worst entry: Student's t of 7 degrees of freedom.
		expect(largestDifference(sampled.mean, exact.mean) / errors.mean).toBeLessThan(5);
		expect(
			largestDifference(sampled.outputCovariance, exact.outputCovariance) / errors.outputCovariance,
		).toBeLessThan(5);
		expect(largestDifference(sampled.kernelShift, exact.kernelShift) / errors.kernelShift).toBeLessThan(5);
		expect(Math.abs(sampled.logEvidence - exact.logEvidence) / errors.logEvidence).toBeLessThan(5);
		const again = contractedCorrection(engine, at("anonymous-linear"), prior, { seed: 4 });
		expect(again.mean).toEqual(sampled.mean);
		expect(contractedCorrection(engine, at("anonymous-linear"), prior, { seed: 5 }).mean).not.toEqual(
			sampled.mean,
		);
	});

	it.each(["erf", "relu"])("agree with the exact four-point moments of %s", (activation) => {
		const problem = smallProblem(networkOf([denseLayer(activation)]), {
			trainInputs: normalMatrix(6, 5, 1),
			trainTargets: normalMatrix(6, 1, 2),
			testInputs: normalMatrix(2, 5, 3),
		});
		const prior = priorKernels(engine, problem);
		const chosen = { weightSharing: true, samples: 0, seed: 1 };
		const { correction: exact } = firstOrder(engine, problem, prior, chosen, false);
		const sampled = contractedCorrection(engine, problem, prior, { budget: 2 ** 20 });
		const { rule, errors } = sampled.quadrature;
		expect(rule).toBe("sobol");
		// The error of the worst entry in standard errors of the worst entry, Student's t of 7 degrees of freedom.
		expect(largestDifference(sampled.mean, exact.mean) / errors.mean).toBeLessThan(5);
		expect(
			largestDifference(sampled.outputCovariance, exact.outputCovariance) / errors.outputCovariance,
		).toBeLessThan(5);
		expect(largestDifference(sampled.kernelShift, exact.kernelShift) / errors.kernelShift).toBeLessThan(5);
		expect(Math.abs(sampled.logEvidence - exact.logEvidence) / errors.logEvidence).toBeLessThan(5);
	});

	it("say that a budget was too small", () => {
		const problem = smallProblem(networkOf([denseLayer("relu")]));
		const { quadrature } = contractedCorrection(engine, problem, priorKernels(engine, problem), {
			budget: 2 ** 16,
		});
		expect(quadrature.converged).toBe(false);
		expect(quadrature.points).toBe(2 ** 14);
		expect(quadrature.errors.mean).toBeGreaterThan(0);
	});
});
