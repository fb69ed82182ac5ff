import { createEngine, diagonal, type Matrix, matrix, matrixFromRows, seedStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import {
	activationNames,
	defineActivation,
	dualOf,
	findActivation,
	type GaussianPairs,
} from "../../src/index.ts";
import { pairsBuilder } from "../../src/kernels/gaussian-pairs.ts";
import { quadratureDual } from "../../src/kernels/quadrature.ts";
import { messageOf } from "../helpers/message-of.ts";

const engine = await createEngine({ engine: "reference" });

/** One pair of different points for each row (a, b, c). */
function pairsOf(rows: readonly (readonly [number, number, number])[]): GaussianPairs {
	return {
		variances: Float64Array.from(rows.flatMap((row) => row.slice(0, 2))),
		first: Int32Array.from(rows, (_, k) => 2 * k),
		second: Int32Array.from(rows, (_, k) => 2 * k + 1),
		covariances: Float64Array.from(rows, ([, , c]) => c),
	};
}

/** The pairs on and below the diagonal of a covariance: each entry once. */
function symmetricPairs(covariance: Matrix): GaussianPairs {
	const n = covariance.rows;
	const builder = pairsBuilder(diagonal(covariance), (n * (n + 1)) / 2);
	builder.addTriangle(covariance, 0);
	return builder.pairs;
}

/** Ordinary, antiparallel, nearly parallel, parallel, uncorrelated and very different variances. */
const ROWS: [number, number, number][] = [
	[1.3, 0.7, 0.4],
	[0.5, 2.1, -0.8],
	[1, 1, 0.9999],
	[1.44, 0.25, 0.6],
	[1.44, 0.25, -0.6],
	[0.9, 0.3, 0],
	[4, 0.01, 0.1],
];

/** All but the (anti)parallel pairs, where derivatives of relu diverge. */
const GENERIC = ROWS.filter(([a, b, c]) => c * c < 0.99 * a * b);

describe.each(activationNames())("dual activation of %s", (name) => {
	const dual = dualOf(name);
	const activation = findActivation(name);

	it("agrees with 100,000 draws within five standard errors", () => {
		const draws = 100_000;
		const [a, b, c] = [1.3, 0.7, 0.4];
		const normals = engine.allocate(2 * draws);
		engine.fillNormal(seedStream(7), normals);
		const slope = c / Math.sqrt(a);
		const rest = Math.sqrt(b - slope * slope);
		let [sum, squares, mean, meanSquares] = [0, 0, 0, 0];
		for (let i = 0; i < draws; i++) {
			const [z1, z2] = [normals.data[2 * i]!, normals.data[2 * i + 1]!];
			const left = activation.value(Math.sqrt(a) * z1);
			const product = left * activation.value(slope * z1 + rest * z2);
			sum += product;
			squares += product * product;
			mean += left;
			meanSquares += left * left;
		}
		const z = (total: number, square: number, truth: number) =>
			(total / draws - truth) / Math.sqrt((square / draws - (total / draws) ** 2) / draws);
		expect(Math.abs(z(sum, squares, dual.kernel(engine, pairsOf([[a, b, c]]))[0]!))).toBeLessThan(5);
		expect(Math.abs(z(mean, meanSquares, dual.mean(engine, Float64Array.of(a))[0]!))).toBeLessThan(5);
	});

	it("has the gradient and the Hessian that central differences of its kernel give", () => {
		// Fourth-order differences: truncation step^4 times a fifth derivative, rounding 1e-16 / step^2.
		const step = 2e-3;
		const weights = [
			[-2, 1 / 12],
			[-1, -2 / 3],
			[1, 2 / 3],
			[2, -1 / 12],
		] as const;
		const { gradient, hessian } = dual.derivatives(engine, pairsOf(GENERIC));
		const shift = (row: readonly number[], argument: number, amount: number) =>
			row.map((x, i) => (i === argument ? x + amount : x)) as [number, number, number];
		GENERIC.forEach((row, k) => {
			// Distances in units of the smallest scale on which the kernel varies: the smaller variance.
			const unit = step * Math.min(row[0], row[1]);
			const slopes = (at: readonly number[]) => {
				const moved = [0, 1, 2].flatMap((argument) =>
					weights.map(([position]) => shift(at, argument, position * unit)),
				);
				const values = dual.kernel(engine, pairsOf(moved));
				return [0, 1, 2].map((argument) =>
					weights.reduce((sum, [, w], i) => sum + (w * values[4 * argument + i]!) / unit, 0),
				);
			};
			const numerical = slopes(row);
			const scale = 1 / Math.min(row[0], row[1]);
			for (let p = 0; p < 3; p++) {
				expect(Math.abs(gradient[3 * k + p]! - numerical[p]!)).toBeLessThan(1e-9 * scale);
			}
			const pairsOfArguments = [
				[0, 0],
				[1, 1],
				[2, 2],
				[0, 1],
				[0, 2],
				[1, 2],
			] as const;
			pairsOfArguments.forEach(([p, q], entry) => {
				const values = weights.map(([position]) => {
					const derivatives = dual.derivatives(engine, pairsOf([shift(row, q, position * unit)]));
					return derivatives.gradient[p]!;
				});
				const second = weights.reduce((sum, [, w], i) => sum + (w * values[i]!) / unit, 0);
				expect(Math.abs(hessian[6 * k + entry]! - second)).toBeLessThan(1e-8 * scale ** 2);
			});
		});
	});

	it("treats a point of variance 0 as the number phi(0)", () => {
		const rows: [number, number, number][] = [
			[0, 1.3, 0],
			[0, 0, 0],
		];
		const atZero = activation.value(0);
		const mean = dual.mean(engine, Float64Array.of(1.3))[0]!;
		const [mixed, both] = dual.kernel(engine, pairsOf(rows));
		expect(Math.abs(mixed! - atZero * mean)).toBeLessThan(1e-14);
		expect(Math.abs(both! - atZero * atZero)).toBeLessThan(1e-14);
		const { gradient, hessian } = dual.derivatives(engine, pairsOf(rows));
		for (const derivative of [...gradient, ...hessian]) expect(Number.isFinite(derivative)).toBe(true);
	});
});

describe("quadrature", () => {
	it.each(["linear", "erf", "quadratic", "sin"])("reproduces the closed forms of %s", (name) => {
		const byQuadrature = quadratureDual(findActivation(name));
		const closed = dualOf(name);
		const pairs = pairsOf(ROWS);
		const [expected, actual] = [closed.kernel(engine, pairs), byQuadrature.kernel(engine, pairs)];
		expected.forEach((value, k) => {
			expect(Math.abs(actual[k]! - value)).toBeLessThan(1e-12);
		});
		const [exact, approximate] = [closed, byQuadrature].map((dual) => dual.derivatives(engine, pairs));
		for (const key of ["gradient", "hessian"] as const) {
			exact![key].forEach((value, i) => {
				// The Hessian of erf at nearly parallel points of variance 4 and 0.01 has entries of order 100.
				expect(Math.abs(approximate![key][i]! - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
			});
		}
		expect(
			Math.abs(
				byQuadrature.mean(engine, Float64Array.of(1.7))[0]! - closed.mean(engine, Float64Array.of(1.7))[0]!,
			),
		).toBeLessThan(1e-14);
	});

	it("switches to the product rule where the expansion is too slow, without a seam", () => {
		// erf at a variance of 40: poles of its kernel are near, and pairs above a correlation of 0.9 need more than 512 orders.
		const rows = [0.5, 0.9, 0.95, 0.99, 0.999, 1, -0.99].map((r): [number, number, number] => [
			40,
			40,
			40 * r,
		]);
		const expected = dualOf("erf").kernel(engine, pairsOf(rows));
		const actual = quadratureDual(findActivation("erf")).kernel(engine, pairsOf(rows));
		expected.forEach((value, k) => {
			expect(Math.abs(actual[k]! - value)).toBeLessThan(1e-11);
		});
	});

	it("computes each entry of a symmetric matrix once, its diagonal included", () => {
		const covariance = matrixFromRows([
			[1, 0.5, -0.2],
			[0.5, 2, 0.1],
			[-0.2, 0.1, 0.7],
		]);
		const pairs = symmetricPairs(covariance);
		expect([...pairs.first]).toEqual([0, 1, 1, 2, 2, 2]);
		expect([...pairs.second]).toEqual([0, 0, 1, 0, 1, 2]);
		const values = quadratureDual(findActivation("erf")).kernel(engine, pairs);
		dualOf("erf")
			.kernel(engine, pairs)
			.forEach((value, k) => {
				expect(Math.abs(values[k]! - value)).toBeLessThan(1e-13);
			});
	});

	it("refuses a function with a kink, unless it brings its closed form", () => {
		const absolute = defineActivation({
			name: "absolute",
			odd: false,
			value: Math.abs,
			derivative: Math.sign,
		});
		expect(messageOf(() => quadratureDual(absolute).kernel(engine, pairsOf([[1, 1, 0.5]])))).toBe(
			"activation absolute: wanted Gaussian averages to a relative accuracy of 1e-10 by quadrature; got 1.9e-6 at a pre-activation variance of 1. A function with a kink or a jump needs its own closed form (the `dual` of its definition); otherwise lower the weight variances or rescale the inputs.",
		);
	});

	it.each([0.1, 0.3, 2.3, 2.5, 3, 4, 5, 7, 10])(
		"has the derivatives of tanh at coincident points of variance %d",
		(a) => {
			const { gradient, hessian } = quadratureDual(findActivation("tanh")).derivatives(
				engine,
				pairsOf([[a, a, a]]),
			);
			// By the derivatives themselves, on steps that leave the poles at pi/2 an error of exp(-pi^2/(0.01 sqrt(a))) < 1e-100.
			const average = (f: (t: number, slope: number) => number) => {
				let sum = 0;
				for (let z = -12; z <= 12; z += 0.01) {
					const t = Math.tanh(Math.sqrt(a) * z);
					sum += (0.01 * Math.exp(-0.5 * z * z) * f(t, 1 - t * t)) / Math.sqrt(2 * Math.PI);
				}
				return sum;
			};
			const second = average((t, s) => -2 * t * t * s);
			const slopes = average((_, s) => s * s);
			const fourth = average((t, s) => t * s * (16 * t - 24 * t ** 3));
			const curvatures = average((t, s) => 4 * t * t * s * s);
			const third = average((t, s) => s * s * (6 * t * t - 2));
			const expected = [fourth / 4, fourth / 4, curvatures, curvatures / 4, third / 2, third / 2];
			const wanted = [second / 2, second / 2, slopes, ...expected];
			// The criterion is conservative: what is left out is below the rounding of some hundred terms.
			[...gradient, ...hessian].forEach((x, k) => {
				expect(Math.abs(x - wanted[k]!)).toBeLessThan(1e-12);
			});
		},
	);

	it("refuses derivatives where the expansion does not converge", () => {
		expect(messageOf(() => dualOf("tanh").derivatives(engine, pairsOf([[100, 1, 0.5]])))).toBe(
			"activation tanh: wanted pre-activation variances at which its Hermite expansion converges within 2048 orders; got variances up to 100. Lower the weight variances or rescale the inputs.",
		);
	});

	it("is exact for tanh at variances of 1000, as inputs in raw units give", () => {
		// By the trapezoidal rule on a plane, steps 0.004 and 0.0025 alike.
		const value = dualOf("tanh").kernel(engine, pairsOf([[1000, 900, 600]]))[0]!;
		expect(Math.abs(value - 0.4354551812073669)).toBeLessThan(1e-13);
	});

	it("is exact for tanh at a variance of 25, where Gauss-Hermite rules fail", () => {
		// By adaptive quadrature with 30 digits.
		const value = dualOf("tanh").kernel(engine, symmetricPairs(matrix(1, 1, Float64Array.of(25))))[0]!;
		expect(Math.abs(value - 0.842961759562543)).toBeLessThan(1e-13);
	});
});
