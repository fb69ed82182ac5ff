import { identity, multiply } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { spectrum } from "../../src/probes/spectrum.ts";
import { engine } from "../helpers/answers.ts";
import { normalMatrix } from "../helpers/problems.ts";
import { column, diagonalKernel, kernelWith, rankOne, readingsOfOne, rotation } from "./kernel-readings.ts";

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));

describe("known answers", () => {
	it("sorts eigenvalues and overlaps of a diagonal kernel", () => {
		expect(readingsOfOne(spectrum, diagonalKernel(1, 3, 2), { trainTargets: column(1, 2, -2) })).toEqual({
			eigenvalues: close([3, 2, 1]),
			overlaps: close([4 / 9, 4 / 9, 1 / 9]),
			cumulativeOverlap: close([4 / 9, 8 / 9, 1]),
		});
	});

	it("sums the squares of several outputs", () => {
		const trainTargets = { rows: 2, columns: 2, data: Float64Array.of(3, 4, 0, 5) };
		expect(readingsOfOne(spectrum, diagonalKernel(2, 1), { trainTargets })).toMatchObject({
			overlaps: close([0.5, 0.5]),
		});
	});

	it("has all of the targets along the kernel that they make", () => {
		expect(readingsOfOne(spectrum, rankOne(1, 2, 2), { trainTargets: column(1, 2, 2) })).toEqual({
			eigenvalues: close([9, 0, 0]),
			overlaps: close([1, 0, 0]),
			cumulativeOverlap: close([1, 1, 1]),
		});
	});

	it("keeps negative eigenvalues", () => {
		expect(readingsOfOne(spectrum, diagonalKernel(1, -2)).eigenvalues).toEqual(close([1, -2]));
	});
});

describe("eigenspaces of several dimensions", () => {
	it("spread their overlap in equal parts", () => {
		const { overlaps } = readingsOfOne(spectrum, identity(4), { trainTargets: column(1, 0, 0, 0) });
		expect(overlaps).toEqual(close([0.25, 0.25, 0.25, 0.25]));
	});

	it("have an overlap that does not depend on the basis", () => {
		const [P, values] = [6, [5, 5, 2, 2, 2, 1]];
		const U = rotation(P, 1);
		const trainTargets = normalMatrix(P, 1, 2);
		const along = multiply(engine, U, trainTargets, { transposeA: true }).data.map((x) => x ** 2);
		const share = (from: number, to: number) =>
			along.slice(from, to).reduce((sum, square) => sum + square, 0) /
			along.reduce((sum, square) => sum + square, 0);
		const expected = [
			...new Array(2).fill(share(0, 2) / 2),
			...new Array(3).fill(share(2, 5) / 3),
			share(5, 6),
		];
		const { overlaps } = readingsOfOne(spectrum, kernelWith(values, U), { trainTargets });
		expect(overlaps).toEqual(close(expected));
	});
});

it("has no overlaps with targets that are zero", () => {
	expect(readingsOfOne(spectrum, diagonalKernel(2, 1), { trainTargets: column(0, 0) })).toEqual({
		eigenvalues: close([2, 1]),
		overlaps: "all targets are zero",
		cumulativeOverlap: "all targets are zero",
	});
});
