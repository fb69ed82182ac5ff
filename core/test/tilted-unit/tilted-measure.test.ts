/** Measures on points and on directions, and the rules behind them. */
import { createEngine, matrix, matrixFromRows, seedStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import {
	circleRule,
	featureSource,
	hiddenUnit,
	mappedRule,
	paddedSobolRule,
	pointExponents,
	polarRule,
	ruleWeights,
	secondMoment,
	sphereRule,
	sumOverUnit,
	tiltedKernel,
	tiltedMeasure,
	trapezoidRule,
	twoDirections,
} from "../../src/tilted-unit/index.ts";
import { denseLayer, largestDifference, networkOf, normalMatrix, smallProblem } from "../helpers/problems.ts";

const engine = await createEngine({ engine: "wasm" });

const unitOf = (activation: string, inputs: number) =>
	hiddenUnit(
		engine,
		smallProblem(networkOf([denseLayer(activation)]), {
			trainInputs: normalMatrix(4, inputs, 1),
			trainTargets: normalMatrix(4, 1, 2),
			testInputs: normalMatrix(2, inputs, 3),
		}),
	);

const form = matrixFromRows([
	[0.05, 0.02, 0, -0.03],
	[0.02, -0.1, 0.01, 0],
	[0, 0.01, 0.04, 0.02],
	[-0.03, 0, 0.02, -0.2],
]);

/** log E exp(E) and E_p[phi phi^T] by a stored measure. */
function byMeasure(source: ReturnType<typeof featureSource>) {
	const measure = tiltedMeasure(source, ruleWeights(source), pointExponents(engine, source, { form }))!;
	const n = source.unit.points;
	const kernel = matrix(n, n, sumOverUnit(engine, source, secondMoment(engine, source.unit), measure.second));
	return { measure, kernel };
}

describe("a stored measure", () => {
	it("is the one of averageOverUnit", () => {
		const source = featureSource(engine, unitOf("erf", 2), trapezoidRule(2, 0.3, 8));
		const { measure, kernel } = byMeasure(source);
		const other = tiltedKernel(engine, source, { form });
		expect(largestDifference(kernel, other.kernel)).toBeLessThan(1e-15);
		expect(measure.logNormalizer).toBeCloseTo(other.logNormalizer, 14);
		expect(measure.effectiveSampleSize).toBeCloseTo(other.effectiveSampleSize, 9);
		expect(measure.second).toBe(measure.probabilities);
		expect(measure.fourth).toBe(measure.probabilities);
	});

	it.each([
		[1, () => twoDirections()],
		[2, () => circleRule(engine, unitOf("relu", 2).inputs, 24)],
	])("on directions in %i dimensions has the radius integrated", (inputs, rule) => {
		const unit = unitOf("relu", inputs);
		const { measure, kernel } = byMeasure(featureSource(engine, unit, rule()));
		// Radii enough for the tilted radial integral.
		const radial = inputs === 2 ? polarRule(engine, unit.inputs, 24, 40) : trapezoidRule(1, 1e-3, 30);
		const other = tiltedKernel(engine, featureSource(engine, unit, radial), { form });
		// The grid has the kink of relu at a node: its error is the square of the step.
		const accuracy = inputs === 2 ? 1e-12 : 1e-6;
		expect(largestDifference(kernel, other.kernel)).toBeLessThan(accuracy);
		expect(Math.abs(measure.logNormalizer - other.logNormalizer)).toBeLessThan(accuracy);
	});

	it("on directions has the fourth moment of the radius", () => {
		const source = featureSource(
			engine,
			unitOf("linear", 3),
			sphereRule(paddedSobolRule(engine, 3, 10, seedStream(1))),
		);
		const prior = tiltedMeasure(source, ruleWeights(source), new Float64Array(1024))!;
		// E r^2 = d and E r^4 = d (d + 2) of a normal vector.
		expect(prior.second[7]! / prior.probabilities[7]!).toBeCloseTo(3, 12);
		expect(prior.fourth[7]! / prior.probabilities[7]!).toBeCloseTo(15, 12);
		expect(prior.logNormalizer).toBe(0);
		expect(prior.effectiveSampleSize).toBeCloseTo(1024, 8);
	});

	it("does not exist on directions where the tilt outgrows the prior", () => {
		const source = featureSource(engine, unitOf("relu", 2), circleRule(engine, unitOf("relu", 2).inputs));
		const weights = ruleWeights(source);
		expect(
			tiltedMeasure(
				source,
				weights,
				weights.map(() => 0.5),
			),
		).toBeUndefined();
		expect(
			tiltedMeasure(
				source,
				weights,
				weights.map(() => 0.49),
			),
		).toBeDefined();
	});

	it("keeps the logarithm of a weak tilt", () => {
		const source = featureSource(engine, unitOf("erf", 1), trapezoidRule(1, 0.3, 8));
		const weak = tiltedMeasure(source, ruleWeights(source), new Float64Array(source.rule.count).fill(1e-20))!;
		expect(weak.logNormalizer / 1e-20).toBeCloseTo(1, 12);
	});
});

it.each([
	[
		"two coordinates",
		matrixFromRows([
			[1.3, 0],
			[-0.4, 0.9],
		]),
	],
	["the first one", matrixFromRows([[1.4]])],
])("a mapped rule averages over the same prior: %s", (_name, factor) => {
	const unit = unitOf("erf", 2);
	// A step of 0.08 is good for rounding also where it is stretched.
	const [plain, mapped] = [trapezoidRule(2, 0.08, 8), mappedRule(trapezoidRule(2, 0.08, 11), factor)].map(
		(rule) => tiltedKernel(engine, featureSource(engine, unit, rule), { form }),
	);
	expect(largestDifference(mapped!.kernel, plain!.kernel)).toBeLessThan(1e-12);
	expect(mapped!.logNormalizer).toBeCloseTo(plain!.logNormalizer, 12);
});
