import { createEngine, matrix, seedStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import {
	degreeFiveRule,
	gaussHermiteRule,
	type IntegrationRule,
	polarRule,
	sobolRule,
	trapezoidRule,
} from "../../src/tilted-unit/index.ts";
import { messageOf } from "../helpers/message-of.ts";

const engine = await createEngine({ engine: "reference" });

/** sum_s weights_s f(w_s), in chunks of a size that does not divide the count. */
function average(rule: IntegrationRule, f: (w: readonly number[]) => number): number {
	let [sum, count] = [0, 0];
	for (const chunk of rule.chunks(37)) {
		count += chunk.count;
		for (let s = 0; s < chunk.count; s++) {
			const w = Array.from({ length: rule.dimension }, (_, k) => chunk.points[k * chunk.count + s]!);
			sum += chunk.weights[s]! * f(w);
		}
	}
	expect(count).toBe(rule.count);
	return sum;
}

/** E w^k, w ~ N(0, 1). */
const normalMoment = (k: number): number => (k % 2 === 1 ? 0 : k === 0 ? 1 : (k - 1) * normalMoment(k - 2));

/** Every exponent vector of total degree at most `degree`. */
function exponents(dimension: number, degree: number): number[][] {
	if (dimension === 0) return [[]];
	return Array.from({ length: degree + 1 }, (_, k) =>
		exponents(dimension - 1, degree - k).map((rest) => [k, ...rest]),
	).flat();
}

function largestMomentError(rule: IntegrationRule, degree: number): number {
	return Math.max(
		...exponents(rule.dimension, degree).map((powers) => {
			const exact = powers.reduce((product, k) => product * normalMoment(k), 1);
			return Math.abs(average(rule, (w) => powers.reduce((x, k, i) => x * w[i]! ** k, 1)) - exact);
		}),
	);
}

describe("rules that are exact for polynomials", () => {
	it.each([1, 2, 3, 5, 6])("the degree-five rule in %d dimensions", (dimension) => {
		// Sums of O(100) terms of order 10, with cancelling weights.
		expect(largestMomentError(degreeFiveRule(dimension), 5)).toBeLessThan(1e-12);
	});

	it("the Gauss-Hermite product, to degree 2 nodes - 1", () => {
		// E w^8 = 105, reached from points up to 2.9.
		expect(largestMomentError(gaussHermiteRule(engine, 2, 5), 9)).toBeLessThan(1e-11);
		expect(average(gaussHermiteRule(engine, 1, 5), (w) => w[0]! ** 10)).not.toBeCloseTo(945, 0);
	});

	it("the polar rule for even powers, and for products of half-rectified ones", () => {
		const inputs = matrix(3, 2, Float64Array.of(1, 0.4, -0.7, 1.1, 0, 0));
		const rule = polarRule(engine, inputs);
		const even = exponents(2, 4).filter(([a, b]) => (a! + b!) % 2 === 0);
		for (const [a, b] of even) {
			const exact = normalMoment(a!) * normalMoment(b!);
			expect(average(rule, (w) => w[0]! ** a! * w[1]! ** b!)).toBeCloseTo(exact, 12);
		}
		const relu = (a: number, w: readonly number[]) =>
			Math.max(0, inputs.data[2 * a]! * w[0]! + inputs.data[2 * a + 1]! * w[1]!);
		// E relu^4 = 3 |u|^4 / 2; the arc-cosine kernel for the pair.
		expect(average(rule, (w) => relu(0, w) ** 4)).toBeCloseTo(1.5 * 1.16 ** 2, 12);
		const [A, B, C] = [1.16, 1.7, -0.7 + 0.44];
		const t = Math.acos(C / Math.sqrt(A * B));
		const kernel = (Math.sqrt(A * B) / (2 * Math.PI)) * (Math.sin(t) + (Math.PI - t) * Math.cos(t));
		expect(average(rule, (w) => relu(0, w) * relu(1, w))).toBeCloseTo(kernel, 12);
	});
});

describe("the trapezoidal rule", () => {
	it.each([1, 2, 3])("integrates an entire function to rounding in %d dimensions", (dimension) => {
		// E cos(|w|_1 direction) = exp(-r/2); the error of the step is exp(-2 pi^2 / 0.5^2), that of the radius exp(-36).
		for (const even of [false, true]) {
			const rule = trapezoidRule(dimension, 0.5, 8.5, { even });
			const value = average(rule, (w) => Math.cos(w.reduce((sum, x) => sum + x, 0)));
			expect(value).toBeCloseTo(Math.exp(-dimension / 2), 13);
		}
	});

	it("drops the points outside its radius", () => {
		const rule = trapezoidRule(2, 0.5, 3);
		let most = 0;
		average(rule, ([x, y]) => {
			most = Math.max(most, Math.hypot(x!, y!));
			return 1;
		});
		expect(most).toBe(3);
		expect(rule.count).toBeLessThan(13 ** 2);
	});
});

describe("scrambled Sobol points", () => {
	it("fill every dyadic interval of every coordinate, and every elementary box of the first two, equally", () => {
		const m = 8;
		for (const dimension of [2, 17, 64]) {
			const rule = sobolRule(engine, dimension, m, seedStream(3));
			const cells = Array.from({ length: dimension }, () => new Set<number>());
			const squares = new Set<number>();
			average(rule, (w) => {
				const u = w.map(normalDistribution);
				u.forEach((x, k) => {
					cells[k]!.add(Math.floor(x * 2 ** m));
				});
				squares.add(Math.floor(u[0]! * 16) * 16 + Math.floor(u[1]! * 16));
				return 1;
			});
			for (const cell of cells) expect(cell.size).toBe(2 ** m);
			expect(squares.size).toBe(2 ** m);
		}
	});

	it("average without bias, with an error well below that of random numbers", () => {
		const f = (w: readonly number[]) => Math.cos(w.reduce((sum, x, k) => sum + x / (k + 1), 0));
		const variance = Array.from({ length: 6 }, (_, k) => 1 / (k + 1) ** 2).reduce((a, b) => a + b, 0);
		const exact = Math.exp(-variance / 2);
		const stream = seedStream(11);
		const values = Array.from({ length: 16 }, () => average(sobolRule(engine, 6, 10, stream), f));
		const mean = values.reduce((a, b) => a + b, 0) / 16;
		const error = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (16 * 15));
		expect(Math.abs(mean - exact) / error).toBeLessThan(4);
		// 16 x 1024 independent draws would have a standard error of about 0.6 / 128.
		expect(error).toBeLessThan(0.6 / 128 / 5);
	});

	it("refuses more dimensions than it has direction numbers for", () => {
		expect(messageOf(() => sobolRule(engine, 65, 4, seedStream(0)))).toBe(
			"sobolRule: wanted at most 64 dimensions and 2^31 points; got 65 and 2^4.",
		);
	});
});

/** To 2e-16 absolute by the series of the incomplete integral; enough to tell intervals of 2^-8 apart. */
function normalDistribution(z: number): number {
	let [term, sum] = [z, z];
	for (let k = 1; k < 400; k++) {
		term *= (z * z) / (2 * k + 1);
		sum += term;
	}
	return 0.5 + (sum * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI);
}
