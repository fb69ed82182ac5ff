/** Markov chains of one unit where quadrature knows the answers. */
import { createEngine, matrix, seedStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findActivation } from "../../src/index.ts";
import {
	averageOverUnit,
	featureSource,
	type HiddenUnit,
	type IntegrationRule,
	resampledPoints,
	secondMoment,
	sobolRule,
	type Tilt,
	tiltedKernel,
	tiltedPopulation,
	trapezoidRule,
} from "../../src/tilted-unit/index.ts";
import { normalMatrix } from "../helpers/problems.ts";

const engine = await createEngine({ engine: "wasm" });

function planeUnit(activation: string, points = 4): HiddenUnit {
	return {
		activation: findActivation(activation),
		trainPoints: points,
		points,
		positions: 1,
		dimension: 2,
		inputs: normalMatrix(points, 2, 41),
	};
}

const GROUPS = 16;

/** Draws of a tilted unit by chains that come from the prior; ellipses of the width that a fit to the strongest gives. */
function draw(unit: HiddenUnit, tilt: Tilt, seed = 1, draws = 16) {
	const population = tiltedPopulation(engine, unit, {
		chains: 512,
		groups: GROUPS,
		scales: Float64Array.of(2, 2),
		stream: seedStream(seed),
	});
	population.moveTo(tilt);
	return population.draw(draws, 3, 60);
}

/** <phi phi^T>, lower triangle, by a rule. */
function kernelBy(unit: HiddenUnit, rule: IntegrationRule, tilt: Tilt): number[] {
	const { kernel } = tiltedKernel(engine, featureSource(engine, unit, rule), tilt);
	return Array.from(kernel.data).filter((_, k) => k % kernel.columns <= Math.floor(k / kernel.columns));
}

/** (estimate - truth) / standard error of every kernel entry, the error by the spread of the groups of chains. */
function scores(unit: HiddenUnit, tilt: Tilt, groups: readonly IntegrationRule[]): number[] {
	const truth = kernelBy(unit, trapezoidRule(2, 0.05, 16), tilt);
	const estimates = groups.map((rule) => kernelBy(unit, rule, tilt));
	return truth.map((exact, k) => {
		const values = estimates.map((estimate) => estimate[k]!);
		const mean = values.reduce((sum, x) => sum + x, 0) / GROUPS;
		const spread = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (GROUPS * (GROUPS - 1));
		return (mean - exact) / Math.sqrt(spread);
	});
}

function rootMeanSquare(z: readonly number[]): number {
	return Math.sqrt(z.reduce((sum, x) => sum + x * x, 0) / z.length);
}

const field = (strength: number): Tilt => ({
	fields: matrix(
		1,
		4,
		normalMatrix(1, 4, 45).data.map((x) => strength * x),
	),
});
const stiffness = matrix(
	4,
	4,
	Float64Array.from({ length: 16 }, (_, k) => (k % 5 === 0 ? 3 : 1)),
);

describe("draws of a tilted unit have the averages of a quadrature", () => {
	// Ten entries of t-distributed scores with 15 degrees of freedom, strongly correlated: a root mean square of 2.5 and a largest
	// of 4.5 are exceeded in less than one seed of 500.
	const tilts: Record<string, [string, Tilt]> = {
		"of no tilt": ["erf", {}],
		"of a weak tilt": ["erf", field(0.5)],
		"of two modes at w and -w": ["erf", field(2.5)],
		"of a stiff readout": ["tanh", { ...field(2), stiffness }],
		"of a unit that is not odd": ["sigmoid", field(2)],
	};
	it.each(Object.entries(tilts))("%s", (_, [activation, tilt]) => {
		const unit = planeUnit(activation);
		const { groups, rHat, effectiveSampleSize } = draw(unit, tilt);
		const z = scores(unit, tilt, groups);
		expect(rootMeanSquare(z)).toBeLessThan(2.5);
		expect(Math.max(...z.map(Math.abs))).toBeLessThan(4.5);
		// Sixteen independent groups; far from converged would be 1.1.
		expect(rHat).toBeLessThan(1.02);
		expect(effectiveSampleSize).toBeGreaterThan(1000);
	});

	it("reweighted to a tilt close by", () => {
		const unit = planeUnit("erf");
		const { groups } = draw(unit, field(2.2));
		const z = scores(unit, field(2.5), groups);
		expect(rootMeanSquare(z)).toBeLessThan(2.5);
	});
});

describe("chains", () => {
	it("visit both modes of an even tilt", () => {
		const unit = planeUnit("erf");
		const { rule } = draw(unit, field(2.5));
		const [t] = [field(2.5).fields!.data];
		let positive = 0;
		for (const { points, count } of rule.chunks(2 ** 20)) {
			for (let s = 0; s < count; s++) {
				let along = 0;
				for (let a = 0; a < 4; a++) {
					const [x, y] = [unit.inputs.data[2 * a]!, unit.inputs.data[2 * a + 1]!];
					along += t![a]! * Math.tanh(x * points[s]! + y * points[count + s]!);
				}
				if (along > 0) positive++;
			}
		}
		// Half of 8192 draws, 512 chains independent at least: a standard error below 1/45.
		expect(Math.abs(positive / rule.count - 0.5)).toBeLessThan(4 / 45);
	});

	it("give the same draws for the same stream", () => {
		const unit = planeUnit("erf");
		const pointsOf = (seed: number) => [...draw(unit, field(1), seed, 2).rule.chunks(8)][0]!.points;
		expect(pointsOf(1)).toEqual(pointsOf(1));
		expect(pointsOf(1)).not.toEqual(pointsOf(2));
	});

	it("follow a tilt to another one", () => {
		const unit = planeUnit("erf");
		const population = tiltedPopulation(engine, unit, {
			chains: 1024,
			groups: GROUPS,
			scales: Float64Array.of(2, 2),
			stream: seedStream(7),
		});
		expect(population.moveTo(field(2.5))).toBeGreaterThan(1);
		population.moveTo({ ...field(2), stiffness });
		const z = scores(unit, { ...field(2), stiffness }, population.draw(16, 3, 60).groups);
		expect(rootMeanSquare(z)).toBeLessThan(2.5);
	});

	it("start from points drawn with their probabilities, each group from its own", () => {
		const rules = [3, 5].map((seed) => sobolRule(engine, 2, 8, seedStream(seed)));
		const probabilities = rules.map(() =>
			Float64Array.from({ length: 256 }, (_, s) => (s < 2 ? 0.25 : 0.5 / 254)),
		);
		const starts = resampledPoints(engine, rules, probabilities, 2000, seedStream(4));
		for (const [g, rule] of rules.entries()) {
			const [first] = rule.chunks(256);
			for (const point of [0, 1]) {
				let copies = 0;
				for (let c = g; c < 2000; c += 2) {
					if (starts[c] === first!.points[point] && starts[2000 + c] === first!.points[256 + point]) copies++;
				}
				expect(Math.abs(copies - 250)).toBeLessThanOrEqual(1);
			}
		}
	});

	it("weigh nothing where the tilt is the one that they were drawn for", () => {
		const unit = planeUnit("erf");
		const { rule } = draw(unit, field(2), 1, 4);
		const source = featureSource(engine, unit, rule);
		const { effectiveSampleSize } = averageOverUnit(engine, source, secondMoment(engine, unit), field(2));
		expect(Math.abs(effectiveSampleSize / rule.count - 1)).toBeLessThan(1e-10);
	});
});
