import { describe, expect, it } from "vitest";
import { neuralPersistence } from "../../src/probes/neural-persistence.ts";
import { normalizedPersistence } from "../../src/probes/persistence/normalized-persistence.ts";
import { maximumSpanningTree } from "../../src/probes/persistence/spanning-tree.ts";
import {
	convolutionLayer,
	denseLayer,
	networkOf,
	normalMatrix,
	permuteRows,
	smallProblem,
} from "../helpers/problems.ts";
import { priorNetwork, readingsOf, table, weightsOnly } from "./dense-networks.ts";

const tree = (weights: readonly number[], rows: number, columns: number) =>
	[...maximumSpanningTree(Float64Array.from(weights), rows, columns)].sort((a, b) => b - a);

/** The smallest sum of (1 - w)^2 over all spanning trees, by trying all subsets of edges. */
function smallestByEnumeration(weights: Float64Array, rows: number, columns: number): number {
	let smallest = Number.POSITIVE_INFINITY;
	for (let subset = 0; subset < 2 ** weights.length; subset++) {
		const edges = [...weights.keys()].filter((e) => subset & (2 ** e));
		if (edges.length !== rows + columns - 1) continue;
		const component = Array.from({ length: rows + columns }, (_, v) => v);
		for (const e of edges) {
			const [a, b] = [component[Math.floor(e / columns)]!, component[rows + (e % columns)]!];
			component.forEach((c, v) => {
				if (c === a) component[v] = b;
			});
		}
		if (component.some((c) => c !== component[0])) continue;
		smallest = Math.min(
			smallest,
			edges.reduce((sum, e) => sum + (1 - weights[e]!) ** 2, 0),
		);
	}
	return smallest;
}

describe("maximum spanning tree of a complete bipartite graph", () => {
	it.each([
		["one edge", [0.3], 1, 1, [0.3]],
		["a star keeps all edges", [0.3, 1, 0.2], 1, 3, [1, 0.3, 0.2]],
		["a square loses its lightest edge", [1, 0.5, 0.8, 0.2], 2, 2, [1, 0.8, 0.5]],
		["equal weights", [0.7, 0.7, 0.7, 0.7], 2, 2, [0.7, 0.7, 0.7]],
		["weights of 0", [0, 0, 0, 0], 2, 2, [0, 0, 0]],
		["two strong pairs and the strongest bridge", [1, 0.1, 0.2, 0.9], 2, 2, [1, 0.9, 0.2]],
	])("%s", (_, weights, rows, columns, expected) => {
		expect(tree(weights, rows, columns)).toEqual(expected);
	});

	it.each([
		[3, 3],
		[2, 5],
		[4, 3],
	])("%i x %i: the best of all spanning trees", (rows, columns) => {
		const weights = normalMatrix(rows, columns, rows).data.map((x) => 1 / (1 + x * x));
		const found = tree([...weights], rows, columns).reduce((sum, w) => sum + (1 - w) ** 2, 0);
		expect(found).toBeCloseTo(smallestByEnumeration(weights, rows, columns), 13);
	});
});

describe("normalized persistence", () => {
	it("is 0 for weights of 1, 1 where no weight is left, and by hand between", () => {
		expect(normalizedPersistence(Float64Array.of(1, 1, 1, 1), 2, 2)).toBe(0);
		expect(normalizedPersistence(new Float64Array(6), 2, 3)).toBe(1);
		expect(normalizedPersistence(Float64Array.of(1, 0.5, 0.8, 0.2), 2, 2)).toBeCloseTo(
			Math.sqrt((0.2 ** 2 + 0.5 ** 2) / 3),
			15,
		);
	});
});

describe("networks", () => {
	const problem = smallProblem(networkOf([denseLayer("erf", { width: 2 })]), {
		trainInputs: normalMatrix(4, 2, 1),
	});

	it("by hand: all layers in units of the largest magnitude, biases left out", () => {
		const weights = { weights_1: [-2, 1, 1.6, 0.4], biases_1: [9, 9], readout_weights: [0.5, -1] };
		expect(table(readingsOf(neuralPersistence, problem, weightsOnly(weights)))).toEqual({
			"neuralPersistence @ layer 1": expect.closeTo(Math.sqrt((0.2 ** 2 + 0.5 ** 2) / 3), 14),
			"neuralPersistence @ output": expect.closeTo(Math.sqrt((0.75 ** 2 + 0.5 ** 2) / 2), 14),
		});
	});

	it("does not change with the scale or signs of all weights, nor with the order of units and inputs", () => {
		const [W, a] = [normalMatrix(5, 4, 1), normalMatrix(1, 5, 2)];
		const wide = smallProblem(networkOf([denseLayer("erf", { width: 5 })]), {
			trainInputs: normalMatrix(6, 4, 1),
		});
		const of = (weights_1: Float64Array, readout_weights: Float64Array) =>
			table(readingsOf(neuralPersistence, wide, weightsOnly({ weights_1, readout_weights })));
		const found = of(W.data, a.data);
		const order = [4, 2, 0, 1, 3];
		const same = [
			of(
				W.data.map((w) => -3 * w),
				a.data.map((w) => 3 * w),
			),
			of(
				permuteRows(W, order).data,
				a.data.map((_, k) => a.data[order[k]!]!),
			),
			of(
				W.data.map((_, k) => W.data[4 * Math.floor(k / 4) + 3 - (k % 4)]!),
				a.data,
			),
		];
		for (const other of same) {
			for (const [place, value] of Object.entries(found))
				expect(other[place]).toBeCloseTo(value as number, 14);
		}
	});

	it("lies between 0 and 1 in every layer of a deep network drawn from the prior", () => {
		const deep = smallProblem(networkOf([denseLayer("erf"), denseLayer("relu", { width: 7 })]));
		const readings = table(readingsOf(neuralPersistence, deep, priorNetwork(deep, 1)));
		expect(Object.keys(readings)).toEqual([
			"neuralPersistence @ layer 1",
			"neuralPersistence @ layer 2",
			"neuralPersistence @ output",
		]);
		for (const value of Object.values(readings)) {
			expect(value).toBeGreaterThan(0);
			expect(value).toBeLessThan(1);
		}
	});

	it("says so where there is nothing to normalize by", () => {
		const weights = { weights_1: [0, 0, 0, 0], readout_weights: [0, 0] };
		expect(table(readingsOf(neuralPersistence, problem, weightsOnly(weights)))).toEqual({
			"neuralPersistence @ layer 1": "all weights are zero",
			"neuralPersistence @ output": "all weights are zero",
		});
		expect(() => readingsOf(neuralPersistence, problem, weightsOnly({}))).toThrow(
			new RangeError("weightsOf: wanted weights_1; the network has none."),
		);
	});

	it("refuses what is not dense", () => {
		const residual = denseLayer("erf", { type: "residual", residualScale: 1 });
		expect(neuralPersistence.applies(smallProblem(networkOf([denseLayer("erf"), residual])))).toBe(
			"This probe looks at dense layers only; layer 2 is a residual block.",
		);
		expect(neuralPersistence.applies(smallProblem(networkOf([convolutionLayer("erf")])))).toBe(
			"This probe looks at dense layers only; layer 1 is a convolution.",
		);
	});
});
