import { matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { meanAlignment } from "../../src/analyses/scaling-regimes/mean-alignment.ts";
import { scalingRegimes } from "../../src/analyses/scaling-regimes.ts";
import { parseProblem } from "../../src/index.ts";
import { atScalingExponent } from "../../src/problem/output-scaling.ts";
import { analyze, engine, layer, problem } from "./analyses.ts";

const sampling = { sampler: "exact", chains: 2, draws: 400, warmup: 0, seed: 5 };

describe("the problem at a scaling exponent", () => {
	const given = parseProblem(problem);

	it("is the named scaling at both ends", () => {
		expect(atScalingExponent(given, 0)).toEqual(given);
		const meanField = atScalingExponent(given, 1);
		expect(meanField.network.scaling).toBe("mean-field");
		expect(meanField.network.readout).toEqual(given.network.readout);
		expect(meanField.noiseVariance).toBeCloseTo(0.1 / 7, 15);
	});

	it("has chi = N^gamma between them, and comes back from the other end", () => {
		const half = atScalingExponent(given, 0.5);
		expect(half.network.scaling).toBe("standard");
		expect(half.network.readout.weightVariance).toBeCloseTo(1 / Math.sqrt(7), 15);
		expect(half.noiseVariance).toBeCloseTo(0.1 / Math.sqrt(7), 15);
		const again = atScalingExponent(atScalingExponent(given, 1), 0.5);
		expect(again.network).toEqual(half.network);
		expect(again.noiseVariance).toBeCloseTo(half.noiseVariance, 15);
	});
});

describe("the alignment of a mean", () => {
	const inputs = matrix(3, 2, Float64Array.of(1, 0.2, -0.3, 1, 0.7, -1.1));
	const direction = Float64Array.of(0.6, 0.8);

	it("is 1 for a linear function along the direction, and 0 across", () => {
		const along = meanAlignment(engine, inputs, direction)!;
		const linear = (w: readonly number[]) =>
			Float64Array.from(
				{ length: 3 },
				(_, i) => w[0]! * inputs.data[2 * i]! + w[1]! * inputs.data[2 * i + 1]!,
			);
		expect(along.of(linear([3, 4]))).toBeCloseTo(1, 14);
		expect(along.of(linear([-4, 3]))).toBeCloseTo(0, 14);
		expect(along.of(new Float64Array(3))).toBeUndefined();
	});

	it("has the derivative that differences give", () => {
		const along = meanAlignment(engine, inputs, direction)!;
		const values = Float64Array.of(0.4, -0.1, 0.9);
		const gradient = along.gradient(values);
		const step = 1e-6;
		for (let i = 0; i < 3; i++) {
			const [up, down] = [1, -1].map(
				(sign) => along.of(values.map((x, k) => x + (k === i ? sign * step : 0)))!,
			);
			// Central differences: an error of the square of the step, and rounding over the step.
			expect(Math.abs(gradient[i]! - (up! - down!) / (2 * step))).toBeLessThan(1e-9);
		}
	});

	it("wants points that span all inputs", () => {
		expect(meanAlignment(engine, matrix(1, 2, Float64Array.of(1, 2)), direction)).toBeUndefined();
		expect(meanAlignment(engine, matrix(2, 2, Float64Array.of(1, 2, 2, 4)), direction)).toBeUndefined();
	});
});

describe("the sweep of a linear network", () => {
	const options = {
		exponents: [1, 0, 0.5],
		theories: ["nngp", "deep-linear"],
		teacherDirection: [2, 0],
		sampling,
	};

	it("finds the exact theory at the truth and the infinite-width one away from it in the mean-field scaling", async () => {
		const { results, convergence, absent } = await analyze(scalingRegimes, { problem, options });
		expect(convergence).toEqual({ converged: true, iterations: 0, residual: 0 });
		expect(results.sampled.map(({ exponent }) => exponent)).toEqual([0, 0.5, 1]);
		expect(results.sampled.map(({ chi }) => chi)).toEqual([1, Math.sqrt(7), 7]);
		const [nngp, exact] = results.theories;
		for (const { mean, variance } of exact!.points) {
			// Root mean square z over two points: above 3 in fewer than 0.1 % of cases.
			expect(mean!.inStandardErrors).toBeLessThan(3);
			expect(variance!.inStandardErrors).toBeLessThan(3);
		}
		// kappa goes with the kernel: the mean at infinite width is the same along the sweep.
		const alignments = nngp!.points.map(({ meanAlignment: cosine }) => cosine!);
		expect(Math.max(...alignments) - Math.min(...alignments)).toBeLessThan(1e-12);
		const [, , meanField] = results.sampled;
		expect(nngp!.points[2]!.variance!.relative).toBeGreaterThan(4 * meanField!.noiseFloor.variance!);
		expect(absent).toEqual({ weightAlignment: "no covariance of the weights from nngp, deep-linear" });
	});

	it("says why a theory is missing", async () => {
		const { results } = await analyze(scalingRegimes, {
			problem: { ...problem, network: { ...problem.network, layers: [layer, layer] } },
			options: { ...options, exponents: [0, 1], theories: ["exact-mean-field"] },
		});
		const reason = "exact-mean-field handles one hidden layer; use equations-of-state for deeper networks.";
		expect(results.theories[0]!.missing).toEqual([
			{ exponent: 0, reason },
			{ exponent: 1, reason },
		]);
	});

	it("refuses exponents outside of its range", async () => {
		await expect(
			analyze(scalingRegimes, { problem, options: { ...options, exponents: [0, 1.5] } }),
		).rejects.toThrow("options.exponents[1]: wanted a number from 0 (standard) to 1 (mean-field); got 1.5.");
	});
});
