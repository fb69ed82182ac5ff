import { matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { rankingScore, verdict } from "../../src/experiments/verdict.ts";

const column = (...values: number[]) => matrix(values.length, 1, Float64Array.from(values));
const converged = {
	convergence: { converged: true, iterations: 1, residual: 0 },
	diagnostics: {
		chains: 4,
		draws: 100,
		warmup: 100,
		maxRHat: 1.001,
		minBulkEss: 400,
		minTailEss: 400,
		divergences: 0,
		acceptanceRate: 0.8,
		stepSize: 0.1,
		seed: 1,
	},
};
/** Independent errors of 0.01 at every point. */
const independent = (weights: Float64Array) => 0.01 * Math.hypot(...weights);

describe("rankingScore", () => {
	it("is the difference of squared distances over its standard error", () => {
		const a = column(1, 2);
		const b = column(1.5, 2);
		const mean = column(1.1, 2);
		// |a - mu|^2 - |b - mu|^2 = 0.01 - 0.16 = -0.15; standard error 2 * 0.01 * 0.5 = 0.01.
		expect(rankingScore(a, b, mean, independent)).toBeCloseTo(-15, 12);
		expect(rankingScore(b, a, mean, independent)).toBeCloseTo(15, 12);
	});

	it("is 0 for equal theories even when the projection has no error", () => {
		expect(rankingScore(column(1, 2), column(1, 2), column(0, 0), () => 0)).toBe(0);
	});
});

describe("verdict", () => {
	const near = { id: "near", mean: column(1, 2.01), converged: true };
	const far = { id: "far", mean: column(1.4, 2), converged: true };

	it("names the closest theory and by how much it leads", () => {
		const result = verdict([far, near], column(1, 2), converged, independent);
		expect(result.order).toEqual(["near", "far"]);
		expect(result.best).toEqual(["near"]);
		expect(result.sentence).toBe(
			"near is closest to the sampled mean, ahead of far (by 20.0 standard errors of the difference).",
		);
	});

	it("refuses to rank theories whose difference is within the sampling error", () => {
		const twin = { id: "twin", mean: column(1.01, 2), converged: true };
		const result = verdict([near, twin, far], column(1.004, 2.005), converged, independent);
		expect(result.best).toEqual(["near", "twin"]);
		expect(result.sentence).toBe(
			"near and twin cannot be ranked: their distances from the sampled mean differ by less than 3 standard errors of the difference (more draws would tell); they are closer than far (by 19.6 standard errors of the difference).",
		);
	});

	it("says nothing when the sampler has not converged", () => {
		const stuck = {
			convergence: { ...converged.convergence, converged: false },
			diagnostics: { ...converged.diagnostics, maxRHat: 1.25, divergences: 3 },
		};
		const result = verdict([near, far], column(1, 2), stuck, independent);
		expect(result.best).toEqual([]);
		expect(result.sentence).toBe(
			"No verdict: the sampler has not converged (largest R-hat 1.250, wanted at most 1.01; 3 divergences); raise draws and warmup.",
		);
	});

	it("leaves out theories that did not converge, by name", () => {
		const lost = { id: "lost", mean: column(1, 2), converged: false };
		const result = verdict([near, lost], column(1, 2), converged, independent);
		expect(result.order).toEqual(["near"]);
		expect(result.sentence).toBe(
			"near is the only theory that answered: there is nothing to rank it against. Left out because not converged: lost.",
		);
	});
});
