/**
 * Stationary AR(1) chains x_t = rho x_t-1 + sqrt(1 - rho^2) noise, whose effective sample sizes are known in closed form: of the
 * mean, of the variance and of a quantile. Estimates are compared with the truth within four standard deviations of their own
 * scatter over repetitions, so that the tolerance is measured and not chosen.
 */
import { createEngine, seedStream } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import {
	bulkEss,
	type Diagnostic,
	ess,
	mcseMean,
	mcseStandardDeviation,
	tailEss,
} from "../../src/diagnostics/index.ts";

const engine = await createEngine({ engine: "reference" });
const CHAINS = 4;
const DRAWS = 500;
const REPETITIONS = 60;

function autoregressive(seed: number, rho: number): Float64Array[] {
	const block = engine.allocate(CHAINS * DRAWS);
	const stream = seedStream(seed);
	engine.fillNormal(stream, block);
	return Array.from({ length: CHAINS }, (_, c) => {
		const x = block.data.slice(c * DRAWS, (c + 1) * DRAWS);
		for (let t = 1; t < DRAWS; t++) x[t] = rho * x[t - 1]! + Math.sqrt(1 - rho * rho) * x[t]!;
		return x;
	});
}

function defined(diagnostic: Diagnostic): number {
	if (!diagnostic.defined) throw new Error(diagnostic.reason);
	return diagnostic.value;
}

const average = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;

/** Mean over repetitions and its standard error. */
function repeated(rho: number, statistic: (chains: Float64Array[]) => Diagnostic) {
	const values = Array.from({ length: REPETITIONS }, (_, r) =>
		defined(statistic(autoregressive(1000 + r, rho))),
	);
	const mean = average(values);
	const variance = average(values.map((x) => (x - mean) ** 2));
	return { mean, deviation: Math.sqrt(variance) };
}

/**
 * tau of the indicator of x <= q, q the 5 % quantile: 1 + 2 sum over t of its autocorrelation, with the tetrachoric series
 * Cov = sum over k of r^k (phi(q) He_k-1(q))^2 / k! at r = rho^t, summed over t first.
 */
function quantileTau(rho: number): number {
	const [p, q] = [0.05, -1.6448536269514722];
	const density = Math.exp((-q * q) / 2) / Math.sqrt(2 * Math.PI);
	let [before, hermite] = [0, 1];
	let tau = 1;
	for (let k = 1; k <= 2000; k++) {
		tau += (2 * (density * hermite) ** 2 * rho ** k) / (k * p * (1 - p) * (1 - rho ** k));
		// He_k / sqrt(k!) by its recurrence.
		[before, hermite] = [hermite, (q * hermite - Math.sqrt(k - 1) * before) / Math.sqrt(k)];
	}
	return tau;
}

describe.each([0, 0.5, 0.9, -0.5])("rho = %d", (rho) => {
	const total = CHAINS * DRAWS;

	// A truncated sum of noisy autocorrelations is a little biased: up to 3 % at rho = 0.9 and this length (5 % for quantiles,
	// whose ESS is moreover the smaller of two estimates). Beside the bias, 4 standard errors of the mean over repetitions.
	test.each([
		["ess", ess, total * ((1 - rho) / (1 + rho)), 0.05],
		["bulkEss", bulkEss, total * ((1 - rho) / (1 + rho)), 0.05],
		["tailEss", tailEss, total / quantileTau(rho), 0.08],
	] as const)("%s", (_, statistic, truth, bias) => {
		const { mean, deviation } = repeated(rho, statistic);
		expect(Math.abs(mean / truth - 1)).toBeLessThan(bias + (4 * deviation) / truth / Math.sqrt(REPETITIONS));
		// A single estimate is good to 15 %; to a third at rho = 0.9, where 2000 draws are worth 105.
		expect(deviation / truth).toBeLessThan(rho > 0.5 ? 0.33 : 0.15);
	});

	test("standard errors are the scatter of the estimates", () => {
		// x^2 has the autocorrelation rho^2t.
		const cases = [
			["mean", mcseMean, Math.sqrt((1 + rho) / (1 - rho) / total)],
			["deviation", mcseStandardDeviation, Math.sqrt((1 + rho ** 2) / (1 - rho ** 2) / (2 * total))],
		] as const;
		for (const [name, statistic, truth] of cases) {
			const { mean, deviation } = repeated(rho, statistic);
			const tolerance = 0.04 + (4 * deviation) / truth / Math.sqrt(REPETITIONS);
			expect(Math.abs(mean / truth - 1), name).toBeLessThan(tolerance);
		}
	});
});

test("the mean over its standard error is a standard normal", () => {
	const z = Array.from({ length: 400 }, (_, r) => {
		const chains = autoregressive(5000 + r, 0.7);
		return average(chains.flatMap((chain) => [...chain])) / defined(mcseMean(chains));
	});
	// Standard deviations of 400 numbers: 1/20 of their mean, 1/sqrt(800) = 0.035 of their root mean square, and 1/91 of the
	// share beyond 1.96; the estimated error widens z by half the squared relative scatter of the ESS, about 1 %.
	expect(Math.abs(average(z))).toBeLessThan(4 / 20);
	expect(Math.abs(Math.sqrt(average(z.map((x) => x * x))) - 1.01)).toBeLessThan(4 * 0.035);
	expect(z.filter((x) => Math.abs(x) > 1.96).length / 400).toBeLessThan(0.053 + 4 / 91);
});

test("an antithetic chain counts more than its draws, to a limit", () => {
	const chains = autoregressive(1, 0).map((chain) =>
		chain.map((x, t, all) => (t % 2 === 0 ? x : -all[t - 1]!)),
	);
	// The mean of such a chain is 0 exactly: ESS is at most M n log10(M n).
	expect(defined(ess(chains))).toBeCloseTo(2000 * Math.log10(2000), 6);
});
