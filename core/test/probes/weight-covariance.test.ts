import { dot, type Matrix, matrix, multiply, symmetricEigen } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/index.ts";
import { weightCovariance } from "../../src/probes/weight-covariance.ts";
import { convolution, dense, engine, normalMatrix, randomProblem } from "../samplers/problems.ts";

const problem = randomProblem({ points: 3, inputs: 5, layers: [dense(4, "erf")] });
const w = Float64Array.of(0.6, 0, 0, 0.8, 0);

/** s (I + c w w^T) + diag. */
function spiked(s: number, c: number, diagonal = [0, 0, 0, 0, 0]): Matrix {
	return matrix(
		5,
		5,
		Float64Array.from({ length: 25 }, (_, k) => {
			const [i, j] = [Math.floor(k / 5), k % 5];
			return s * c * w[i]! * w[j]! + (i === j ? s + diagonal[i]! : 0);
		}),
	);
}

/** What the probe says, by quantity: its numbers, or the reason. */
function said(sigma: Matrix | undefined, teacherDirection?: Float64Array, asked: Problem = problem) {
	const moments = { kernels: [], ...(sigma && { weightCovariance: sigma }) };
	const context = { problem: asked, prior: { kernels: [] }, ...(teacherDirection && { teacherDirection }) };
	const readings = weightCovariance.evaluate(engine, moments, context);
	for (const { layer } of readings) expect(layer).toBe("layer 1");
	return Object.fromEntries(
		readings.map((one) => [one.quantity, "values" in one ? Array.from(one.values) : one.reason]),
	);
}

/** Eigenvalues of a 5 x 5 matrix of order 1, to rounding. */
const DIGITS = 12;

function expectClose(value: string | number[] | undefined, expected: readonly number[]): void {
	expect(value).toHaveLength(expected.length);
	expected.forEach((x, k) => {
		expect((value as number[])[k]).toBeCloseTo(x, DIGITS);
	});
}

describe("weight-covariance", () => {
	it("of the prior: one eigenvalue, no outlier, no eigenvector", () => {
		const { outlierOverlap, ...rest } = said(spiked(0.4, 0), w);
		expectClose(rest.eigenvalues, [0.4, 0.4, 0.4, 0.4, 0.4]);
		expectClose(rest.outlier, [1]);
		expectClose(rest.teacherVariance, [0.4]);
		expectClose(rest.teacherAlignment, [1]);
		expect(outlierOverlap).toBe("the two largest eigenvalues are equal");
	});

	it("of a spike along the teacher", () => {
		const found = said(spiked(0.4, 3), w);
		expectClose(found.eigenvalues, [1.6, 0.4, 0.4, 0.4, 0.4]);
		expectClose(found.topEigenvalue, [1.6]);
		expectClose(found.outlier, [4 / 1.6]);
		expectClose(found.outlierOverlap, [1]);
		expectClose(found.teacherVariance, [1.6]);
		expectClose(found.teacherAlignment, [4 / 1.6]);
	});

	it("of a spike elsewhere", () => {
		const found = said(spiked(0.4, 0, [0, 2, 0, 0, 0]), Float64Array.of(0.6, 0.8, 0, 0, 0));
		expectClose(found.outlierOverlap, [0.64]);
		expectClose(found.teacherVariance, [0.4 + 2 * 0.64]);
	});

	it("does not change when inputs and teacher are rotated, nor its ratios by a factor", () => {
		const sigma = spiked(0.4, 3, [0.1, 0.2, 0.3, 0.4, 0.5]);
		const { vectors } = symmetricEigen(
			engine,
			multiply(engine, normalMatrix(1, 5, 7), normalMatrix(1, 5, 7), { transposeB: true }),
		);
		const turned = multiply(engine, multiply(engine, vectors, sigma), vectors, { transposeB: true });
		const direction = multiply(engine, vectors, matrix(5, 1, w)).data;
		expect(dot(direction, direction)).toBeCloseTo(1, DIGITS);
		const [one, other, scaled] = [
			said(sigma, w),
			said(turned, direction),
			said(
				matrix(
					5,
					5,
					sigma.data.map((x) => 3 * x),
				),
				w,
			),
		];
		for (const quantity of Object.keys(one)) expectClose(other[quantity], one[quantity] as number[]);
		for (const quantity of ["outlier", "outlierOverlap", "teacherAlignment"]) {
			expectClose(scaled[quantity], one[quantity] as number[]);
		}
		for (const quantity of ["eigenvalues", "topEigenvalue", "teacherVariance"]) {
			expectClose(
				scaled[quantity],
				(one[quantity] as number[]).map((x) => 3 * x),
			);
		}
	});

	it("leaves out biases", () => {
		const biased = randomProblem({ points: 3, inputs: 4, layers: [dense(4, "erf", 1, 0.5)] });
		const found = said(spiked(0.4, 0, [0, 0, 0, 1, 9]), Float64Array.of(0, 0, 0, 1), biased);
		expectClose(found.eigenvalues, [1.4, 0.4, 0.4, 0.4]);
		expectClose(found.outlierOverlap, [1]);
	});

	it("says why there is nothing", () => {
		expect(said(undefined, w)).toEqual({});
		const blind = said(spiked(0.4, 3));
		const short = said(spiked(0.4, 3), Float64Array.of(1, 0));
		for (const quantity of ["outlierOverlap", "teacherVariance", "teacherAlignment"]) {
			expect(blind[quantity]).toBe("no direction of a teacher is known");
			expect(short[quantity]).toBe("the teacher's direction has 2 entries, the weights of a unit 5");
		}
		expect(weightCovariance.applies(problem)).toBe(true);
		const wide = randomProblem({ points: 2, inputs: 256, layers: [dense(2, "erf", 1, 0.5)] });
		expect(weightCovariance.applies(wide)).toBe(
			"The weight covariance of units with more than 256 inputs is not recorded; a unit of layer 1 has 257.",
		);
		const filters = randomProblem({ points: 2, inputs: 512, layers: [convolution(2, 8, "erf")] });
		expect(weightCovariance.applies(filters)).toBe(true);
	});
});
