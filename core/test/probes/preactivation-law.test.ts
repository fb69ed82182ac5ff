import { type Matrix, matrix, matrixFromRows, seedStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { combineChains, type Problem, runChain } from "../../src/index.ts";
import { priorKernels } from "../../src/kernels/prior-kernels.ts";
import { posteriorReadings, priorReadings } from "../../src/probes/evaluate-draws.ts";
import { preactivationLaw } from "../../src/probes/preactivation-law.ts";
import type { LayerKernel } from "../../src/probes/probe.ts";
import { convolution, dense, engine, normalMatrix, randomProblem } from "../samplers/problems.ts";
import { activated, contextOf, layersOnly, readingsOf, table } from "./dense-networks.ts";

/** Points of two classes with one layer. */
function problemOf(activation: string, targets: readonly number[], width = 4): Problem {
	const problem = randomProblem({ points: targets.length, inputs: 3, layers: [dense(width, activation)] });
	return { ...problem, trainTargets: matrix(targets.length, 1, Float64Array.from(targets)) };
}

/** What is read of one layer with these pre-activations, N x P. */
const said = (activation: string, targets: readonly number[], h: Matrix) =>
	table(readingsOf(preactivationLaw, problemOf(activation, targets), layersOnly([activated(activation, h)])));

const of = (quantity: string) => `${quantity} @ layer 1`;

describe("preactivation-law", () => {
	it("knows the shape of units by hand", () => {
		const found = said("linear", [1, 1, -1, -1], matrixFromRows([[-1, 1, -1, 1]]));
		expect(found[of("unitSkewness")]).toBe(0);
		expect(found[of("unitExcessKurtosis")]).toBe(-2);
		// 0, 0, 0, 1: m_2 = 3/16, m_3 = 6/64, m_4 = 21/256; a constant unit does not count, and the sign does not either.
		const rows = [
			[0, 0, 0, 1],
			[7, 7, 7, 7],
			[0, 0, 0, -2],
		];
		const skewed = said("linear", [1, 1, -1, -1], matrixFromRows(rows));
		expect(skewed[of("unitSkewness")]).toBeCloseTo(6 / 64 / (3 / 16) ** 1.5, 12);
		expect(skewed[of("unitExcessKurtosis")]).toBeCloseTo(21 / 256 / (3 / 16) ** 2 - 3, 12);
	});

	it("tells codes apart: all units alike, one of four, Gaussian strengths", () => {
		const targets = [1, 1, -1, -1];
		const unit = (strength: number) => [1, 1, -1, -1].map((x) => strength * x);
		const alike = said("linear", targets, matrixFromRows([unit(2), unit(-2), unit(2), unit(-2)]));
		expect(alike[of("signalParticipation")]).toBe(1);
		expect(alike[of("silentFraction")]).toBe(0);
		expect(alike[of("responseSparsity")]).toBe(0);
		const sparse = said(
			"relu",
			targets,
			matrixFromRows([[3, 3, -1, -1], ...[1, 2, 3].map(() => unit(0).map(() => -1))]),
		);
		expect(sparse[of("signalParticipation")]).toBe(1 / 4);
		expect(sparse[of("silentFraction")]).toBe(3 / 4);
		// <phi>^2/<phi^2> is (3/4)^2 / (9/4) at two points and 0 at the two where nobody answers.
		expect(sparse[of("responseSparsity")]).toBeCloseTo(1 / 8, 15);
		const N = 20_000;
		const analog = said(
			"linear",
			targets,
			matrix(
				N,
				4,
				Float64Array.from(normalMatrix(3, N, 1).data).reduce(
					(all, m, i) => {
						all.set(unit(m), 4 * i);
						return all;
					},
					new Float64Array(4 * N),
				),
			),
		);
		// The kurtosis of N Gaussian numbers is known to sqrt(24/N) of 3.
		expect(1 / (analog[of("signalParticipation")] as number)).toBeGreaterThan(3 - 4 * Math.sqrt(24 / N));
		expect(1 / (analog[of("signalParticipation")] as number)).toBeLessThan(3 + 4 * Math.sqrt(24 / N));
	});

	it("has one participation for each pair of classes", () => {
		const problem = problemOf("linear", [2, 1, 0]);
		const h = matrixFromRows([
			[1, 0, 0],
			[1, 1, 0],
		]);
		const [, , participation] = readingsOf(preactivationLaw, problem, layersOnly([activated("linear", h)]));
		// 2 against 1, 2 against 0, 1 against 0.
		expect(participation).toMatchObject({
			quantity: "signalParticipation",
			values: Float64Array.of(0.5, 1, 0.5),
		});
	});

	it("does not change when units or points are permuted, nor its ratios by a factor or a sign of units", () => {
		const targets = [1, -1, 1, -1, -1];
		const h = normalMatrix(4, 6, 5);
		const plain = said("erf", targets, h);
		const order = [3, 1, 4, 0, 2];
		const moved = said(
			"erf",
			order.map((a) => targets[a]!),
			matrix(
				6,
				5,
				h.data.map((_, k) => h.data[(5 - Math.floor(k / 5)) * 5 + order[k % 5]!]!),
			),
		);
		expect(Object.keys(moved)).toEqual(Object.keys(plain));
		for (const [place, value] of Object.entries(plain)) expect(moved[place]).toBeCloseTo(value as number, 12);
		const linear = said("linear", targets, h);
		const scaled = said(
			"linear",
			targets,
			matrix(
				6,
				5,
				h.data.map((x) => -3 * x),
			),
		);
		for (const [place, value] of Object.entries(linear))
			expect(scaled[place]).toBeCloseTo(value as number, 12);
	});

	it("predicts Gaussian units with the variances of the kernel", () => {
		const problem = problemOf("erf", [1, -1]);
		const kernels = (k: number): LayerKernel[] => [
			{
				layer: "layer 1",
				kernel: matrixFromRows([
					[k, 0.1],
					[0.1, k],
				]),
			},
			{
				layer: "output",
				kernel: matrixFromRows([
					[1, 0],
					[0, 1],
				]),
			},
		];
		const predicted = (k: number) => {
			const context = { ...contextOf(problem), prior: { kernels: kernels(0.5) } };
			const readings = preactivationLaw.predict!(engine, { kernels: kernels(k) }, context);
			expect(readings.slice(0, 2)).toEqual([
				{ quantity: "skewness", layer: "layer 1", values: [0] },
				{ quantity: "excessKurtosis", layer: "layer 1", values: [0] },
			]);
			expect(readings).toHaveLength(3);
			const [, , histogram] = readings;
			return "values" in histogram! ? Array.from(histogram.values) : histogram!.reason;
		};
		const prior = predicted(0.5) as number[];
		// 0.0792597094391 = P(0 < z < 0.2), 0.0398278372770 = P(0 < z < 0.1) of a standard normal, from tables.
		expect(prior[30]).toBeCloseTo(0.0792597094391 / 0.2, 10);
		expect(prior[29]).toBeCloseTo(0.0792597094391 / 0.2, 10);
		expect((predicted(2) as number[])[30]).toBeCloseTo(0.039827837277 / 0.2, 10);
		// Two in 10^9 lie beyond six deviations.
		expect(prior.reduce((sum, x) => sum + 0.2 * x, 0)).toBeCloseTo(1, 8);
		expect(predicted(-1)).toBe("some variance, or all those of the prior, are not positive");
	});

	it("reads what the chains recorded, and of the prior what is exact", () => {
		const problem = problemOf("erf", [1, 1, -1, -1], 8);
		const settings = { sampler: "hmc", chains: 2, draws: 40, warmup: 20, seed: 2, saveWeights: true };
		const chains = [0, 1].map((chain) => runChain(problem, engine, { ...settings, weightsEvery: 5 }, chain));
		const [law] = combineChains(problem, settings, chains).preactivations;
		const { train } = priorKernels(engine, problem).preactivation[0]![0]!;
		const context = { problem, prior: { kernels: [{ layer: "layer 1", kernel: train }] } };
		const [posterior] = posteriorReadings(engine, [preactivationLaw], context, chains);
		expect(posterior!.networks).toBe(16);
		expect(posterior!.readings.slice(0, 3)).toEqual([
			{
				quantity: "skewness",
				layer: "layer 1",
				values: [law!.meanSkewness],
				standardErrors: [law!.meanSkewnessStandardError],
			},
			{
				quantity: "excessKurtosis",
				layer: "layer 1",
				values: [law!.meanExcessKurtosis],
				standardErrors: [law!.meanExcessKurtosisStandardError],
			},
			{
				quantity: "histogram",
				layer: "layer 1",
				values: law!.histogram!.density,
				standardErrors: law!.histogram!.densityStandardError,
			},
		]);
		const [prior] = priorReadings(engine, [preactivationLaw], context, {
			networks: 400,
			stream: seedStream(1),
		});
		expect(prior!.readings.slice(0, 2)).toEqual([
			{ quantity: "skewness", layer: "layer 1", values: [0] },
			{ quantity: "excessKurtosis", layer: "layer 1", values: [0] },
		]);
		const places = ({ readings }: typeof prior & object) => readings.map(({ quantity }) => quantity);
		expect(places(prior!)).toEqual(preactivationLaw.quantities.map(({ id }) => id));
		expect(places(posterior!)).toEqual(places(prior!));
	});

	it("says why there is nothing", () => {
		const constant = said("linear", [1, -1], matrixFromRows([[2, 2]]));
		expect(constant[of("unitSkewness")]).toBe("every unit is constant over the points");
		expect(constant[of("unitExcessKurtosis")]).toBe("every unit is constant over the points");
		const h = normalMatrix(1, 4, 8);
		const distinct = said("linear", [1, 2, 3, 4, 5, 6, 7, 8], h);
		expect(distinct[of("signalParticipation")]).toBe(
			"the targets name no classes: wanted at most 6 distinct targets, each naming a class; got 8",
		);
		const several = randomProblem({ points: 2, inputs: 3, outputs: 2, layers: [dense(4, "erf")] });
		expect(
			table(readingsOf(preactivationLaw, several, layersOnly([activated("erf", normalMatrix(1, 4, 2))])))[
				of("signalParticipation")
			],
		).toBe("the targets name no classes: wanted one output whose values name the classes; got 2 outputs");
		expect(
			preactivationLaw.applies(randomProblem({ points: 2, inputs: 4, layers: [convolution(2, 2, "erf")] })),
		).toBe("This probe looks at dense layers only; layer 1 is a convolution.");
	});
});
