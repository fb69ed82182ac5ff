import { matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { relativeDistance, rootMeanSquareZ } from "../../src/diagnostics/distance.ts";

const column = (...values: number[]) => matrix(values.length, 1, Float64Array.from(values));

describe("distances", () => {
	it("are absent where float64 cannot hold them", () => {
		expect(relativeDistance(column(1e200), column(1))).toBeUndefined();
		expect(rootMeanSquareZ(column(1), column(0), column(1e-200))).toBeUndefined();
	});

	it("are 0 between equal numbers, also where the reference or its error is 0", () => {
		expect(relativeDistance(column(0), column(0))).toBe(0);
		expect(rootMeanSquareZ(column(2), column(2), column(0))).toBe(0);
	});

	it("take a standard error of the size of rounding for none", () => {
		expect(rootMeanSquareZ(column(2 + 4e-16, 1), column(2, 0.9), column(3e-16, 0.1))).toBeCloseTo(1, 12);
		expect(rootMeanSquareZ(column(2.5), column(2), column(3e-16))).toBeUndefined();
	});
});
