/** What holds for every probe of kernels. */
import { multiply, scaled } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type MomentProbe, probes } from "../../src/index.ts";
import { engine } from "../helpers/answers.ts";
import { normalMatrix, permuteRows } from "../helpers/problems.ts";
import {
	diagonalKernel,
	type Kernels,
	randomKernel,
	readingDistance,
	readingsOf,
	rotation,
} from "./kernel-readings.ts";

const P = 7;
const order = [3, 6, 0, 5, 1, 2, 4];
const kernels: Kernels = {
	"layer 1": randomKernel(P, 11),
	"layer 2": randomKernel(P, 12),
	output: randomKernel(P, 13),
};
const prior: Kernels = {
	"layer 1": randomKernel(P, 14),
	"layer 2": randomKernel(P, 15),
	output: randomKernel(P, 16),
};
const trainTargets = normalMatrix(P, 3, 17);
const each = (set: Kernels, change: (kernel: Kernels[string]) => Kernels[string]): Kernels =>
	Object.fromEntries(Object.entries(set).map(([layer, kernel]) => [layer, change(kernel)]));

const kernelProbes = probes.filter(
	(probe): probe is MomentProbe => probe.of === "moments" && probe.needs === "kernel",
);

describe.each(kernelProbes.map((probe) => [probe.id, probe] as const))("%s", (_, probe) => {
	const readings = readingsOf(probe, kernels, { prior, trainTargets });

	it("reads each of its quantities, all within their ranges", () => {
		const read = new Set(Object.keys(readings).map((name) => name.split(" of ")[0]));
		expect([...read]).toEqual(probe.quantities.map(({ id }) => id));
		for (const { id, range = [], index } of probe.quantities) {
			const [lowest = Number.NEGATIVE_INFINITY, highest = Number.POSITIVE_INFINITY] = range;
			for (const [name, values] of Object.entries(readings)) {
				if (!name.startsWith(`${id} of `)) continue;
				expect(values).toHaveLength(index === undefined ? 1 : P);
				for (const value of values as number[]) {
					// The last cumulative overlap is 1 to rounding.
					expect(value).toBeGreaterThanOrEqual(lowest - 1e-12);
					expect(value).toBeLessThanOrEqual(highest + 1e-12);
				}
			}
		}
	});

	it("does not depend on the order of the points", () => {
		const permuted = (kernel: Kernels[string]) => {
			const rows = permuteRows(kernel, order);
			return permuteRows({ ...rows, data: transposedData(rows.data) }, order);
		};
		const others = readingsOf(probe, each(kernels, permuted), {
			prior: each(prior, permuted),
			trainTargets: permuteRows(trainTargets, order),
		});
		// Rounding times the condition number of these kernels, below 1e3.
		expect(readingDistance(readings, others)).toBeLessThan(1e-12);
	});

	it("does not depend on the basis of the outputs", () => {
		const turned = multiply(engine, trainTargets, rotation(3, 18));
		expect(
			readingDistance(readings, readingsOf(probe, kernels, { prior, trainTargets: turned })),
		).toBeLessThan(1e-12);
	});

	it("has no readings that are not numbers where a kernel is indefinite, zero, or of one rank", () => {
		const odd: Kernels = {
			"layer 1": diagonalKernel(2, 1, 1, 1, 1, 1, -0.5),
			"layer 2": scaled(kernels.output!, 0),
			output: diagonalKernel(1, 0, 0, 0, 0, 0, 0),
		};
		for (const values of Object.values(readingsOf(probe, odd, { prior, trainTargets }))) {
			expect(typeof values === "string" ? values.length > 0 : values.every(Number.isFinite)).toBe(true);
		}
	});
});

function transposedData(data: Float64Array): Float64Array {
	return data.map((_, k) => data[(k % P) * P + Math.floor(k / P)]!);
}
