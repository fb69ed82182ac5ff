import { gram, identity, multiply, plus, scaled } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { cka } from "../../src/probes/cka.ts";
import { engine } from "../helpers/answers.ts";
import { normalMatrix } from "../helpers/problems.ts";
import {
	diagonalKernel,
	type Kernels,
	randomKernel,
	rankOne,
	readingsOf,
	rotation,
} from "./kernel-readings.ts";

const between = (one: Kernels[string], two: Kernels[string]) =>
	readingsOf(cka, { output: one }, { prior: { output: two } })["priorCka of output"]!;
const numberBetween = (one: Kernels[string], two: Kernels[string]) => (between(one, two) as number[])[0]!;

describe("known answers", () => {
	const kernel = randomKernel(6, 1);

	it("is 1 for equal kernels, whatever their scale and a constant", () => {
		expect(numberBetween(kernel, kernel)).toBeCloseTo(1, 14);
		const ones = rankOne(3, 3, 3, 3, 3, 3);
		expect(numberBetween(plus(scaled(kernel, 5), ones), kernel)).toBeCloseTo(1, 14);
	});

	it("is 0 for orthogonal features of mean zero", () => {
		expect(between(rankOne(1, -1, 1, -1), rankOne(1, 1, -1, -1))).toEqual([0]);
	});

	it("is 2/sqrt(5) between diag(1, 1, 1) and diag(1, 1, 0)", () => {
		// H = 1 - 1/3: tr(H L) = 4/3, |H|^2 = 2, |H L H|^2 = 10/9.
		expect(numberBetween(identity(3), diagonalKernel(1, 1, 0))).toBeCloseTo(2 / Math.sqrt(5), 14);
	});

	it("is the squared correlation of two kernels of one feature", () => {
		// (u.v)^2 / (|u|^2 |v|^2) of the centered features u = (-1, 0, 1) and v = (-2, 1, 1).
		expect(numberBetween(rankOne(0, 1, 2), rankOne(0, 3, 3))).toBeCloseTo(3 ** 2 / (2 * 6), 14);
	});
});

it("does not see a rotation of the features, and sees other linear maps", () => {
	const other = randomKernel(6, 2);
	const features = normalMatrix(6, 4, 3);
	const turned = multiply(engine, features, rotation(4, 4));
	const stretched = multiply(engine, features, diagonalKernel(9, 1, 1, 1));
	const value = numberBetween(gram(engine, features), other);
	expect(numberBetween(gram(engine, turned), other)).toBeCloseTo(value, 13);
	expect(Math.abs(numberBetween(gram(engine, stretched), other) - value)).toBeGreaterThan(0.01);
});

it("looks at each layer and its prior, and at all pairs of layers", () => {
	const kernels = { "layer 1": rankOne(0, 1, 2), "layer 2": rankOne(0, 3, 3), output: identity(3) };
	const prior = { "layer 1": rankOne(0, 1, 2), output: rankOne(1, 1, 1) };
	const value = (x: number) => [expect.closeTo(x, 14)];
	expect(readingsOf(cka, kernels, { prior })).toEqual({
		"priorCka of layer 1": value(1),
		"priorCka of layer 2": "the prior's kernel of this layer is not known",
		"priorCka of output": "one of the kernels is constant: centering leaves nothing of it",
		"layerCka of layer 1, layer 2": value(0.75),
		"layerCka of layer 1, output": value(1 / Math.SQRT2),
		"layerCka of layer 2, output": value(1 / Math.SQRT2),
	});
});

it("is biased: unrelated features of few points are not at 0", () => {
	// N independent Gaussian features each: the ratio of the means of tr(K H L H) and |H K H|^2 is N/(N + P).
	const [P, N] = [40, 10];
	const pairs = Array.from({ length: 5 }, (_, k) =>
		numberBetween(gram(engine, normalMatrix(P, N, 20 + k)), gram(engine, normalMatrix(P, N, 40 + k))),
	);
	const mean = pairs.reduce((sum, value) => sum + value / pairs.length, 0);
	// Means of five pairs scatter by 0.013.
	expect(Math.abs(mean - N / (N + P))).toBeLessThan(0.04);
});
