import { identity, matrix, scaled } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { priorKernels } from "../../src/index.ts";
import { smallestEigenvalue } from "../../src/probes/smallest-eigenvalue.ts";
import { engine } from "../helpers/answers.ts";
import { denseLayer, networkOf, smallProblem } from "../helpers/problems.ts";
import { diagonalKernel, kernelWith, rankOne, readingsOfOne, rotation } from "./kernel-readings.ts";

const read = (kernel: Parameters<typeof readingsOfOne>[1]) => readingsOfOne(smallestEigenvalue, kernel);
const both = (smallest: number, condition: number) => ({
	smallestEigenvalue: [expect.closeTo(smallest, 12)],
	conditionNumber: [expect.closeTo(condition, 12)],
});

describe("known answers", () => {
	it("finds the smallest eigenvalue in any basis", () => {
		expect(read(kernelWith([4, 0.5, 2], rotation(3, 1)))).toEqual(both(0.5, 8));
	});

	it("is 1 and 1 for the identity", () => expect(read(identity(5))).toEqual(both(1, 1)));

	it("has the closed form of orthogonal inputs in each layer", () => {
		// Inputs with X X^T = d: every kernel is a on the diagonal and b off it, with eigenvalues a - b and a + (P - 1) b.
		const P = 5;
		const layers = [denseLayer("erf", { biasVariance: 0.3 }), denseLayer("relu", { biasVariance: 0.2 })];
		const { preactivation, output } = priorKernels(engine, {
			...smallProblem(networkOf(layers)),
			trainInputs: scaled(identity(P), Math.sqrt(P)),
		});
		expect(read(preactivation[0]![0]!.train)).toEqual(both(1.5, 1 + (P * 0.3) / 1.5));
		for (const kernel of [preactivation[1]![0]!.train, output.train]) {
			const [a, b] = kernel.data;
			expect(b!).toBeGreaterThan(0);
			expect(read(kernel)).toEqual(both(a! - b!, (a! + (P - 1) * b!) / (a! - b!)));
		}
	});
});

it("scales with the kernel, and its condition number does not", () => {
	expect(read(scaled(diagonalKernel(6, 2), 10))).toEqual(both(20, 3));
});

describe("kernels that are not positive definite", () => {
	it("have no condition number when two points are one", () => {
		const { smallestEigenvalue: value, conditionNumber } = read(matrix(2, 2, Float64Array.of(1, 1, 1, 1)));
		expect((value as number[])[0]).toBeCloseTo(0, 14);
		expect(conditionNumber).toBe("the smallest eigenvalue is 0 to rounding");
		expect(read(rankOne(0, 0)).conditionNumber).toBe("the smallest eigenvalue is 0 to rounding");
	});

	it("show a negative eigenvalue", () => {
		expect(read(diagonalKernel(1, -0.25))).toEqual({
			smallestEigenvalue: [expect.closeTo(-0.25, 14)],
			conditionNumber: "the smallest eigenvalue is negative",
		});
	});
});
