import { choleskyFactor, createEngine, logDeterminant, matrix, multiply, seedStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { priorKernels } from "../../src/index.ts";
import {
	featureSource,
	hiddenUnit,
	refine,
	ruleFamily,
	tiltedKernel,
	trapezoidRule,
} from "../../src/tilted-unit/index.ts";
import { messageOf } from "../helpers/message-of.ts";
import { denseLayer, largestDifference, networkOf, normalMatrix, smallProblem } from "../helpers/problems.ts";
import { planeProblem } from "./plane-problem.ts";

const engine = await createEngine();

/** E[phi phi^T] over training, then test points, from the closed forms. */
function exactMoment(problem: ReturnType<typeof planeProblem>) {
	const all = matrix(
		problem.trainInputs.rows + problem.testInputs!.rows,
		problem.trainInputs.columns,
		Float64Array.of(...problem.trainInputs.data, ...problem.testInputs!.data),
	);
	const network = { ...problem.network, readout: { weightVariance: 1, biasVariance: 0 } };
	return priorKernels(engine, { trainInputs: all, network }).output.train;
}

describe("averages over the prior", () => {
	it.each(["erf", "linear", "quadratic", "sin"])("of %s units are the closed-form kernel", (activation) => {
		const problem = planeProblem(activation);
		const unit = hiddenUnit(engine, problem);
		expect(unit.dimension).toBe(3);
		const [rule] = ruleFamily(engine, unit, { even: true, stream: seedStream(0) }).rules(0);
		const { kernel, effectiveFraction, logNormalizer } = tiltedKernel(
			engine,
			featureSource(engine, unit, rule!),
		);
		const exact = exactMoment(problem);
		const scale = Math.max(...exact.data);
		// The rule is good to rounding for entire functions; erf, entire as well, grows fast off the real axis.
		expect(largestDifference(kernel, exact) / scale).toBeLessThan(1e-11);
		expect(effectiveFraction).toBeCloseTo(1, 12);
		expect(logNormalizer).toBeCloseTo(0, 12);
	});

	it("by Sobol points agree within their standard errors", () => {
		const problem = smallProblem(networkOf([denseLayer("erf")]));
		const unit = hiddenUnit(engine, problem);
		const exact = exactMoment(problem);
		const { values, errors, converged } = refine(
			ruleFamily(engine, unit, { stream: seedStream(5), scrambles: 16 }),
			(rule) => tiltedKernel(engine, featureSource(engine, unit, rule)).kernel.data,
			(kernel) => kernel.map(() => 1e-3),
			2 ** 17,
		);
		expect(converged).toBe(true);
		const z = values.map((x, k) => (x - exact.data[k]!) / errors[k]!);
		// Student's t of 15 degrees of freedom, 45 distinct and strongly correlated entries.
		expect(Math.max(...z.map(Math.abs))).toBeLessThan(5);
		expect(Math.sqrt(z.reduce((sum, x) => sum + x * x, 0) / z.length)).toBeLessThan(2);
	});

	it("leave the grid for Sobol points where the inputs are too large for its step", () => {
		const unit = hiddenUnit(engine, planeProblem("erf"));
		const family = (gridBudget: number) => ruleFamily(engine, unit, { stream: seedStream(0), gridBudget });
		const [grid] = family(2 ** 26).rules(0);
		expect(grid!.kind).toBe("trapezoid");
		expect(family(grid!.count - 1).kind).toBe("sobol");
		// A refinement by two levels halves the step: 2^3 times the points, up to those on the surface of the ball.
		expect(family(2 ** 26).rules(2)[0]!.count / grid!.count).toBeCloseTo(8, 1);
	});

	it("by a grid take longer steps along the axes that move the pre-activations less", () => {
		const inputs = matrix(2, 2, Float64Array.of(2, 0.1, -1.5, 0.2));
		const unit = {
			...hiddenUnit(engine, planeProblem("erf")),
			trainPoints: 2,
			points: 2,
			dimension: 2,
			inputs,
		};
		const [rule] = ruleFamily(engine, unit, { stream: seedStream(0) }).rules(0);
		// Steps 0.1 and 0.3 in a circle of radius sqrt(70), its circumference apart.
		expect((rule!.count * 0.1 * 0.3) / (70 * Math.PI)).toBeCloseTo(1, 2);
		const { kernel } = tiltedKernel(engine, featureSource(engine, unit, rule!));
		const [A, B, C] = [4.01, 2.29, -2.98];
		const erfKernel = (a: number, b: number, c: number) =>
			(2 / Math.PI) * Math.asin((2 * c) / Math.sqrt((1 + 2 * a) * (1 + 2 * b)));
		expect(kernel.data[0]).toBeCloseTo(erfKernel(A, A, A), 11);
		expect(kernel.data[1]).toBeCloseTo(erfKernel(A, B, C), 11);
		expect(kernel.data[3]).toBeCloseTo(erfKernel(B, B, B), 11);
	});

	it("are the same with the features stored or evaluated anew", () => {
		const unit = hiddenUnit(engine, planeProblem("erf"));
		const rule = trapezoidRule(3, 0.4, 6);
		const stored = featureSource(engine, unit, rule);
		const first = tiltedKernel(engine, stored).kernel;
		expect(tiltedKernel(engine, stored).kernel).toEqual(first);
		expect(tiltedKernel(engine, featureSource(engine, unit, rule, { stored: 0 })).kernel).toEqual(first);
	});

	it("refuse a rule in other dimensions than the unit's", () => {
		const unit = hiddenUnit(engine, planeProblem("erf"));
		expect(messageOf(() => featureSource(engine, unit, trapezoidRule(2, 0.4, 6)))).toBe(
			"featureSource: wanted a rule in 3 dimensions, those of the unit; got 2.",
		);
	});
});

describe("averages over a tilted linear unit", () => {
	// exp(phi^T A phi) over h ~ N(0, C) is the Gaussian with covariance S = (C^-1 - 2A)^-1; the normalizer det(I - 2 C A)^-1/2.
	const problem = planeProblem("linear");
	const unit = hiddenUnit(engine, problem);
	const P = unit.trainPoints;
	const t = matrix(1, P, Float64Array.of(0.2, -0.1, 0.15, 0.05, -0.2));
	const Q = multiply(engine, normalMatrix(P, P, 9), normalMatrix(P, P, 9), { transposeB: true, alpha: 0.05 });
	const form = matrix(
		P,
		P,
		Q.data.map((x) => -x),
	);
	const A = matrix(unit.points, unit.points);
	for (let a = 0; a < P; a++) {
		for (let b = 0; b < P; b++) A.data[a * unit.points + b] = t.data[a]! * t.data[b]! + form.data[a * P + b]!;
	}
	// In w space: precision I - 2 U^T A U.
	const curvature = multiply(engine, unit.inputs, multiply(engine, A, unit.inputs), {
		transposeA: true,
		alpha: -2,
	});
	for (let k = 0; k < 3; k++) curvature.data[k * 4]! += 1;
	const cholesky = choleskyFactor(engine, curvature);
	if (!cholesky.positiveDefinite) throw new Error("the tilt of this test is not normalizable");
	const logNormalizer = -0.5 * logDeterminant(cholesky.factor);

	it("have the Gaussian's moments, normalizer and effective sample size", () => {
		const radius = Math.sqrt(2 * 60);
		const source = featureSource(engine, unit, trapezoidRule(3, 0.3, radius, { even: true }));
		const result = tiltedKernel(engine, source, { fields: t, form });
		expect(result.logNormalizer).toBeCloseTo(logNormalizer, 11);
		const covariance = invert(curvature);
		const exact = multiply(engine, multiply(engine, unit.inputs, covariance), unit.inputs, {
			transposeB: true,
		});
		expect(largestDifference(result.kernel, exact)).toBeLessThan(1e-11);
		// E_0 exp(2E) / (E_0 exp E)^2, twice the tilt in the numerator.
		const doubled = matrix(
			3,
			3,
			curvature.data.map((x, k) => 2 * x - (k % 4 === 0 ? 1 : 0)),
		);
		const factor = choleskyFactor(engine, doubled);
		if (!factor.positiveDefinite) throw new Error("twice the tilt is not normalizable");
		expect(Math.log(result.effectiveFraction)).toBeCloseTo(
			2 * logNormalizer + 0.5 * logDeterminant(factor.factor),
			9,
		);
	});

	it("have -1/2 log(1 - 2 t.C t) as the logarithm of their normalizer for one field", () => {
		const source = featureSource(engine, unit, trapezoidRule(3, 0.3, Math.sqrt(2 * 60)));
		const image = multiply(engine, t, matrix(P, 3, unit.inputs.data.slice(0, 3 * P)));
		const x = image.data.reduce((sum, v) => sum + v * v, 0);
		const exact = -0.5 * Math.log(1 - 2 * x);
		expect(tiltedKernel(engine, source, { fields: t }).logNormalizer).toBeCloseTo(exact, 11);
	});

	it("stay finite for exponents whose exponential overflows", () => {
		const wide = smallProblem(networkOf([denseLayer("erf")]), {
			trainInputs: matrix(1, 1, Float64Array.of(1)),
			trainTargets: matrix(1, 1, Float64Array.of(1)),
			testInputs: matrix(1, 1, Float64Array.of(2)),
		});
		const bounded = hiddenUnit(engine, wide);
		const source = featureSource(engine, bounded, trapezoidRule(1, 0.05, 42));
		// exp(800 erf^2): erf is 1 wherever the weight is, up to exp(-800).
		const result = tiltedKernel(engine, source, { fields: matrix(1, 1, Float64Array.of(Math.sqrt(800))) });
		expect(result.kernel.data[0]).toBeCloseTo(1, 3);
		expect(result.largestExponent).toBeCloseTo(800, 9);
		expect(result.logNormalizer).toBeLessThan(800);
		expect(result.logNormalizer).toBeGreaterThan(780);
	});

	it("refuse more points than the unit has", () => {
		const source = featureSource(engine, unit, trapezoidRule(3, 0.5, 6));
		expect(messageOf(() => tiltedKernel(engine, source, { form: matrix(8, 8) }))).toBe(
			"tilt: wanted at most 7 points, those of the unit; got 8.",
		);
	});
});

/** The inverse of a 3 x 3 matrix by cofactors. */
function invert({ data: m }: { readonly data: Float64Array }) {
	const at = (i: number, j: number) => m[(i % 3) * 3 + (j % 3)]!;
	const cofactor = (i: number, j: number) =>
		at(i + 1, j + 1) * at(i + 2, j + 2) - at(i + 1, j + 2) * at(i + 2, j + 1);
	const determinant = at(0, 0) * cofactor(0, 0) + at(0, 1) * cofactor(0, 1) + at(0, 2) * cofactor(0, 2);
	return matrix(
		3,
		3,
		Float64Array.from({ length: 9 }, (_, k) => cofactor(k % 3, Math.floor(k / 3)) / determinant),
	);
}
