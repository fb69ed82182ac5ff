import { matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { deepGraphPersistence } from "../../src/probes/deep-graph-persistence.ts";
import { strongestPaths } from "../../src/probes/persistence/strongest-paths.ts";
import {
	convolutionLayer,
	denseLayer,
	networkOf,
	normalMatrix,
	permuteRows,
	smallProblem,
} from "../helpers/problems.ts";
import { readingsOf, table, weightsOnly } from "./dense-networks.ts";

const widths = (...layers: number[]) => networkOf(layers.map((width) => denseLayer("erf", { width })));
const problem = smallProblem(widths(2), {
	trainInputs: normalMatrix(4, 2, 1),
	trainTargets: normalMatrix(4, 2, 2),
});
const PLACE = "deepGraphPersistence @ inputs, output";
const reading = (weights: Parameters<typeof weightsOnly>[0], asked = problem) =>
	table(readingsOf(deepGraphPersistence, asked, weightsOnly(weights)))[PLACE];

describe("strongest paths", () => {
	it("are the best of all paths, whichever product is taken first", () => {
		const [a, b, c] = [normalMatrix(3, 4, 1), normalMatrix(4, 2, 2), normalMatrix(2, 5, 3)];
		const left = strongestPaths(strongestPaths(a, b), c);
		expect(strongestPaths(a, strongestPaths(b, c))).toEqual(left);
		left.data.forEach((strength, entry) => {
			const [i, l] = [Math.floor(entry / 5), entry % 5];
			const paths = Array.from({ length: 8 }, (_, path) => {
				const [j, k] = [path >> 1, path & 1];
				return Math.min(a.data[4 * i + j]!, b.data[2 * j + k]!, c.data[5 * k + l]!);
			});
			expect(strength).toBe(Math.max(...paths));
		});
	});

	it("refuse sizes that do not fit", () => {
		expect(() => strongestPaths(matrix(2, 3), matrix(2, 3))).toThrow(
			new RangeError("strongestPaths: inner sizes differ: 2 x 3 times 2 x 3."),
		);
	});
});

describe("networks", () => {
	it("by hand", () => {
		// Standardized: layer 1 (1, 1; 3, 3) / sqrt(5), the readout (1, 1; 2, 2) / sqrt(2.5). Each output's paths go through the second unit and
		// are as strong as its readout weight, 1 and 2 in those units; the tree keeps (1, 1, 1/2).
		expect(reading({ weights_1: [1, -1, 3, -3], readout_weights: [1, -1, 2, -2] })).toBeCloseTo(
			Math.sqrt(0.25 / 3),
			14,
		);
	});

	it("does not change with the scale, sign and shift of one layer, nor with the order of units", () => {
		const asked = smallProblem(widths(5, 4), {
			trainInputs: normalMatrix(6, 3, 1),
			trainTargets: normalMatrix(6, 2, 2),
		});
		const [one, two, top] = [normalMatrix(5, 3, 1), normalMatrix(4, 5, 2), normalMatrix(2, 4, 3)];
		const weights = { weights_1: one.data, weights_2: two.data, readout_weights: top.data };
		const found = reading(weights, asked);
		expect(reading({ ...weights, weights_2: two.data.map((w) => 7 - 20 * w) }, asked)).toBeCloseTo(
			found as number,
			12,
		);
		const order = [3, 0, 4, 1, 2];
		const permuted = {
			...weights,
			weights_1: permuteRows(one, order).data,
			weights_2: two.data.map((_, k) => two.data[5 * Math.floor(k / 5) + order[k % 5]!]!),
		};
		expect(reading(permuted, asked)).toBeCloseTo(found as number, 12);
	});

	it("says why there is none", () => {
		expect(reading({ weights_1: [1, -1, 3, -3], readout_weights: [2, 2, 2, 2] })).toBe(
			"the weights of output are all equal",
		);
		const through = smallProblem(widths(2, 2), {
			trainInputs: normalMatrix(4, 2, 1),
			trainTargets: normalMatrix(4, 2, 2),
		});
		const dead = { weights_1: [0, 0, 1, -1], weights_2: [1, 0, -1, 0], readout_weights: [1, 2, 3, 4] };
		expect(reading(dead, through)).toBe("every path has a weight at the mean of its layer");
	});
});

describe("applies", () => {
	it("needs dense layers of more than one weight", () => {
		expect(deepGraphPersistence.applies(problem)).toBe(true);
		expect(deepGraphPersistence.applies(smallProblem(widths(1)))).toBe(
			"The readout has a single weight, which cannot be standardized.",
		);
		expect(deepGraphPersistence.applies(smallProblem(widths(1, 1, 4)))).toBe(
			"Layer 2 has a single weight, which cannot be standardized.",
		);
		expect(deepGraphPersistence.applies(smallProblem(networkOf([convolutionLayer("erf")])))).toBe(
			"This probe looks at dense layers only; layer 1 is a convolution.",
		);
	});
});
