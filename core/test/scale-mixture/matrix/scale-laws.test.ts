/** Prior laws of a matrix of scales: derivatives against differences, moments and exact identities against draws. */
import { createEngine, matrixFromRows, seedStream } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { createVariateSource } from "../../../src/scale-mixture/matrix/chi-square.ts";
import { independentScales } from "../../../src/scale-mixture/matrix/independent-scales.ts";
import { rotatedLaw } from "../../../src/scale-mixture/matrix/rotated-law.ts";
import type { ScaleLaw } from "../../../src/scale-mixture/matrix/scale-law.ts";
import { wishartProduct } from "../../../src/scale-mixture/matrix/wishart-product.ts";
import { expectAgreement } from "../../helpers/z-scores.ts";

const engine = await createEngine();

const rotation = matrixFromRows([
	[Math.cos(0.6), -Math.sin(0.6)],
	[Math.sin(0.6), Math.cos(0.6)],
]);

const laws: [string, ScaleLaw][] = [
	["Wishart of size 3, N = 7", wishartProduct(3, [7])],
	["singular Wishart of size 3, N = 2", wishartProduct(3, [2])],
	["product of widths 4, 1 and 5, size 2", wishartProduct(2, [4, 1, 5])],
	["product of widths 2 and 6, size 3", wishartProduct(3, [2, 6])],
	["rotated Wishart of size 2, N = 3", rotatedLaw(engine, wishartProduct(2, [3]), rotation)],
	["independent scales, N = 3", independentScales(3, 3)],
];

/** A function of Q that grows slowly: f = -tr(B Q), gradient -B. */
const B = (n: number) =>
	Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 0.5 + 0.2 * (k % n) : 0.1));

describe.each(laws)("%s", (_, law) => {
	const n = law.size;
	const x = Float64Array.from({ length: law.dimension }, (__, i) => 0.4 * Math.sin(3 * i + 1));
	const difference = (f: (x: Float64Array) => number) =>
		Array.from(x, (__, i) => {
			const at = (h: number) => {
				const y = x.slice();
				y[i]! += h;
				return f(y);
			};
			// Fourth-order differences with step 1e-3: error about 1e-12.
			return (8 * (at(1e-3) - at(-1e-3)) - (at(2e-3) - at(-2e-3))) / 12e-3;
		});
	const linear = (y: Float64Array) => {
		const q = law.scalesAt(y);
		return -B(n).reduce((sum, b, k) => sum + b * q[k]!, 0);
	};

	test("its derivatives are those of differences", () => {
		const density = law.logDensityGradient(x);
		difference(law.logDensity).forEach((g, i) => {
			expect(Math.abs(g - density[i]!)).toBeLessThan(1e-9);
		});
		const pulled = law.pullBack(
			x,
			B(n).map((b) => -b),
		);
		difference(linear).forEach((g, i) => {
			expect(Math.abs(g - pulled[i]!)).toBeLessThan(1e-9);
		});
	});

	test("its draws have mean I, and the controls of a tilted law average to 0", () => {
		const source = createVariateSource(engine, seedStream(7));
		const draws = Array.from({ length: 4000 }, () => law.draw(source));
		const scales = draws.map(law.scalesAt);
		const average = (
			values: readonly ArrayLike<number>[],
			weights: readonly number[],
			truth: readonly number[],
		) => {
			const total = weights.reduce((a, b) => a + b, 0);
			return truth.map((t, k) => {
				const mean = weights.reduce((sum, w, i) => sum + w * values[i]![k]!, 0) / total;
				const squares = weights.reduce((sum, w, i) => sum + (w * (values[i]![k]! - mean)) ** 2, 0);
				return { label: `${k}`, estimate: mean, error: Math.sqrt(squares) / total, truth: t, truthError: 0 };
			});
		};
		const identity = Array.from({ length: n * n }, (__, k) => (k % (n + 1) === 0 ? 1 : 0));
		const moving = identity.map((__, k) => k).filter((k) => scales.some((q) => q[k] !== 0));
		expectAgreement(
			average(
				scales.map((q) => moving.map((k) => q[k]!)),
				draws.map(() => 1),
				moving.map((k) => identity[k]!),
			),
		);
		// Weights e^f, which is at most 1.
		const slope = B(n).map((b) => -b);
		const controls = draws.map((y) => law.controls(y, slope));
		expectAgreement(
			average(
				controls,
				draws.map((y) => Math.exp(linear(y))),
				Array.from(controls[0]!, () => 0),
			),
		);
	});
});

test.each([1, 2, 3, 40])("chi-square of %i degrees: mean n, variance 2n", (degrees) => {
	const source = createVariateSource(engine, seedStream(degrees));
	const draws = Array.from({ length: 10_000 }, () => source.chiSquare(degrees));
	const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
	const squares = draws.map((x) => (x - degrees) ** 2);
	const variance = squares.reduce((a, b) => a + b, 0) / draws.length;
	const spread = Math.sqrt(squares.reduce((sum, s) => sum + (s - variance) ** 2, 0)) / draws.length;
	expectAgreement([
		{
			label: "mean",
			estimate: mean,
			error: Math.sqrt(variance / draws.length),
			truth: degrees,
			truthError: 0,
		},
		{ label: "variance", estimate: variance, error: spread, truth: 2 * degrees, truthError: 0 },
	]);
});
