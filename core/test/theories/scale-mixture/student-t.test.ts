/** What the law of a linear network is, and what it is not: the statements of docs/theories/scale-mixture.md on Student's t. */
import { seedStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { generalizedInverseGaussian } from "../../../src/scale-mixture/generalized-inverse-gaussian.ts";
import { engine } from "./solve.ts";

const inputs = [
	[1, 0.5, -0.3],
	[0.2, -1, 0.4],
	[0.7, 0.1, 0.9],
];

/** f at the inputs, of networks drawn from a prior with unit variances: one row a draw. */
function drawnNetworks(widths: readonly number[], draws: number) {
	const stream = seedStream(11);
	const layers = [...widths, 1].map((width, l) => {
		const fanIn = l === 0 ? inputs[0]!.length : widths[l - 1]!;
		return { width, fanIn, block: engine.allocate(width * fanIn) };
	});
	return Array.from({ length: draws }, () => {
		let hidden: number[][] = inputs;
		for (const { width, fanIn, block } of layers) {
			engine.fillNormal(stream, block);
			const z = block.data;
			const unit = (h: number[], i: number) => h.reduce((sum, x, k) => sum + x * z[i * fanIn + k]!, 0);
			hidden = hidden.map((h) => Array.from({ length: width }, (_, i) => unit(h, i) / Math.sqrt(fanIn)));
		}
		return hidden.map(([f]) => f!);
	});
}

const covariance = (i: number, j: number) =>
	inputs[i]!.reduce((sum, x, k) => sum + x * inputs[j]![k]!, 0) / inputs[0]!.length;

const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const standardError = (x: readonly number[]) => {
	const m = mean(x);
	return Math.sqrt(mean(x.map((v) => (v - m) ** 2)) / x.length);
};

describe("the prior of a linear network", () => {
	const draws = drawnNetworks([6], 20000);

	it("has the characteristic function (1 + s^T K s / N)^(-N/2)", () => {
		for (const s of [
			[1, 0, 0],
			[0.5, -1.5, 1],
			[1.2, 0.4, 1.1],
		]) {
			const form = s.reduce(
				(sum, a, i) => sum + s.reduce((row, b, j) => row + a * b * covariance(i, j), 0),
				0,
			);
			const waves = draws.map((f) => Math.cos(f.reduce((sum, x, i) => sum + x * s[i]!, 0)));
			const z = (mean(waves) - (1 + form / 6) ** -3) / standardError(waves);
			expect(Math.abs(z)).toBeLessThan(4);
		}
		// The Gaussian of infinite width is far off: one s with s^T K s = 1.49.
		expect((1 + 1.49 / 6) ** -3).toBeCloseTo(0.514, 3);
		expect(Math.exp(-1.49 / 2)).toBeCloseTo(0.475, 3);
	});

	it("has the excess kurtosis 3 [prod (1 + 2/N_l) - 1]", () => {
		for (const widths of [[6], [6, 5]]) {
			const values = drawnNetworks(widths, 20000).map(([f]) => f! / Math.sqrt(covariance(0, 0)));
			const fourth = values.map((f) => f ** 4);
			const expected = 3 * widths.reduce((product, width) => product * (1 + 2 / width), 1);
			expect(Math.abs(mean(fourth) - expected) / standardError(fourth)).toBeLessThan(4);
		}
	});
});

describe("the posterior at zero noise", () => {
	// Excess kurtosis of f given y, 3 Var[q] / E[q]^2, with b = P; and that of the t with P - N degrees of freedom.
	it.each([
		[2, 20, 0.312, 0.429],
		[2, 200, 0.0303, 0.0309],
		[1, 2000, 0.003, 0.00301],
	])("tends to a Student t for P >> N: N = %d, P = %d", (N, P, exact, t) => {
		const { mean: q, deviation } = generalizedInverseGaussian((N - P) / 2, N, P);
		const excess = 3 * (deviation / q) ** 2;
		// The numbers have three digits.
		expect(Math.abs(excess / exact - 1)).toBeLessThan(2e-3);
		expect(Math.abs(6 / (P - N - 4) / t - 1)).toBeLessThan(2e-3);
		expect(excess).toBeLessThan(6 / (P - N - 4));
	});
});
