/** `kernel-rescaling` is Laplace's method for this integral. */
import { describe, expect, it } from "vitest";
import { priorKernels } from "../../../src/index.ts";
import { createScalarFunctions } from "../../../src/samplers/scalar-functions.ts";
import { logScaleDensity } from "../../../src/scale-mixture/log-scale-density.ts";
import { scaleLikelihood } from "../../../src/scale-mixture/scale-likelihood.ts";
import { diagonalizeModes } from "../../../src/theories/kernel-rescaling/modes.ts";
import { dense, randomProblem } from "../../samplers/problems.ts";
import { engine, relative, solve } from "./solve.ts";

const of = (width: number, activation = "linear") =>
	randomProblem({
		points: 10,
		inputs: 5,
		testPoints: 6,
		layers: [dense(width, activation)],
		noiseVariance: 0.1,
	});

describe("kernel-rescaling", () => {
	it("has its scale at the mode of the posterior density of log q", () => {
		for (const problem of [of(5), of(20, "erf")]) {
			const width = (problem.network.layers[0] as { width: number }).width;
			const modes = diagonalizeModes(engine, priorKernels(engine, problem).outputWeights.train, 0.1, 0);
			const scalar = createScalarFunctions(engine);
			const likelihood = scaleLikelihood(scalar, modes, modes.project(problem.trainTargets.data));
			const prior = logScaleDensity(scalar, width, width);
			const log = (theta: number) => prior(theta) + likelihood.at(Math.exp(theta));
			const [Q] = solve("kernel-rescaling", problem).orderParameters.Q as [number];
			const theta = Math.log(Q);
			// Central differences with step 1e-4: error h^2 times a third derivative of order N, and rounding 1e-15/h.
			expect(Math.abs(log(theta + 1e-4) - log(theta - 1e-4)) / 2e-4).toBeLessThan(1e-6);
			for (const away of [-0.1, 0.1]) expect(log(theta + away)).toBeLessThan(log(theta));
		}
	});

	it("misses the log evidence by 1/N, and by 1/N^2 with its one-loop factor", () => {
		const errors = [25, 100, 400].map((width) => {
			const [saddle, exact] = ["kernel-rescaling", "deep-linear"].map((id) => solve(id, of(width)));
			return {
				evidence: Math.abs(saddle!.logEvidence! - exact!.logEvidence!),
				withoutLoop: Math.abs((saddle!.orderParameters.logEvidenceSaddle as number) - exact!.logEvidence!),
			};
		});
		// Four times the width, a quarter of the error; with the one-loop factor a sixteenth, for the corrections of order 1/N that
		// the prior and the posterior share leave the evidence. Up to the next order in 1/N, that is, P/N.
		const order = { evidence: 16, withoutLoop: 4 };
		for (const quantity of ["evidence", "withoutLoop"] as const) {
			const [first, second, third] = errors.map((e) => e[quantity]) as [number, number, number];
			expect(Math.abs(first / second / order[quantity] - 1), quantity).toBeLessThan(10 / 25);
			expect(Math.abs(second / third / order[quantity] - 1), quantity).toBeLessThan(10 / 100);
		}
		expect(errors[0]!.evidence).toBeLessThan(errors[0]!.withoutLoop / 5);
	});

	it("misses the log evidence by 1/N^2 with two layers, too", () => {
		const errors = [100, 400].map((width) => {
			const { network, ...rest } = of(width);
			const layers = [dense(width, "linear"), dense(2 * width, "linear")];
			const problem = { ...rest, network: { ...network, layers } };
			const [saddle, exact] = ["kernel-rescaling", "deep-linear"].map((id) => solve(id, problem));
			return saddle!.logEvidence! - exact!.logEvidence!;
		});
		expect(Math.abs(errors[0]! / errors[1]! / 16 - 1)).toBeLessThan(0.15);
	});
});

describe("scale-mixture", () => {
	it("becomes nngp as 1/N at any depth", () => {
		const deep = (width: number) =>
			randomProblem({
				points: 8,
				inputs: 6,
				testPoints: 4,
				layers: [dense(width, "erf"), dense(2 * width, "tanh")],
			});
		const differences = [1000, 4000].map((width) => {
			const problem = deep(width);
			const [mixture, limit] = ["scale-mixture", "nngp"].map((id) => solve(id, problem));
			return {
				evidence: mixture!.logEvidence! - limit!.logEvidence!,
				mean: relative(mixture!.testMean!, limit!.testMean!),
			};
		});
		const [narrow, wide] = differences as [
			{ evidence: number; mean: number },
			{ evidence: number; mean: number },
		];
		// The next order is P^2/N of the first, times a few.
		expect(narrow.evidence / wide.evidence).toBeCloseTo(4, 0);
		expect(narrow.mean / wide.mean).toBeCloseTo(4, 0);
	});

	it("reports how much the log evidence moves when the step is doubled", () => {
		const { convergence } = solve("scale-mixture", of(5, "erf"));
		expect(convergence.converged).toBe(true);
		expect(convergence.residual).toBeLessThanOrEqual(1e-6);
		expect(convergence.iterations).toBeGreaterThanOrEqual(2);
	});

	it("gives the prior and a scale of 1 without information", () => {
		const { orderParameters } = solve("scale-mixture", { ...of(8, "erf"), noiseVariance: 1e9 });
		expect(orderParameters.scaleMean).toBeCloseTo(1, 7);
		expect(orderParameters.scaleDeviation).toBeCloseTo(Math.sqrt(2 / 8), 7);
	});
});
