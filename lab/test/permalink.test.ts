import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAddressHistory } from "../src/state/address-history.ts";
import { defaultState } from "../src/state/default-state.ts";
import type { LabState } from "../src/state/lab-state.ts";
import { decodePermalink, encodePermalink } from "../src/state/permalink.ts";

describe("permalink", () => {
	it("is readable", () => {
		expect(encodePermalink(defaultState)).toMatchInlineSnapshot(
			`"v=1&scaling=0&name=a%20curve%20in%20one%20dimension&seed=1&data.source=teacher&data.teacher.type=single-index&data.teacher.dimension=1&data.teacher.inputVariance=1&data.teacher.hermite=[0,0.6,0,0.8]&data.trainCount=16&data.testCount=120&data.targetNoiseVariance=0.02&network.layers.0.type=dense&network.layers.0.width=20&network.layers.0.activation=erf&network.layers.0.weightVariance=4&network.layers.0.biasVariance=1&network.readout.weightVariance=4&network.readout.biasVariance=0&network.scaling=standard&noiseVariance=0.02&theories=all&sampling.sampler=hmc&sampling.chains=4&sampling.draws=1000&sampling.warmup=500"`,
		);
	});

	it("gives the state back", () => {
		expect(decodePermalink(`#${encodePermalink(defaultState)}`)).toEqual(defaultState);
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

describe("createAddressHistory", () => {
	it("makes one entry of a pull of one slider and a new one after a pause or for another control", () => {
		const entries: string[] = ["start"];
		const history = createAddressHistory({
			push: (hash) => entries.push(hash),
			replace: (hash) => {
				entries[entries.length - 1] = hash;
			},
		});
		history.write("width 10", "width", 0);
		history.write("width 11", "width", 400);
		history.write("width 12", "width", 1300);
		history.write("depth 2", "depth", 1400);
		history.write("depth 3", "depth", 2500);
		history.settle();
		history.write("depth 4", "depth", 2600);
		expect(entries).toEqual(["start", "width 12", "depth 2", "depth 3", "depth 4"]);
	});
});
