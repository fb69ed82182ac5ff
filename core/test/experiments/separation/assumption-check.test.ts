/** What is said of assumptions, word by word. */
import { describe, expect, test } from "vitest";
import { checkAssumptions, type LayerSeparation } from "../../../src/index.ts";

const layer = (changes: Partial<LayerSeparation>): LayerSeparation => ({
	width: 50,
	activation: "erf",
	absent: {},
	...changes,
});
const estimate = (value: number, standardError: number) => ({ value, standardError });
const sentences = (layers: LayerSeparation[], ...ids: string[]) =>
	checkAssumptions(layers, ids).map(({ sentence }) => sentence);

describe("checkAssumptions", () => {
	test("names the assumption, the theory, the layer where it is violated most, and the size", () => {
		const layers = [layer({ change: estimate(0.07, 0.004) }), layer({ change: estimate(0.31, 0.012) })];
		expect(checkAssumptions(layers, ["nngp", "finite-width-correction"])).toEqual([
			{
				assumption: "prior-kernels",
				theories: ["nngp"],
				violation: { value: 0.31, standardError: expect.closeTo(0.012, 12) },
				layer: 1,
				size: "moderate",
				sentence:
					"kernels stay those of the prior (nngp): relative change of the feature kernel 0.310 +- 0.012 in layer 2, a moderate violation",
			},
			{
				assumption: "first-order-change",
				theories: ["finite-width-correction"],
				// (0.31 + 0.012)^2 - 0.31^2.
				violation: { value: expect.closeTo(0.0961, 12), standardError: expect.closeTo(0.007584, 12) },
				layer: 1,
				size: "small",
				sentence:
					"kernels change so little that the first order is enough (finite-width-correction): relative change of the feature kernel 0.310 +- 0.012 in layer 2, its square a small violation",
			},
		]);
	});

	test("does not see what is within three standard errors, and says what noise could hide", () => {
		const kurtosis = (standardError: number) =>
			layer({ featureKurtosis: estimate(-0.05, standardError), shapeChange: estimate(0.4, 0.01) });
		const claim = "a unit's features are Gaussian where the data pull (kernel-rescaling)";
		const scale =
			"kernels change by a factor only (kernel-rescaling): relative change of the feature kernel that no factor makes 0.400 +- 0.010, a large violation";
		expect(sentences([kurtosis(0.01)], "kernel-rescaling")).toEqual([
			scale,
			`${claim}: excess kurtosis -0.050 +- 0.010, a small violation`,
		]);
		expect(sentences([kurtosis(0.02)], "kernel-rescaling")).toEqual([
			scale,
			`${claim}: excess kurtosis -0.050 +- 0.020, no violation seen`,
		]);
		expect(sentences([kurtosis(0.2)], "kernel-rescaling")).toEqual([
			scale,
			`${claim}: excess kurtosis -0.05 +- 0.20, no violation seen, but noise could hide a moderate one`,
		]);
	});

	test("puts a fluctuation beside what independent units give", () => {
		const fluctuation = { relative: estimate(0.42, 0.003), independentUnits: 0.3412 };
		expect(sentences([layer({ featureFluctuation: fluctuation })], "self-consistent")).toEqual([
			"kernels are the same in every draw (self-consistent): relative fluctuation of the feature kernel 0.4200 +- 0.0030 (independent units: 0.341), a large violation",
		]);
	});

	test("does not know what no layer shows", () => {
		expect(checkAssumptions([layer({ absent: { change: "the kernel vanishes" } })], ["nngp"])).toEqual([
			{
				assumption: "prior-kernels",
				theories: ["nngp"],
				size: "unknown",
				sentence: "kernels stay those of the prior (nngp): not known, because the kernel vanishes",
			},
		]);
	});
});
