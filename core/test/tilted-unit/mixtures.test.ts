/** Points of fitted mixtures where quadrature knows the answers, and tables of smooth functions. */
import { createEngine, matrix, seedStream, splitStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findActivation } from "../../src/index.ts";
import {
	averageOverUnit,
	featureSource,
	fittedMixture,
	type HiddenUnit,
	type IntegrationRule,
	nodesOfMixture,
	resampledPoints,
	secondMoment,
	sobolRule,
	type Tilt,
	trapezoidRule,
} from "../../src/tilted-unit/index.ts";
import { smoothTable } from "../../src/tilted-unit/smooth-table.ts";
import { normalMatrix } from "../helpers/problems.ts";

const engine = await createEngine({ engine: "wasm" });

const unit: HiddenUnit = {
	activation: findActivation("erf"),
	trainPoints: 4,
	points: 4,
	positions: 1,
	dimension: 2,
	inputs: normalMatrix(4, 2, 41),
};

/** Two modes at w and -w. */
const tilt: Tilt = {
	fields: matrix(
		1,
		4,
		normalMatrix(1, 4, 45).data.map((x) => 2.5 * x),
	),
};

function averageBy(rule: IntegrationRule) {
	return averageOverUnit(engine, featureSource(engine, unit, rule), secondMoment(engine, unit), tilt);
}

function fractionOf(rule: IntegrationRule): number {
	return averageBy(rule).effectiveSampleSize / rule.count;
}

/** A mixture fitted to points of the prior by their weights. */
function fitted() {
	const rule = sobolRule(engine, 2, 13, seedStream(3));
	let probabilities = new Float64Array(rule.count);
	const source = featureSource(engine, unit, rule);
	const field = tilt.fields!.data;
	let at = 0;
	source.forEach(({ features, count }) => {
		const phi = features.block.data;
		for (let s = 0; s < count; s++) {
			let sum = 0;
			for (let a = 0; a < 4; a++) sum += field[a]! * phi[features.offset + a * count + s]!;
			probabilities[at++] = Math.exp(sum * sum);
		}
	});
	const total = probabilities.reduce((sum, p) => sum + p, 0);
	probabilities = probabilities.map((p) => p / total);
	const draws = resampledPoints(engine, [rule], [probabilities], 1000, seedStream(4));
	return nodesOfMixture(engine, unit, fittedMixture(engine, unit, draws), undefined, seedStream(5));
}

describe("points of a fitted mixture", () => {
	it("average the prior to one, and a tilt to what a quadrature finds", () => {
		const nodes = fitted();
		const truth = averageBy(trapezoidRule(2, 0.05, 12)).averages;
		const sets = Array.from({ length: 8 }, (_, k) => nodes.draw(10, k));
		const totals = sets.map((rule) =>
			[...rule.chunks(2 ** 10)].reduce((sum, { weights }) => weights.reduce((a, b) => a + b, sum), 0),
		);
		const averages = sets.map((rule) => averageBy(rule).averages);
		const score = (values: readonly number[], exact: number) => {
			const mean = values.reduce((sum, x) => sum + x, 0) / 8;
			return (mean - exact) / Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 56);
		};
		// Student's t with 7 degrees of freedom exceeds 5.4 once in a thousand.
		expect(Math.abs(score(totals, 1))).toBeLessThan(5.4);
		truth.forEach((exact, k) => {
			const z = score(
				averages.map((average) => average[k]!),
				exact,
			);
			expect(Math.abs(z)).toBeLessThan(5.4);
		});
	});

	it("count far more often than those of the prior", () => {
		expect(fractionOf(sobolRule(engine, 2, 12, seedStream(6)))).toBeLessThan(0.2);
		expect(fractionOf(fitted().draw(12, 0))).toBeGreaterThan(0.6);
	});

	it("are the same for the same stream, and as many as asked for", () => {
		const points = (index: number) =>
			[
				...fitted()
					.draw(8, index)
					.chunks(2 ** 8),
			][0]!;
		expect(points(1).points).toEqual(points(1).points);
		expect(points(1).points).not.toEqual(points(2).points);
		expect([...fitted().draw(8, 0).chunks(100)].map(({ count }) => count)).toEqual([100, 100, 56]);
	});

	it("leave the coordinates beyond the mixture to the prior", () => {
		const wide: HiddenUnit = { ...unit, dimension: 30, inputs: normalMatrix(4, 30, 46) };
		const draws = normalMatrix(30, 200, 47).data;
		const nodes = nodesOfMixture(engine, wide, fittedMixture(engine, wide, draws), undefined, seedStream(7));
		expect(nodes.scales.length).toBe(24);
		const [chunk] = nodes.draw(10, 0).chunks(2 ** 10);
		const last = chunk!.points.subarray(29 * 2 ** 10);
		// 1024 points, fewer in effect by the weights: five standard errors of a variance at least.
		const square = last.reduce((sum, x, s) => sum + chunk!.weights[s]! * x * x, 0);
		expect(Math.abs(square - 1)).toBeLessThan(0.4);
	});
});

describe("a table of smooth functions", () => {
	it("interpolates to 1e-6, also where the range grows", () => {
		const table = smoothTable();
		const functions = (at: Float64Array) => [at.map(Math.tanh), at.map((x) => Math.exp(-x * x))];
		for (const scale of [0.5, 3, 1, 8]) {
			const at = normalMatrix(200, 1, 48).data.map((x) => scale * x);
			const exact = functions(at);
			table(at, functions).forEach((values, j) => {
				const error = values.reduce((most, x, s) => Math.max(most, Math.abs(x - exact[j]![s]!)), 0);
				expect(error).toBeLessThan(1e-6);
			});
		}
	});

	it("is made once for points in its range", () => {
		const table = smoothTable();
		let made = 0;
		const functions = (at: Float64Array) => {
			made++;
			return [at.slice()];
		};
		for (const seed of [1, 2, 3, 4]) table(uniformNumbers(seed), functions);
		expect(made).toBe(1);
	});
});

function uniformNumbers(seed: number): Float64Array {
	return Float64Array.from(splitStream(seedStream(seed), 0), (word) => word / 2 ** 32);
}
