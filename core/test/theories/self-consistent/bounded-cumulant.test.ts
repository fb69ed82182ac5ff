import { dot, type Matrix, matrixFromRows } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findActivation } from "../../../src/index.ts";
import { tiltedUnit } from "../../../src/theories/self-consistent/bounded/bounded-cumulant.ts";
import { featureSource, type HiddenUnit, trapezoidRule } from "../../../src/tilted-unit/index.ts";
import { bruteForceCumulant, derivative } from "./bounded-oracle.ts";
import { engine } from "./bounded-problems.ts";

const INPUTS = [
	[0.8, -0.3],
	[-0.4, 1.1],
	[0.5, 0.9],
	[1.2, 0.2],
] as const;
const unit: HiddenUnit = {
	activation: findActivation("erf"),
	trainPoints: 4,
	points: 4,
	positions: 1,
	dimension: 2,
	inputs: matrixFromRows(INPUTS),
};
const network = { width: 3, readoutVariance: 1.4, readoutBiasVariance: 0 };
const grid = trapezoidRule(2, 0.15, 10.5, { even: false });
const tilted = (activation: string, t: Float64Array, rest: Partial<typeof network> = {}) =>
	tiltedUnit(
		engine,
		{ ...network, ...rest },
		featureSource(engine, { ...unit, activation: findActivation(activation) }, grid),
		t,
	);
/** The last component is a test point's: zero. */
const t = Float64Array.of(1.3, -0.9, 0.7, 0);

describe("the cumulant generating function of a bounded unit", () => {
	it.each(["erf", "tanh", "sigmoid", "sin"])("with %s and its derivatives agree with brute force", (name) => {
		const W = bruteForceCumulant(findActivation(name).value, INPUTS, network.width, network.readoutVariance);
		const { value, gradient, hessian } = tilted(name, t);
		expect(Math.abs(value - W(t))).toBeLessThan(1e-12);
		const H = hessian();
		for (let b = 0; b < 4; b++) {
			expect(Math.abs(gradient[b]! - derivative((x) => [W(x)], t, b)[0]!)).toBeLessThan(1e-9);
			const slopes = derivative((x) => tilted(name, x).gradient, t, b);
			slopes.forEach((slope, a) => {
				expect(Math.abs(H.data[a * 4 + b]! - slope)).toBeLessThan(1e-9);
			});
		}
	});

	it("has the third derivatives of equation (15), contracted, also at a test point", () => {
		const factor = matrixFromRows([
			[1.1, 0, 0],
			[-0.4, 0.8, 0],
			[0.3, 0.2, 1.4],
		]);
		const P = 3;
		// Lam = (L L^T)^-1, so that its contraction is that of columns of L^-T.
		const inverse = inverseOf(factor);
		const source = featureSource(engine, { ...unit, trainPoints: P }, grid);
		const third = tiltedUnit(engine, network, source, t.slice(0, P)).contractThird(factor);
		const contracted = (x: Float64Array) => {
			const H = tilted("erf", x).hessian();
			let sum = 0;
			for (let a = 0; a < P; a++) for (let b = 0; b < P; b++) sum += inverse[a]![b]! * H.data[a * 4 + b]!;
			return [sum];
		};
		for (let a = 0; a < 4; a++)
			expect(Math.abs(third[a]! - derivative(contracted, t, a)[0]!)).toBeLessThan(1e-9);
	});

	it("gets s_b^2 (sum t)^2 / 2 from a readout bias", () => {
		const [plain, biased] = [tilted("erf", t), tilted("erf", t, { readoutBiasVariance: 0.5 })];
		const total = t.reduce((sum, x) => sum + x, 0);
		expect(biased.value - plain.value).toBeCloseTo(0.25 * total * total, 13);
		expect(biased.gradient[3]! - plain.gradient[3]!).toBeCloseTo(0.5 * total, 13);
		expect(biased.hessian().data[7]! - plain.hessian().data[7]!).toBeCloseTo(0.5, 13);
	});
});

/** (L L^T)^-1 for 3 x 3 by cofactors. */
function inverseOf(L: Matrix): number[][] {
	const A = [0, 1, 2].map((i) =>
		[0, 1, 2].map((j) => dot(L.data.subarray(3 * i, 3 * i + 3), L.data.subarray(3 * j, 3 * j + 3))),
	);
	const cofactor = (i: number, j: number) => {
		const [r, s] = [(i + 1) % 3, (i + 2) % 3];
		const [u, v] = [(j + 1) % 3, (j + 2) % 3];
		return A[r]![u]! * A[s]![v]! - A[r]![v]! * A[s]![u]!;
	};
	const determinant = [0, 1, 2].reduce((sum, j) => sum + A[0]![j]! * cofactor(0, j), 0);
	return [0, 1, 2].map((i) => [0, 1, 2].map((j) => cofactor(j, i) / determinant));
}
