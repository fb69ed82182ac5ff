import { type Matrix, matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { leadOf } from "../../src/experiments/ranking.ts";
import { verdict } from "../../src/experiments/verdict.ts";

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

describe("a lead", () => {
	it("is the difference of squared distances over its standard error", () => {
		const a = column(1, 2);
		const b = column(1.5, 2);
		const mean = column(1.1, 2);
		// |b - mu|^2 - |a - mu|^2 = 0.16 - 0.01 = 0.15; standard error 2 * 0.01 * 0.5 = 0.01.
		expect(leadOf({ value: a }, { value: b }, mean, independent).score).toBeCloseTo(15, 12);
		expect(leadOf({ value: b }, { value: a }, mean, independent).score).toBeCloseTo(-15, 12);
	});

	it("is 0 for equal theories even when the projection has no error", () => {
		const twin = { value: column(1, 2) };
		expect(leadOf(twin, twin, column(0, 0), () => 0).score).toBe(0);
	});
});

describe("a lead with integration errors", () => {
	const [a, b, mean] = [column(1, 2.02), column(1.5, 2), column(1.1, 2)];
	// |b - mu|^2 - |a - mu|^2 = 0.16 - 0.0104; the sampling part is 2 * 0.01 * |(0.5, -0.02)|.
	const difference = 0.1496;
	const sampling = 0.02 * Math.hypot(0.5, 0.02);

	it("adds 2 e |theory - sampled|_1 of each in quadrature", () => {
		const { score } = leadOf(
			{ value: a, integrationError: 0.03 },
			{ value: b, integrationError: 0.05 },
			mean,
			independent,
		);
		// |a - mu|_1 = 0.12 and |b - mu|_1 = 0.4.
		expect(score).toBeCloseTo(difference / Math.hypot(sampling, 2 * 0.03 * 0.12, 2 * 0.05 * 0.4), 12);
	});

	it("changes no bit where they are 0", () => {
		const exact = leadOf({ value: a }, { value: b }, mean, independent);
		const none = (value: Matrix) => ({ value, integrationError: 0 });
		expect(leadOf(none(a), none(b), mean, independent)).toEqual(exact);
		expect(exact.score).toBeCloseTo(difference / sampling, 12);
	});

	it("is a bound: entries that err together reach it", () => {
		// a shifted by e along the signs of a - mu, and against them.
		const e = 1e-4;
		const shifted = (by: number) =>
			column(...a.data.map((x, i) => x + by * Math.sign(x - mean.data[i]!))).data;
		const square = (values: Float64Array) => values.reduce((sum, x, i) => sum + (x - mean.data[i]!) ** 2, 0);
		const change = (square(shifted(e)) - square(shifted(-e))) / 2;
		expect(change).toBeCloseTo(2 * e * 0.12, 12);
	});

	it("takes the deviations of independent sets along the projection where they are known", () => {
		const integrationDeviations = [Float64Array.of(0.03, -0.01), Float64Array.of(-0.02, 0.04)];
		const { score } = leadOf(
			{ value: a },
			{ value: b, integrationError: Math.hypot(0.03, 0.02), integrationDeviations },
			mean,
			independent,
		);
		// b - mu = (0.4, 0).
		const integration = 2 * Math.hypot(0.03 * 0.4, 0.02 * 0.4);
		expect(score).toBeCloseTo(difference / Math.hypot(0.02 * Math.hypot(0.5, 0.02), integration), 12);
	});

	it("is none where an error is not known", () => {
		const unknown = { value: b, integrationError: Number.POSITIVE_INFINITY };
		expect(leadOf({ value: a }, unknown, mean, independent)).toEqual({
			score: 0,
			limitedByIntegration: true,
			imprecise: { closer: false, other: true },
		});
	});
});

/** A theory right in mean and variance but for what is given. */
const theory = (id: string, mean: Matrix, variance = column(0.5, 0.6), solved = true) => ({
	id,
	mean,
	variance,
	converged: solved,
});

describe("verdict", () => {
	const near = theory("near", column(1, 2.01), column(0.4, 0.6));
	const far = theory("far", column(1.4, 2));
	const truth = { mean: column(1, 2), variance: column(0.5, 0.6) };

	it("names the theory with the closest mean and the one with the closest variance, and by how much they lead", () => {
		const result = verdict([far, near], truth, converged, independent);
		expect(result.mean).toEqual({ order: ["near", "far"], best: ["near"] });
		expect(result.variance).toEqual({ order: ["far", "near"], best: ["far"] });
		// In variance: |far|^2 - |near|^2 = -0.01 over 2 * 0.01 * 0.1.
		expect(result.sentence).toBe(
			"near is closest to the sampled mean, ahead of far (by 20.0 standard errors of the difference); far is closest to the sampled variance, ahead of near (by 5.0 standard errors of the difference).",
		);
	});

	it("asks for the standard error of the moment that it ranks by", () => {
		const result = verdict([far, near], truth, converged, (weights, moment) =>
			moment === "mean" ? independent(weights) : 10 * independent(weights),
		);
		expect(result.mean.best).toEqual(["near"]);
		expect(result.variance.best).toEqual(["far", "near"]);
		expect(result.sentence).toBe(
			"near is closest to the sampled mean, ahead of far (by 20.0 standard errors of the difference); far and near cannot be ranked by their distances from the sampled variance, which differ by less than 3 standard errors of the difference (more draws would tell).",
		);
	});

	it("refuses to rank theories whose difference is within the sampling error", () => {
		const twin = theory("twin", column(1.01, 2), column(0.4, 0.61));
		const sampled = { mean: column(1.004, 2.005), variance: column(0.5, 0.604) };
		const result = verdict([near, twin, far], sampled, converged, independent);
		expect(result.mean.best).toEqual(["near", "twin"]);
		expect(result.variance.best).toEqual(["far"]);
		expect(result.sentence).toBe(
			"near and twin cannot be ranked by their distances from the sampled mean, which differ by less than 3 standard errors of the difference (more draws would tell), while near is ahead of far (by 19.6 standard errors of the difference); far is closest to the sampled variance, ahead of near (by 5.0 standard errors of the difference) and twin (by 5.0 standard errors of the difference).",
		);
	});

	it("refuses to rank theories whose difference is within their integration errors, and says what would help", () => {
		const twin = { ...theory("twin", column(1.05, 2.06)), integration: { mean: { integrationError: 0.02 } } };
		const sampled = { mean: column(1, 2), variance: column(0.5, 0.6) };
		// |twin - mu|^2 - |near - mu|^2 = 0.0061 - 0.0001; sampling 2 * 0.001 * |(0.05, 0.05)|, integration 2 * 0.02 * 0.11.
		const precise = (weights: Float64Array) => 0.001 * Math.hypot(...weights);
		const unknown = verdict(
			[near, { ...twin, integration: { mean: { integrationError: Number.POSITIVE_INFINITY } } }],
			sampled,
			converged,
			precise,
		);
		expect(unknown.mean.best).toEqual(["near", "twin"]);
		const exact = verdict([near, theory("twin", column(1.05, 2.06))], sampled, converged, precise);
		expect(exact.mean.best).toEqual(["near"]);
		const result = verdict([near, twin, far], sampled, converged, precise);
		expect(result.mean).toEqual({ order: ["near", "twin", "far"], best: ["near", "twin"] });
		expect(result.sentence).toMatch(
			/^near and twin cannot be ranked by their distances from the sampled mean, which differ by less than 3 standard errors of the difference \(more draws would not tell, but smaller integration errors of twin: raise samples\), while near is ahead of far \(by /,
		);
		// Farther away than its error explains.
		const precisely = { ...twin, integration: { mean: { integrationError: 0.002 } } };
		expect(verdict([near, precisely], sampled, converged, precise).mean.best).toEqual(["near"]);
	});

	it("names both remedies where it takes both", () => {
		const noisy = {
			...theory("noisy", column(1.05, 2.06)),
			integration: { mean: { integrationError: 0.02 } },
		};
		const twin = theory("twin", column(1, 1.98));
		const sampled = { mean: column(1, 2), variance: column(0.5, 0.6) };
		const { sentence } = verdict(
			[near, twin, noisy],
			sampled,
			converged,
			(weights) => 0.005 * Math.hypot(...weights),
		);
		expect(sentence).toContain(
			"(more draws would tell, and smaller integration errors of noisy: raise samples)",
		);
	});

	it("says it where the samples know a projection exactly", () => {
		const { sentence } = verdict([near, far], truth, converged, () => 0);
		expect(sentence).toBe(
			"near is closest to the sampled mean, ahead of far (the difference has no sampling error); far is closest to the sampled variance, ahead of near (the difference has no sampling error).",
		);
	});

	it("says nothing when the sampler has not converged", () => {
		const stuck = {
			convergence: { ...converged.convergence, converged: false },
			diagnostics: { ...converged.diagnostics, maxRHat: 1.25, divergences: 3 },
		};
		const result = verdict([near, far], truth, stuck, independent);
		expect(result.mean).toEqual({ order: ["near", "far"], best: [] });
		expect(result.variance).toEqual({ order: ["far", "near"], best: [] });
		expect(result.sentence).toBe(
			"No verdict: the sampler has not converged (largest R-hat 1.250, wanted at most 1.01; 3 divergences); raise draws and warmup.",
		);
	});

	it("ranks by variance only the theories that give one, and names the others", () => {
		const meanOnly = { id: "mean-only", mean: column(1, 2.3), converged: true };
		const result = verdict([far, near, meanOnly], truth, converged, independent);
		// In mean, of mean-only: (0.3^2 - 0.01^2) / (2 * 0.01 * 0.29) = 15.5.
		expect(result.mean.order).toEqual(["near", "mean-only", "far"]);
		expect(result.variance).toEqual({ order: ["far", "near"], best: ["far"] });
		expect(result.sentence).toBe(
			"near is closest to the sampled mean, ahead of mean-only (by 15.5 standard errors of the difference) and far (by 20.0 standard errors of the difference); far is closest to the sampled variance, ahead of near (by 5.0 standard errors of the difference) (no variance from mean-only).",
		);
		expect(verdict([near, meanOnly], truth, converged, independent).sentence).toMatch(
			/; near alone gives a variance\.$/,
		);
		const two = [meanOnly, { ...meanOnly, id: "other", mean: column(1, 2) }];
		expect(verdict(two, truth, converged, independent)).toMatchObject({
			variance: { order: [], best: [] },
			sentence: expect.stringMatching(/; no theory gives a variance\.$/),
		});
	});

	it("leaves out theories that did not converge, by name", () => {
		const lost = theory("lost", column(1, 2), column(0.5, 0.6), false);
		const result = verdict([near, lost], truth, converged, independent);
		expect(result.mean).toEqual({ order: ["near"], best: ["near"] });
		expect(result.sentence).toBe(
			"near is the only theory that answered: there is nothing to rank it against. Left out because not converged: lost.",
		);
		expect(verdict([lost], truth, converged, independent).sentence).toBe(
			"No verdict: no theory answered this problem. Left out because not converged: lost.",
		);
	});
});
