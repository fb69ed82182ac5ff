/** Four-point moments, the tensor V and the derivatives that carry it through layers. */
import { createEngine, multiply } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { dualOf } from "../../../src/kernels/dual-of.ts";
import { exactMoment } from "../../../src/theories/finite-width-correction/exact-moments.ts";
import { pairCount, pairIndex } from "../../../src/theories/finite-width-correction/kernel-covariance.ts";
import {
	averagedUnitCovariance,
	exactUnitCovariance,
} from "../../../src/theories/finite-width-correction/unit-covariance.ts";
import { exactRule, trapezoidRule, unitOfCovariance } from "../../../src/tilted-unit/index.ts";
import { normalMatrix } from "../../helpers/problems.ts";

const engine = await createEngine({ engine: "reference" });
const exact = ["linear", "quadratic", "erf", "relu"] as const;

function covarianceOf(n: number, d: number, seed = 7) {
	const x = normalMatrix(n, d, seed);
	return multiply(engine, x, x, { transposeB: true, alpha: 1 / d });
}

describe.each(exact)("four-point moments of %s", (activation) => {
	it.each([2, 3, 6])("do not depend on the order of the slots, in %d dimensions", (d) => {
		const moment = exactMoment(activation)!(engine, covarianceOf(4, d).data, 4);
		const size = moment(0, 0, 0, 0);
		for (const [i, j, k, l] of [
			[0, 1, 2, 3],
			[0, 0, 1, 2],
			[1, 1, 2, 2],
			[3, 3, 3, 0],
		] as const) {
			const value = moment(i, j, k, l);
			for (const permuted of [moment(l, k, j, i), moment(k, i, l, j), moment(j, i, k, l)]) {
				// Rounding of the fourth moment's scale; the relu formula takes square roots of determinants that are 0 to rounding.
				expect(Math.abs(permuted - value) / size).toBeLessThan(activation === "relu" ? 1e-11 : 1e-13);
			}
		}
	});

	it("are those of a rule over the weights", () => {
		const covariance = covarianceOf(3, 2);
		const unit = unitOfCovariance(engine, activation, covariance, 3);
		// erf has no poles: a step of 0.1 leaves rounding. The others have rules that are exact.
		const rule = exactRule(engine, unit, 4, 1e6) ?? trapezoidRule(2, 0.1, 9);
		const averaged = averagedUnitCovariance(engine, unit, rule);
		const closed = exactUnitCovariance(engine, activation, covariance.data, 3);
		const size = Math.max(...closed.map(Math.abs));
		averaged.forEach((value, at) => {
			expect(Math.abs(value - closed[at]!) / size).toBeLessThan(1e-12);
		});
	});
});

it.each([
	[1e4, 0.991736377220104],
	[1e6, 0.999173615950057],
])("the fourth moment of erf at variance %d", (variance, expected) => {
	// E erf(h)^4 by adaptive quadrature in 30 digits. Rounding of the correlations over 1 - r = 1 / (2 variance).
	const moment = exactMoment("erf")!(engine, Float64Array.of(variance), 1)(0, 0, 0, 0);
	expect(Math.abs(moment - expected)).toBeLessThan(1e-16 * variance);
});

