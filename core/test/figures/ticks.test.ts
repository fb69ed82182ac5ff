import { describe, expect, it } from "vitest";
import { countTicks, formatDistance, formatLogTick, logTicks, tickFormat } from "../../src/figures/ticks.ts";

describe("ticks", () => {
	it("formatDistance keeps two significant digits", () => {
		const values = [0, 0.0000346, 0.0346, 0.2, 3.13, 42.4, 512.4, 12345];
		expect(values.map(formatDistance)).toEqual(["0", "3.5e−5", "0.035", "0.20", "3.1", "42", "512", "1.2e4"]);
	});

	it("countTicks gives at most ten round whole numbers, also for few points", () => {
		expect(countTicks(3)).toEqual([1, 2, 3]);
		expect(countTicks(37)).toEqual([5, 10, 15, 20, 25, 30, 35]);
		expect(countTicks(200)).toEqual([20, 40, 60, 80, 100, 120, 140, 160, 180, 200]);
		for (const count of [1, 11, 99, 101, 999, 12345]) {
			const ticks = countTicks(count);
			expect(ticks.length).toBeLessThanOrEqual(10);
			expect(ticks.length).toBeGreaterThanOrEqual(1);
		}
	});

	it("logTicks thins to powers of ten on long axes", () => {
		expect(logTicks(0.02, 0.3)).toEqual([0.02, 0.05, 0.1, 0.2]);
		expect(logTicks(0.0005, 2)).toEqual([0.001, 0.01, 0.1, 1]);
		// More than fit: powers of ten alone, but never a single one.
		expect(logTicks(0.004, 0.9, 4)).toEqual([0.01, 0.1]);
		expect(logTicks(0.02, 0.3, 2)).toEqual([0.02, 0.05, 0.1, 0.2]);
		expect([0.0001, 0.05, 1, 10000].map(formatLogTick)).toEqual(["1e−4", "0.05", "1", "1e4"]);
	});

	it("tickFormat turns to exponents only when digits would not fit", () => {
		expect(tickFormat({ low: -1, high: 1 })).toBeUndefined();
		expect(tickFormat({ low: 0, high: 2e-4 })!(1e-4)).toBe("1e−4");
		expect(tickFormat({ low: 0, high: 2e-4 })!(0)).toBe("0");
		expect(tickFormat({ low: 0, high: 3e6 })!(2.5e6)).toBe("2.5e6");
	});
});
