import { type Matrix, matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { decide, type SampledQuantity } from "../../../src/index.ts";
import { standardErrorOfMean } from "../../../src/samplers/point-estimates.ts";
import { uniformStream } from "../../figures/example-data.ts";

const column = (...values: number[]) => matrix(values.length, 1, Float64Array.from(values));
const candidate = (label: string, ...values: number[]) => ({ label, value: column(...values) });

/** Independent errors of 0.01 at every point. */
const known = (...values: number[]): SampledQuantity => ({
	value: column(...values),
	standardError: column(...values.map(() => 0.01)),
	projectionError: (weights) => 0.01 * Math.hypot(...weights),
});

describe("the decision in a cell", () => {
	it("goes to the theory that is right, with the leads in standard errors of the difference", () => {
		const { candidates, open } = decide(
			[candidate("far", 1.5, 2), candidate("right", 1, 2)],
			known(1.004, 2.003),
			0,
		);
		expect(candidates.map(({ label, beaten }) => [label, beaten])).toEqual([
			["right", false],
			["far", true],
		]);
		// 2 sum_i (a_i - b_i) s_i less the norms is 0.5^2 - 2 0.5 0.004 = 0.246, its standard error 2 0.01 0.5.
		expect(candidates[1]!.behind).toBeCloseTo(24.6, 10);
		expect(candidates[0]!.behind).toBe(0);
		expect(open).toBe(false);
	});

	it("stays open between two theories equally far away, and for one just short of 3 standard errors", () => {
		const twins = [candidate("above", 1.05, 2), candidate("below", 0.95, 2)];
		expect(decide(twins, known(1, 2), 0)).toMatchObject({ open: true, agreements: [] });
		// The difference is 0.2 s, its standard error 2 0.01 0.1 = 0.002.
		expect(decide(twins, known(1.0299, 2), 0).open).toBe(true);
		expect(decide(twins, known(1.0301, 2), 0).open).toBe(false);
	});

	it("counts theories that agree as one, however small the sampling error", () => {
		const all = [candidate("one", 1, 2), candidate("other", 1.0005, 2), candidate("far", 1.5, 2)];
		const sampled = { ...known(0.9, 2), projectionError: () => 1e-9 };
		const { candidates, agreements, open } = decide(all, sampled, 1e-3);
		expect(candidates.map(({ label, beaten }) => [label, beaten])).toEqual([
			["one", false],
			["other", false],
			["far", true],
		]);
		expect(agreements).toEqual([["one", "other"]]);
		expect(open).toBe(false);
		// Not when they differ by more.
		expect(decide(all, sampled, 1e-4).candidates[1]!.beaten).toBe(true);
	});

	it("does not go to a theory that leads by less than what integration leaves, nor waits for draws that would not tell", () => {
		const precise = {
			...known(1, 2),
			projectionError: (weights: Float64Array) => 1e-4 * Math.hypot(...weights),
		};
		const right = candidate("right", 1.01, 2);
		const behind = candidate("behind", 1.1, 2);
		const noisy = (integrationError: number) => ({ ...behind, integrationError });
		const exact = decide([right, behind], precise, 0);
		expect(exact.candidates[1]).toMatchObject({ label: "behind", beaten: true });
		expect(decide([right, noisy(0)], precise, 0)).toEqual(exact);
		// The difference is 0.1^2 - 0.01^2 = 0.0099, its integration part 2 e 0.1.
		const { candidates, open } = decide([right, noisy(0.02)], precise, 0);
		expect(candidates[1]).toMatchObject({ beaten: false, limitedByIntegration: true });
		expect(candidates[1]!.behind).toBeCloseTo(0.0099 / Math.hypot(2e-4 * 0.09, 0.004), 12);
		expect(open).toBe(false);
		// d|a - mu| is e, for errors far below the distance.
		expect(candidates[1]!.distance!.standardError * Math.hypot(1, 2)).toBeGreaterThan(0.015);
		expect(decide([right, noisy(0.01)], precise, 0).candidates[1]!.beaten).toBe(true);
		// Where the sampling error is the larger one, more draws tell.
		const rough = { ...precise, projectionError: (weights: Float64Array) => 0.1 * Math.hypot(...weights) };
		const waiting = decide([right, noisy(0.02)], rough, 0);
		expect(waiting.open).toBe(true);
		expect(waiting.candidates[1]).not.toHaveProperty("limitedByIntegration");
	});

	it("is none over a theory whose integration error is not known", () => {
		const unknown = { ...candidate("unknown", 1.5, 2), integrationError: Number.POSITIVE_INFINITY };
		const { candidates, open } = decide([candidate("right", 1, 2), unknown], known(1, 2), 0);
		expect(candidates[1]).toEqual({
			label: "unknown",
			measured: 0.5 / Math.hypot(1, 2),
			beaten: false,
			limitedByIntegration: true,
		});
		expect(open).toBe(false);
	});

	it("holds without any sampling error, where no lead is finite", () => {
		const exact = { ...known(1, 2), standardError: column(0, 0), projectionError: () => 0 };
		const { candidates } = decide([candidate("far", 1.5, 2), candidate("right", 1, 2)], exact, 0);
		const [right, far] = candidates;
		const none = { value: 0, standardError: 0 };
		expect(right).toEqual({ label: "right", measured: 0, distance: none, behind: 0, beaten: false });
		expect(Object.keys(far!)).toEqual(["label", "measured", "distance", "beaten"]);
		expect(far!.distance!.value).toBeCloseTo(0.5 / Math.hypot(1, 2), 14);
		expect(far).toMatchObject({ distance: { standardError: 0 }, beaten: true });
	});

	it("is none without theories, and gives no relative distance from 0", () => {
		expect(decide([], known(1), 0)).toEqual({ candidates: [], agreements: [], open: false });
		expect(decide([candidate("one", 1)], known(0), 0).candidates).toEqual([
			{ label: "one", behind: 0, beaten: false },
		]);
	});
});

/** Draws of five correlated numbers with the mean `truth`, autoregressive in time: four chains of 400. */
function chainsAround(truth: Matrix, seed: number): Float64Array[][] {
	const uniform = uniformStream(seed);
	for (let k = 0; k < 10; k++) uniform();
	const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
	return Array.from({ length: 4 }, () => {
		let state = truth.data.map(() => 2 * normal());
		return Array.from({ length: 400 }, () => {
			const common = normal();
			// Innovations of variance 1 + 1, and a factor of 0.6 from draw to draw.
			state = state.map((x) => 0.6 * x + normal() + common);
			return state.map((x, i) => truth.data[i]! + x);
		});
	});
}

function sampledFrom(chains: readonly (readonly Float64Array[])[]): SampledQuantity {
	const size = chains[0]![0]!.length;
	const projectionError = (weights: Float64Array) =>
		standardErrorOfMean(
			chains.map((draws) =>
				Float64Array.from(draws, (draw) => draw.reduce((sum, x, i) => sum + x * weights[i]!, 0)),
			),
		);
	const unit = (i: number) => Float64Array.from({ length: size }, (_, j) => (i === j ? 1 : 0));
	const all = chains.flat();
	return {
		value: matrix(
			size,
			1,
			Float64Array.from({ length: size }, (_, i) => all.reduce((sum, x) => sum + x[i]! / all.length, 0)),
		),
		standardError: matrix(
			size,
			1,
			Float64Array.from({ length: size }, (_, i) => projectionError(unit(i))),
		),
		projectionError,
	};
}

describe("over two hundred simulated runs", () => {
	const truth = column(3, -2, 1, 4, -1);
	const shifted = (label: string, ...shift: number[]) =>
		candidate(label, ...shift.map((x, i) => truth.data[i]! + x));
	// Equally far from the truth, so that neither is closer; and one that is farther by 10 standard errors and more.
	const twins = [shifted("one", 0.5, 0, 0.3, 0, 0), shifted("other", 0, -0.3, 0, 0.5, 0)];
	const runs = Array.from({ length: 200 }, (_, k) => {
		const sampled = sampledFrom(chainsAround(truth, 1000 + 7919 * k));
		return { sampled, decision: decide(twins, sampled, 0) };
	});

	it("leads scatter as standard errors say, and no verdict falls by chance", () => {
		const scores = runs.map(({ decision: { candidates } }) =>
			candidates[0]!.label === "one" ? candidates[1]!.behind! : -candidates[1]!.behind!,
		);
		const mean = scores.reduce((sum, z) => sum + z, 0) / 200;
		const variance = scores.reduce((sum, z) => sum + (z - mean) ** 2, 0) / 199;
		// Four standard errors: of the mean of 200 normal scores 1/sqrt(200), of their variance sqrt(2/199).
		expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(200));
		expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 199));
		// 0.27 % of 200 runs beyond 3: more than four with a probability of 2e-4.
		expect(scores.filter((z) => Math.abs(z) > 3).length).toBeLessThan(5);
	});

	it("distances have lost the noise, and their errors are true", () => {
		const size = Math.hypot(0.5, 0.3);
		const found = runs.map(({ sampled, decision }) => {
			const scale = Math.hypot(...sampled.value.data);
			const { distance, measured } = decision.candidates.find(({ label }) => label === "one")!;
			return {
				square: (scale * distance!.value) ** 2,
				raw: (scale * measured!) ** 2,
				z: (scale * distance!.value - size) / (scale * distance!.standardError),
			};
		});
		const average = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
		// The estimate of a mean has the variance 2 / (1 - 0.6)^2 / 1600 at each of five points: 0.039 in all, a ninth of 0.34.
		const spread = Math.sqrt(average(found.map(({ square }) => (square - size ** 2) ** 2)) / 200);
		expect(Math.abs(average(found.map(({ square }) => square)) - size ** 2)).toBeLessThan(4 * spread);
		expect(average(found.map(({ raw }) => raw)) - size ** 2).toBeGreaterThan(0.039 - 4 * spread);
		// A nonlinear function of the estimate, with a standard error that is never too small: half of the scores within 1, none beyond 5.
		const scores = found.map(({ z }) => z);
		expect(average(scores.map((z) => z * z))).toBeLessThan(1 + 4 * Math.sqrt(2 / 199));
		expect(Math.max(...scores.map(Math.abs))).toBeLessThan(5);
	});
});
