import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	decodePermalink,
	encodePermalink,
	experimentToRun,
	type LabState,
	scalingExponentOf,
} from "../../src/permalink/index.ts";

const layer = { type: "dense", width: 16, activation: "erf", weightVariance: 4, biasVariance: 1 };

const teacherState = {
	experiment: {
		name: "a curve",
		seed: 1,
		data: { source: "teacher", teacher: { type: "single-index", dimension: 1, hermite: [0, 0.6, 0, 0.8] } },
		network: { layers: [layer, layer], readout: { weightVariance: 2 }, scaling: "standard" },
		noiseVariance: 0.02,
		theories: ["nngp", "kernel-rescaling"],
		sampling: false,
	},
	scalingExponent: 0.5,
};

describe("permalink", () => {
	it("is readable", () => {
		expect(encodePermalink(teacherState)).toMatchInlineSnapshot(
			`"v=1&scaling=0.5&name=a%20curve&seed=1&data.source=teacher&data.teacher.type=single-index&data.teacher.dimension=1&data.teacher.hermite=[0,0.6,0,0.8]&network.layers.0.type=dense&network.layers.0.width=16&network.layers.0.activation=erf&network.layers.0.weightVariance=4&network.layers.0.biasVariance=1&network.layers.1.type=dense&network.layers.1.width=16&network.layers.1.activation=erf&network.layers.1.weightVariance=4&network.layers.1.biasVariance=1&network.readout.weightVariance=2&network.scaling=standard&noiseVariance=0.02&theories=[%22nngp%22,%22kernel-rescaling%22]&sampling=false"`,
		);
	});

	it("gives the state back", () => {
		expect(decodePermalink(`#${encodePermalink(teacherState)}`)).toEqual(teacherState);
		expect(decodePermalink("")).toBeUndefined();
	});

	it("gives back every JSON object", () => {
		// -0 is 0 in JSON.
		const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));
		const key = fc.string().filter((name) => name !== "v" && name !== "scaling");
		fc.assert(
			fc.property(fc.dictionary(key, json, { minKeys: 1 }), (experiment) => {
				const states: LabState = { experiment: Object.fromEntries(Object.entries(experiment)) };
				const hash = encodePermalink(states);
				expect(hash).not.toMatch(/[\s#<>"]/);
				expect(decodePermalink(hash)).toEqual(states);
			}),
		);
	});

	it.each([
		["v=2&seed=1", "The address holds a state of version 2; this page reads version 1."],
		["seed=1", "The address holds a state of version unknown; this page reads version 1."],
		["v=1&seed", "The address holds seed, which is not of the form field=value."],
		["v=1&seed=1&seed=2", "seed: given twice"],
		["v=1&seed=1&seed.a=2", "seed.a: inside of a value"],
		["v=1&seed=%E0%A4%A", "%E0%A4%A: malformed percent-encoding"],
		["v=1&scaling=2&seed=1", "scaling: wanted a number from 0 (standard) to 1 (mean-field); got 2."],
	])("refuses %s", (hash, message) => {
		expect(() => decodePermalink(hash)).toThrow(new SyntaxError(message));
	});
});

describe("experimentToRun", () => {
	const { experiment } = teacherState;
	const network = experiment.network;

	it("names the scaling at both ends and divides the readout variance by N^gamma in between", () => {
		const scaled = (scalingExponent: number) => experimentToRun({ experiment, scalingExponent }).network;
		expect(scaled(0)).toEqual(network);
		expect(scaled(1)).toEqual({ ...network, scaling: "mean-field" });
		expect(scaled(0.5)).toEqual({ ...network, readout: { weightVariance: 0.5 } });
	});

	it("does the same in a problem that is given", () => {
		const whole = { problem: { trainInputs: [[1]], trainTargets: [1], network, noiseVariance: 0.1 } };
		const { problem } = experimentToRun({ experiment: whole, scalingExponent: 1 });
		expect(problem).toEqual({ ...whole.problem, network: { ...network, scaling: "mean-field" } });
	});

	it("leaves the scaling to the experiment when nothing is said", () => {
		const meanField = { experiment: { ...experiment, network: { ...network, scaling: "mean-field" } } };
		expect(experimentToRun(meanField)).toBe(meanField.experiment);
		expect([scalingExponentOf(meanField), scalingExponentOf({ experiment })]).toEqual([1, 0]);
	});
});
