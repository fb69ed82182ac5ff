import { createEngine, gram, matrix, matrixFromRows } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { gaussianProcessPosterior } from "../../src/theories/gaussian-process.ts";
import { messageOf } from "../helpers/message-of.ts";
import { largestDifference, normalMatrix } from "../helpers/problems.ts";

const engine = await createEngine({ engine: "reference" });
const targets = normalMatrix(4, 1, 8);
const features = normalMatrix(4, 6, 5);
const train = gram(engine, features);

/** One point, everything by hand: K = 2, kappa = 0.5, y = 1, K_* = 1.5, K_** = 3. */
const scalar = {
	train: matrix(1, 1, Float64Array.of(2)),
	test: { cross: matrix(1, 1, Float64Array.of(1.5)), diagonal: Float64Array.of(3) },
};

describe("the Gaussian-process posterior", () => {
	it("is right for one point", () => {
		const posterior = gaussianProcessPosterior(engine, scalar, matrix(1, 1, Float64Array.of(1)), 0.5);
		expect(posterior.trainMean.data[0]).toBeCloseTo(2 / 2.5, 15);
		expect(posterior.trainVariance[0]).toBeCloseTo(2 - 4 / 2.5, 15);
		expect(posterior.testMean!.data[0]).toBeCloseTo(1.5 / 2.5, 15);
		expect(posterior.testVariance![0]).toBeCloseTo(3 - 2.25 / 2.5, 15);
		expect(posterior.logEvidence).toBeCloseTo(
			-0.5 / 2.5 - 0.5 * Math.log(2.5) - 0.5 * Math.log(2 * Math.PI),
			15,
		);
	});

	it("interpolates without noise, with variance exactly 0", () => {
		const posterior = gaussianProcessPosterior(engine, { train }, targets, 0);
		expect([...posterior.trainMean.data]).toEqual([...targets.data]);
		expect(posterior.trainVariance.every((variance) => variance === 0)).toBe(true);
	});

	it("has no seam where it changes from one form to the other", () => {
		const scale = Math.max(...[0, 1, 2, 3].map((i) => train.data[5 * i]!));
		const [below, above] = [1 - 1e-9, 1 + 1e-9].map((factor) =>
			gaussianProcessPosterior(engine, { train }, targets, factor * scale, { covariance: true }),
		);
		// The noise itself differs by 2e-9, relative.
		expect(largestDifference(below!.trainMean, above!.trainMean)).toBeLessThan(1e-8);
		expect(largestDifference(below!.trainCovariance!, above!.trainCovariance!)).toBeLessThan(1e-7);
	});

	it("has a log evidence whose derivative is that of the definition", () => {
		const at = (kappa: number) => gaussianProcessPosterior(engine, { train }, targets, kappa);
		const [kappa, step] = [0.3, 1e-4];
		const numerical = (at(kappa + step).logEvidence - at(kappa - step).logEvidence) / (2 * step);
		// d/dkappa = |g|^2/2 - tr A^-1 / 2, with g = (y - mean)/kappa and A^-1 = (kappa - covariance)/kappa^2 at the data.
		const { trainMean, trainVariance } = at(kappa);
		const exact = targets.data.reduce(
			(sum, y, i) =>
				sum +
				0.5 * ((y - trainMean.data[i]!) / kappa) ** 2 -
				(0.5 * (kappa - trainVariance[i]!)) / kappa ** 2,
			0,
		);
		expect(Math.abs(numerical - exact)).toBeLessThan(1e-6 * Math.abs(exact));
	});

	it("refuses a kernel that vanishes without noise", () => {
		expect(
			messageOf(() => gaussianProcessPosterior(engine, { train: matrix(2, 2) }, normalMatrix(2, 1, 8), 0)),
		).toBe(
			"noiseVariance: wanted a noise that makes the kernel of the training points positive definite; got 0 with a kernel whose smallest eigenvalue is 0.0e+0 (the largest is 0.0e+0). The kernel vanishes: any positive noiseVariance would suffice.",
		);
	});

	it("refuses a singular kernel with its smallest eigenvalue, and the noise it advises suffices", () => {
		const repeated = gram(
			engine,
			matrixFromRows([
				[1, 2],
				[1, 2],
				[0, 1],
				[1, 0],
			]),
		);
		const message = messageOf(() => gaussianProcessPosterior(engine, { train: repeated }, targets, 0));
		expect(message).toMatch(
			/^noiseVariance: wanted a noise that makes the kernel of the training points positive definite; got 0 with a kernel whose smallest eigenvalue is -?\d\.\de-\d\d \(the largest is 1\.1e\+1\)\. A noiseVariance of \d\.\de-\d\d would suffice\. The usual causes are repeated points and more points than the kernel has dimensions\.$/,
		);
		const advised = Number(/A noiseVariance of (\S+) would/.exec(message)![1]);
		expect(advised).toBeLessThan(1e-12);
		expect(gaussianProcessPosterior(engine, { train: repeated }, targets, advised).trainVariance.length).toBe(
			4,
		);
	});

	it("reports a negative variance and leaves it as it is", () => {
		// The test point is a training point, and K_** is a little too small to be consistent.
		const inconsistent = {
			train: scalar.train,
			test: { cross: scalar.train, diagonal: Float64Array.of(2 - 1e-15) },
		};
		const posterior = gaussianProcessPosterior(engine, inconsistent, matrix(1, 1, Float64Array.of(1)), 0);
		const variance = posterior.testVariance![0]!;
		expect(variance).toBeLessThan(0);
		expect(posterior.validity).toEqual([
			{
				name: "negativeVariance",
				value: variance,
				message: `the variance of test point 0 came out as ${variance.toExponential(1)}, ${(-variance / (Number.EPSILON * (2 - 1e-15))).toPrecision(2)} times the rounding unit of its prior variance`,
			},
		]);
	});
});
