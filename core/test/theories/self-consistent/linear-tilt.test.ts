import {
	choleskyFactor,
	choleskyInverse,
	createEngine,
	gram,
	logDeterminant,
	type Matrix,
	matrix,
	multiply,
} from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { CumulantPoint } from "../../../src/theories/self-consistent/cumulant-function.ts";
import {
	type LinearNetwork,
	linearCumulant,
} from "../../../src/theories/self-consistent/linear/linear-cumulant.ts";
import { linearTilt } from "../../../src/theories/self-consistent/linear/linear-tilt.ts";
import { normalMatrix } from "../../helpers/problems.ts";
import { relativeDifference } from "./linear-problems.ts";

const engine = await createEngine({ engine: "reference" });
const POINTS = 4;

const networks: Record<string, LinearNetwork> = {
	dense: { short: 1, long: 5, variance: 0.4, units: 3, readoutBiasVariance: 0 },
	"convolution with a readout bias": { short: 3, long: 4, variance: 0.3, units: 7, readoutBiasVariance: 0.6 },
	square: { short: 3, long: 3, variance: 0.3, units: 2, readoutBiasVariance: 0 },
};

/** I - (lam/C) T^T T over the side of length l, or I - (lam/C) T T^T. */
function gap(T: Matrix, ratio: number, transposeA: boolean): Matrix {
	const result = gram(engine, T, { transposeA, alpha: -ratio });
	for (let i = 0; i < result.rows; i++) result.data[i * result.rows + i]! += 1;
	return result;
}

function inverse(m: Matrix): Matrix {
	const cholesky = choleskyFactor(engine, m);
	if (!cholesky.positiveDefinite) throw new Error("not positive definite");
	return choleskyInverse(engine, cholesky.factor);
}

function trace(a: Matrix, b: Matrix): number {
	const product = multiply(engine, a, b);
	let sum = 0;
	for (let i = 0; i < product.rows; i++) sum += product.data[i * product.rows + i]!;
	return sum;
}

