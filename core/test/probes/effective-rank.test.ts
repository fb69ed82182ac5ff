import { identity, scaled } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { effectiveRank } from "../../src/probes/effective-rank.ts";
import { diagonalKernel, kernelWith, rankOne, readingsOfOne, rotation } from "./kernel-readings.ts";

const read = (kernel: Parameters<typeof readingsOfOne>[1]) => readingsOfOne(effectiveRank, kernel);
const both = (rank: number, ratio: number) => ({
	effectiveRank: [expect.closeTo(rank, 12)],
	participationRatio: [expect.closeTo(ratio, 12)],
});

describe("known answers", () => {
	it.each([1, 2, 9])("is %i for the identity of that size", (P) => {
		expect(read(identity(P))).toEqual(both(P, P));
	});

	it("is 1 for a kernel of one feature", () => {
		expect(read(rankOne(1, 2, -3, 0.5))).toEqual(both(1, 1));
	});

	it("is r for a projector on r dimensions, in any basis", () => {
		expect(read(kernelWith([3, 3, 3, 0, 0, 0], rotation(6, 1)))).toEqual(both(3, 3));
	});

	it("is 4/3^(3/4) and 1.6 for eigenvalues 3 and 1", () => {
		expect(read(kernelWith([3, 1], rotation(2, 2)))).toEqual(both(4 / 3 ** 0.75, 1.6));
	});

	it("does not depend on the scale", () => {
		expect(read(scaled(diagonalKernel(3, 1), 1e-9))).toEqual(both(4 / 3 ** 0.75, 1.6));
	});
});

describe("eigenvalues that are not positive", () => {
	it("counts those that are 0 to rounding as 0", () => {
		expect(read(diagonalKernel(1, 1, -1e-16))).toEqual(both(2, 2));
	});

	it("has no entropy of others", () => {
		expect(read(diagonalKernel(3, -1))).toEqual({
			effectiveRank:
				"the kernel has the negative eigenvalue -1.0e+0 (the largest is 3.0e+0), as no covariance has",
			participationRatio: [expect.closeTo(0.4, 14)],
		});
	});

	it("has nothing to say without a positive trace", () => {
		const reasons = (reason: string) => ({ effectiveRank: reason, participationRatio: reason });
		expect(read(diagonalKernel(0, 0))).toEqual(reasons("the trace of the kernel is 0"));
		expect(read(diagonalKernel(1, -2))).toEqual(reasons("the trace of the kernel is negative"));
	});
});