describe("relu", () => {
	const moment = (rows: readonly (readonly number[])[]) => {
		const n = rows.length;
		const C = Float64Array.from({ length: n * n }, (_, at) =>
			rows[Math.floor(at / n)]!.reduce((sum, x, k) => sum + x * rows[at % n]![k]!, 0),
		);
		return exactMoment("relu")!(engine, C, n);
	};

	it("of independent pre-activations is the product of their means", () => {
		const value = moment([
			[1, 0, 0, 0],
			[0, 1, 0, 0],
			[0, 0, 1, 0],
			[0, 0, 0, 1],
		])(0, 1, 2, 3);
		expect(value).toBeCloseTo((1 / Math.sqrt(2 * Math.PI)) ** 4, 14);
	});

	it("is continuous where points become repeated, parallel or antiparallel", () => {
		const near = (angle: number) =>
			moment([
				[1, 0, 0],
				[Math.cos(angle), Math.sin(angle), 0],
				[0.3, 0.5, 1],
				[0.2, -0.7, 0.4],
			])(0, 1, 2, 3);
		// The moment changes by a number of order 1 times the angle.
		expect(Math.abs(near(1e-6) - near(0))).toBeLessThan(1e-6);
		expect(near(Math.PI)).toBe(0);
		expect(Math.abs(near(Math.PI - 1e-4))).toBeLessThan(1e-8);
	});

	it("of four points in a plane of three dimensions agrees with the same points in two", () => {
		const plane = [
			[1, 0],
			[0.4, 0.9],
			[-0.2, 1.1],
			[0.8, -0.3],
		];
		const flat = moment(plane)(0, 1, 2, 3);
		// A fifth point out of the plane takes the general formula, whose determinants are then 0 to rounding.
		const spatial = moment([...plane.map((x) => [...x, 0]), [0, 0, 1]])(0, 1, 2, 3);
		expect(Math.abs(spatial - flat) / flat).toBeLessThan(1e-8);
	});
});

describe.each(exact)("V of %s", (activation) => {
	it("is symmetric within pairs by its indexing and between pairs, and U in all four", () => {
		const n = 4;
		const T = pairCount(n);
		const V = exactUnitCovariance(engine, activation, covarianceOf(n, 5).data, n);
		const at = (a: number, b: number, c: number, d: number) => V[pairIndex(a, b) * T + pairIndex(c, d)]!;
		const U = (a: number, b: number, c: number, d: number) =>
			at(a, b, c, d) + at(a, c, b, d) + at(a, d, b, c);
		const size = Math.max(...V.map(Math.abs));
		for (let a = 0; a < n; a++) {
			for (let b = 0; b < n; b++) {
				expect(at(a, b, 2, 3)).toBe(at(2, 3, a, b));
				expect(Math.abs(U(a, b, 2, 3) - U(3, a, b, 2)) / size).toBeLessThan(1e-13);
				expect(Math.abs(U(a, b, 2, 3) - U(b, 2, a, 3)) / size).toBeLessThan(1e-13);
			}
		}
	});
});

describe.each([...exact, "tanh", "gelu"])("derivatives of the kernel of %s", (activation) => {
	const dual = dualOf(activation);
	const at = (a: number, b: number, c: number) => ({
		variances: Float64Array.of(a, b),
		first: Int32Array.of(0),
		second: Int32Array.of(1),
		covariances: Float64Array.of(c),
	});
	const arguments_ = [1.1, 0.8, 0.35] as const;
	const shifted = (k: number, h: number) => {
		const x = [...arguments_] as [number, number, number];
		x[k]! += h;
		return at(...x);
	};
	const step = 1e-4;

	it("agree with central differences", () => {
		const { gradient, hessian } = dual.derivatives(engine, at(...arguments_));
		const places = [
			[0, 3, 4],
			[3, 1, 5],
			[4, 5, 2],
		];
		for (let k = 0; k < 3; k++) {
			const [up, down] = [shifted(k, step), shifted(k, -step)];
			const slope = (dual.kernel(engine, up)[0]! - dual.kernel(engine, down)[0]!) / (2 * step);
			// Third derivatives of order 1 times step^2 / 6.
			expect(Math.abs(slope - gradient[k]!)).toBeLessThan(1e-8);
			const [high, low] = [dual.derivatives(engine, up).gradient, dual.derivatives(engine, down).gradient];
			for (let j = 0; j < 3; j++) {
				expect(Math.abs((high[j]! - low[j]!) / (2 * step) - hessian[places[k]![j]!]!)).toBeLessThan(3e-8);
			}
		}
	});
});