describe.each(Object.entries(networks))("the cumulants of a linear network, %s", (_name, network) => {
	const { short: m, long: l, variance, units, readoutBiasVariance } = network;
	const inputs = normalMatrix(POINTS, m * l, 21);
	const biasInput = new Float64Array(POINTS).fill(1);
	const cumulant = linearCumulant(engine, network, { inputs, biasInput });
	const tau = normalMatrix(POINTS, 1, 22).data.map((x) => 0.2 * x);
	const point = cumulant.at(tau)!;
	const X = Array.from({ length: POINTS }, (_, a) =>
		matrix(m, l, inputs.data.slice(a * m * l, (a + 1) * m * l)),
	);
	const T = matrix(
		m,
		l,
		Float64Array.from({ length: m * l }, (_, i) => X.reduce((sum, x, a) => sum + tau[a]! * x.data[i]!, 0)),
	);
	const ratio = variance / units;
	const A = inverse(gap(T, ratio, true));
	const B = inverse(gap(T, ratio, false));
	/** Of five-point differences: truncation h^4 and rounding 1e-16/h are both near 1e-12. */
	const STEP = 1e-3;
	const shifted = (j: number, h: number) => cumulant.at(tau.map((x, i) => (i === j ? x + h : x)))!;
	/** d/dt_j of some numbers at t. */
	function slope(j: number, of: (at: CumulantPoint) => Float64Array): Float64Array {
		const [far, near] = [2, 1].map((k) => [of(shifted(j, k * STEP)), of(shifted(j, -k * STEP))] as const);
		return near![0].map((x, i) => (8 * (x - near![1][i]!) - (far![0][i]! - far![1][i]!)) / (12 * STEP));
	}

	it("is (5), with s_b^2 (sum t)^2 / 2 for a readout bias", () => {
		const cholesky = choleskyFactor(engine, gap(T, ratio, true));
		if (!cholesky.positiveDefinite) throw new Error("outside the domain");
		const sum = tau.reduce((total, t) => total + t, 0);
		const expected = (-units / 2) * logDeterminant(cholesky.factor) + (readoutBiasVariance * sum ** 2) / 2;
		expect(Math.abs(point.value - expected)).toBeLessThan(1e-14);
	});

	it("has W' and W'' that are the derivatives of W", () => {
		const hessian = point.hessian();
		for (let j = 0; j < POINTS; j++) {
			expect(Math.abs(slope(j, ({ value }) => Float64Array.of(value))[0]! - point.gradient[j]!)).toBeLessThan(
				1e-9,
			);
			const column = slope(j, ({ gradient }) => gradient);
			column.forEach((x, i) => {
				expect(Math.abs(x - hessian.data[i * POINTS + j]!)).toBeLessThan(1e-9);
			});
		}
	});

	it("has W'' as (7) writes it", () => {
		const G = multiply(engine, T, A);
		const hessian = point.hessian();
		const expected = Float64Array.from({ length: POINTS ** 2 }, (_, i) => {
			const [a, b] = [X[Math.floor(i / POINTS)]!, X[i % POINTS]!];
			const left = multiply(engine, a, multiply(engine, B, b), { transposeA: true });
			const first = multiply(engine, a, G, { transposeA: true });
			const second = multiply(engine, b, G, { transposeA: true });
			return variance * trace(left, A) + variance * ratio * trace(first, second) + readoutBiasVariance;
		});
		expect(relativeDifference(hessian.data, expected)).toBeLessThan(1e-13);
	});

	it("has the contraction (8) that is the derivative of W''", () => {
		const spread = normalMatrix(POINTS, POINTS, 23);
		const precision = gram(engine, spread);
		for (let i = 0; i < POINTS; i++) precision.data[i * POINTS + i]! += 1;
		const cholesky = choleskyFactor(engine, precision);
		if (!cholesky.positiveDefinite) throw new Error("not positive definite");
		const covariance = choleskyInverse(engine, cholesky.factor);
		const contraction = point.contractThird(cholesky.factor);
		for (let j = 0; j < POINTS; j++) {
			const change = slope(j, (at) => at.hessian().data);
			const expected = change.reduce((sum, x, i) => sum + x * covariance.data[i]!, 0);
			expect(Math.abs(contraction[j]! - expected)).toBeLessThan(1e-9);
		}
	});

	it("has the kernels lam tr(X A X^T) and lam tr(X^T B X)", () => {
		const tilt = linearTilt(engine, network, T.data)!;
		const long = gram(engine, tilt.longSideFeatures(inputs));
		const short = gram(engine, tilt.shortSideFeatures(inputs));
		for (const [a, x] of X.entries()) {
			for (const [b, z] of X.entries()) {
				const overLong = multiply(engine, multiply(engine, x, A), z, { transposeB: true });
				const overShort = multiply(engine, x, multiply(engine, B, z), { transposeA: true });
				const traceOf = (product: Matrix) =>
					product.data.reduce((sum, entry, i) => sum + (i % (product.rows + 1) === 0 ? entry : 0), 0);
				expect(Math.abs(long.data[a * POINTS + b]! - variance * traceOf(overLong))).toBeLessThan(1e-13);
				expect(Math.abs(short.data[a * POINTS + b]! - variance * traceOf(overShort))).toBeLessThan(1e-13);
			}
		}
	});

	it("is infinite, and says so, at the edge of its domain", () => {
		const { domainDistance } = linearTilt(engine, network, T.data)!;
		const edge = 1 / Math.sqrt(1 - domainDistance);
		expect(cumulant.at(tau.map((t) => 0.999999 * edge * t))).toBeDefined();
		expect(cumulant.at(tau.map((t) => 1.000001 * edge * t))).toBeUndefined();
		expect(cumulant.at(tau.map(() => Number.NaN))).toBeUndefined();
	});
});
