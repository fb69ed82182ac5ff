import { matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { DepthResults, ScanResults } from "../../src/analyses/criticality/results.ts";
import { criticality } from "../../src/analyses/criticality.ts";
import { kernelAlignment } from "../../src/probes/kernel-alignment.ts";
import { normalMatrix } from "../helpers/problems.ts";
import { analyze, engine, problem } from "./analyses.ts";

const point = async (options: object) =>
	(await analyze(criticality, { options })).results as Readonly<Record<string, number>>;

const layer = { type: "dense", width: 500, activation: "erf", weightVariance: 1, biasVariance: 0.05 };
const network = { ...problem.network, layers: [layer, layer, layer] };

describe("wide networks", () => {
	it.each([
		[0, 0.88623],
		[0.01, 1.05559],
		[0.05, 1.17296],
		[0.2, 1.33723],
		[0.5, 1.49454],
	])("erf with bias variance %f is critical at %f", async (biasVariance, critical) => {
		const options = { quantity: "criticalPoint", biasVariance };
		const { criticalWeightDeviation, fixedPointVariance } = await point(options);
		expect(criticalWeightDeviation).toBeCloseTo(critical, 5);
		const there = await point({
			quantity: "perpendicularSusceptibility",
			biasVariance,
			weightVariance: criticalWeightDeviation! ** 2,
		});
		expect(there.susceptibility).toBeCloseTo(1, 12);
		// Without a bias the fixed point leaves 0 as the root of the distance from the critical point.
		expect(Math.abs(there.fixedPointVariance! - fixedPointVariance!)).toBeLessThan(
			biasVariance > 0 ? 1e-11 : 1e-7,
		);
	});

	it.each([
		["tanh", 1],
		["relu", Math.SQRT2],
		["linear", 1],
	])("%s without a bias is critical at %f", async (activation, critical) => {
		const { criticalWeightDeviation } = await point({ quantity: "criticalPoint", activation });
		// tanh has no closed form at variance 0: 1e-12 stands for it.
		expect(criticalWeightDeviation).toBeCloseTo(critical, 11);
	});

	it("says where relu has a fixed point", async () => {
		const options = { quantity: "perpendicularSusceptibility", activation: "relu", biasVariance: 0.1 };
		expect(await point({ ...options, weightVariance: 1 })).toEqual({
			fixedPointVariance: 0.2,
			susceptibility: 0.5,
		});
		const above = await analyze(criticality, { options: { ...options, weightVariance: 2.5 } });
		expect(above.results).toEqual({ susceptibility: 1.25 });
		expect(above.absent.fixedPointVariance).toBe(
			"the variance of this activation grows without end, or not at all",
		);
	});
});

describe("a scan", () => {
	const scanned = async (changes: object = {}, options: object = {}) =>
		(
			await analyze(criticality, {
				problem: { ...problem, network, ...changes },
				options: { weightDeviations: [0.7, 1.2, 2], ...options },
			})
		).results as ScanResults;

	it("has each depth as the network of its first layers has it", async () => {
		const { depths } = await scanned();
		expect(depths.map(({ depth }) => depth)).toEqual([1, 2, 3]);
		const shallow = await scanned({ network: { ...network, layers: [layer, layer] } });
		const { depth: _, ...two } = depths[1] as DepthResults;
		expect(shallow).toMatchObject(two);
		expect((await scanned({}, { depths: [3, 1] })).depths).toEqual([depths[0], depths[2]]);
	});

	it("responds layer by layer with the product of the slopes", async () => {
		// Linear units: sigma^2 a layer, readout included.
		const { response, backwardResponse } = await scanned({
			network: {
				...network,
				layers: network.layers.map((one) => ({ ...one, activation: "linear", biasVariance: 0 })),
			},
		});
		[0.7, 1.2, 2].forEach((sigma, i) => {
			expect(response[i]).toBeCloseTo(sigma ** 6, 12);
			expect(backwardResponse[i]).toBeCloseTo(sigma ** 4, 12);
		});
	});

	it("leaves the alignment out where targets are constant, and says where the first order ends", async () => {
		const answer = await analyze(criticality, {
			problem: { ...problem, network, trainTargets: [1, 1, 1] },
			options: { weightDeviations: [0.7, 1.2] },
		});
		expect(answer.results).not.toHaveProperty("alignmentPrior");
		expect(answer.absent.alignmentPrior).toBe(
			"the targets, or the kernel, are constant over the points: nothing to align with",
		);
		expect(criticality.table(answer).rows).toHaveLength(6);
		const narrow = await analyze(criticality, {
			problem: { ...problem, network: { ...network, layers: [layer] }, noiseVariance: 0.01 },
			options: { weightDeviations: [0.3, 4] },
		});
		expect(narrow.validity.map(({ message }) => message)).toEqual([
			expect.stringMatching(
				/^1 hidden layer: P max \|eigenvalue of Ct\| g\/N is up to \S+, above 0\.3 at sigma_w = 0\.3: the changes of the kernel there are directions, not sizes$/,
			),
		]);
	});

	it("has the slope of the alignment", () => {
		const square = (seed: number) => {
			const a = normalMatrix(5, 5, seed).data;
			return matrix(
				5,
				5,
				a.map((x, k) => x + a[(k % 5) * 5 + Math.floor(k / 5)]!),
			);
		};
		const [K, dK, y] = [square(1), square(2), normalMatrix(5, 1, 3)];
		const at = (eps: number) =>
			kernelAlignment(
				engine,
				matrix(
					5,
					5,
					K.data.map((x, k) => x + eps * dK.data[k]!),
				),
				y,
			)!;
		// Central differences: eps^2.
		expect(at(0).slope(dK)).toBeCloseTo((at(1e-5).value - at(-1e-5).value) / 2e-5, 8);
	});

	it.each([
		[{}, "options.weightDeviations: wanted a list of numbers, for a scan; got nothing."],
		[
			{ weightDeviations: [1], depths: [4] },
			"options.depths: wanted depths of at most 3, the hidden layers of the problem; got 4. Give the problem as many layers as the largest depth.",
		],
		[
			{ weightDeviations: [1], biasVariance: 1 },
			"options.biasVariance: wanted nothing, with quantity scan; got 1.",
		],
		[
			{ quantity: "criticalPoint" },
			"problem: wanted options only, since criticalPoint concerns wide networks without data; got a problem. Leave it out.",
		],
	])("%j is refused", async (options, message) => {
		await expect(analyze(criticality, { problem: { ...problem, network }, options })).rejects.toThrow(
			message,
		);
	});

	it.each([
		[
			{ network: { ...network, layers: [layer, { ...layer, activation: "gelu" }] } },
			"network.layers[1].activation: wanted erf, relu or linear, whose responses are closed forms; got gelu.",
		],
		[
			{ network: { ...network, readout: { weightVariance: 1, biasVariance: 0.5 } } },
			"network.readout.biasVariance: wanted 0, for criticality; got 0.5.",
		],
	])("refuses other networks", async (changes, message) => {
		await expect(scanned(changes)).rejects.toThrow(message);
	});

	it("wants a problem, and activations whose variance has a fixed point", async () => {
		await expect(analyze(criticality, { options: { weightDeviations: [1] } })).rejects.toThrow(
			"problem: wanted a problem, or data, network and noiseVariance, for a scan; got nothing.",
		);
		await expect(point({ quantity: "criticalPoint", activation: "quadratic" })).rejects.toThrow(
			"options.activation: wanted a bounded activation, relu or linear: those whose variance has a fixed point; got quadratic.",
		);
	});
});
