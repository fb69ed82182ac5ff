import { describe, expect, it } from "vitest";
import { mapCells, problemOfCell, solveTheories } from "../../../src/index.ts";
import { messageOf } from "../../helpers/message-of.ts";
import { engine, linear, resolveMap } from "./maps.ts";

const withMap = (map: object, rest: object = {}) => ({ ...linear, ...rest, map });

describe("the map of a file", () => {
	it("has defaults for all of its section", () => {
		const { map: _, ...silent } = linear;
		const { settings, experiment, sampling } = resolveMap({ ...silent, theories: "all" });
		expect(settings.widths).toEqual([4, 8, 16, 32, 64, 128, 256]);
		expect(settings.scalings).toEqual([0, 0.25, 0.5, 0.75, 1]);
		expect(settings).toMatchObject({ quantity: "testMean", rounds: 3, agreement: 0.001 });
		// deep-kernel-machine with default options is equations-of-state.
		const ids = settings.theories.map(({ id }) => id);
		expect(ids).toContain("equations-of-state");
		expect(ids).not.toContain("deep-kernel-machine");
		expect(experiment.resolved.map).toBe(settings);
		expect(sampling).toMatchObject({ sampler: "exact", seed: 3, evidence: false });
	});

	it("fills a range of widths evenly in the logarithm and takes every width and scaling once", () => {
		const range = { widths: { from: 2, to: 32, count: 5 }, scalings: [1, 0, 0.5, 1] };
		expect(resolveMap(withMap(range)).settings).toMatchObject({
			widths: [2, 4, 8, 16, 32],
			scalings: [0, 0.5, 1],
		});
		const narrow = { widths: { from: 1, to: 3, count: 9 } };
		expect(resolveMap(withMap(narrow)).settings.widths).toEqual([1, 2, 3]);
	});

	it("takes one theory with several options, and the experiment's theories where it has none of its own", () => {
		const own = [{ id: "self-consistent", options: { variant: "tree" } }, "self-consistent"];
		const { theories } = resolveMap(withMap({ theories: own }));
		expect(theories.map(({ label }) => label)).toEqual(["self-consistent (variant tree)", "self-consistent"]);
		expect(resolveMap(linear).theories.map(({ label }) => label)).toEqual(["nngp", "deep-linear"]);
	});

	it("is resolved again to the same map", () => {
		const { experiment, settings } = resolveMap(linear);
		expect(resolveMap(experiment.resolved).settings).toEqual(settings);
	});

	it.each([
		[withMap({ widths: [] }), "map.widths: wanted a list of 1 to 100 widths; got an empty list."],
		[
			withMap({ scalings: [0, 1.5] }),
			"map.scalings[1]: wanted a number from 0 (standard) to 1 (mean-field); got 1.5.",
		],
		[withMap({ rounds: 0 }), "map.rounds: wanted an integer from 1 to 10; got 0."],
		[withMap({ theories: ["nngp", "nngp"] }), "map.theories[1]: wanted every line once; got nngp again."],
		[
			withMap({ theories: [{ id: "self-consistent", options: { variant: "bush" } }] }),
			'variant must be tree, loop or kernel-saddle; got "bush".',
		],
		[
			{ ...linear, sampling: false },
			"sampling: wanted sampling settings: a map measures theories by the sampled network; got false.",
		],
		[
			{ ...linear, sampling: { sampler: "langevin" } },
			"sampling.sampler: wanted a sampler without a bias of its own: one of hmc, mala, importance, gibbs, exact; got langevin.",
		],
		[
			{ ...linear, data: { ...linear.data, testCount: 0 } },
			"map.quantity: wanted kernel, since the problem has no test points; got testMean. Or give test points.",
		],
	])("refuses by the name of the field: %#", (json, message) => {
		expect(messageOf(() => resolveMap(json))).toBe(message);
	});

	it("needs no test points for the kernel", () => {
		const data = { ...linear.data, testCount: 0 };
		const { settings } = resolveMap({ ...linear, data, map: { quantity: "kernel" } });
		expect(settings.quantity).toBe("kernel");
	});
});

describe("the cells", () => {
	const map = resolveMap(withMap({ widths: [4, 16], scalings: [0, 0.5, 1] }));
	const { problem } = map.experiment;

	it("go row by row from the standard scaling up", () => {
		expect(mapCells(map.settings).map(({ width, exponent }) => [width, exponent])).toEqual([
			[4, 0],
			[16, 0],
			[4, 0.5],
			[16, 0.5],
			[4, 1],
			[16, 1],
		]);
	});

	it("have their width, and chi in the readout and the noise", () => {
		const at = (exponent: number) => problemOfCell(problem, { width: 16, exponent });
		for (const exponent of [0, 0.5, 1]) expect(at(exponent).network.layers[0]).toMatchObject({ width: 16 });
		expect(at(0).network).toMatchObject({ scaling: "standard", readout: { weightVariance: 0.2 } });
		expect(at(0.5).network).toMatchObject({ scaling: "standard", readout: { weightVariance: 0.05 } });
		expect(at(1).network).toMatchObject({ scaling: "mean-field", readout: { weightVariance: 0.2 } });
		expect([0, 0.5, 1].map((exponent) => at(exponent).noiseVariance)).toEqual([0.04, 0.01, 0.0025]);
	});

	it("at gamma = 1 are the limit of those below", () => {
		const named = problemOfCell(problem, { width: 16, exponent: 1 });
		const { network } = named;
		const unnamed = {
			...named,
			network: {
				...network,
				scaling: "standard" as const,
				readout: { ...network.readout, weightVariance: network.readout.weightVariance / 16 },
			},
		};
		for (const id of ["nngp", "kernel-rescaling", "deep-linear"]) {
			const [one, other] = [named, unnamed].map((each) => {
				const [outcome] = solveTheories(each, [{ id, options: {} }], { engine, clock: () => 0 });
				if (!("answer" in outcome!)) throw new Error(outcome!.reason);
				return [...outcome.answer.testMean!.data];
			});
			// Roots of equations are solved to about 1e-12.
			for (const [i, x] of one!.entries()) expect(other![i]).toBeCloseTo(x, 10);
		}
	});
});
