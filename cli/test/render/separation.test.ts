/** The section on assumptions, line by line. */
import type { LayerSeparation } from "@finitude/core";
import { expect, it } from "vitest";
import { renderSeparation } from "../../src/render/separation.ts";
import { layerCsv } from "../../src/results/layer-table.ts";

const layers: LayerSeparation[] = [
	{
		width: 30,
		activation: "erf",
		discrepancyKurtosis: { value: -0.111, standardError: 0.024 },
		featureFluctuation: { relative: { value: 0.3196, standardError: 0.0026 }, independentUnits: 0.326 },
		change: { value: 0.0882, standardError: 0.0042 },
		captured: { value: 0.826, standardError: 0.023 },
		absent: {},
	},
	{
		width: 5,
		activation: "relu",
		absent: { change: "the kernel vanishes", captured: "the kernel vanishes", pointKurtosis: "no variance" },
	},
];

it("shows every layer, and why something is missing; judges nothing where the sampler has not converged", () => {
	const convergence = { converged: false, iterations: 100, residual: 0.2 };
	const lines = renderSeparation({ separation: { layers, assumptions: [] }, answer: { convergence } });
	expect(lines.join("\n").split("\n")).toEqual([
		"does the theory's assumption hold here?",
		"",
		"layer  units   excess kurtosis  kernel fluctuates by  (chance)  kernel changed by  of which captured",
		"-----  ------  ---------------  --------------------  --------  -----------------  -----------------",
		"1      30 erf  -0.111 +- 0.024      0.3196 +- 0.0026     0.326   0.0882 +- 0.0042     0.826 +- 0.023",
		"2      5 relu                -                     -         -                  -                  -",
		"",
		"excess kurtosis: of a unit along the direction in which the data pull, 0 if Gaussian. kernel: feature kernel of the layer. fluctuates: between draws, relative; " +
			"chance: for independent units. changed: from infinite width, relative; captured: the share that Gaussian units with the sampled second moments explain.",
		"",
		"No judgment: the sampler has not converged, and these numbers describe its draws, not the posterior.",
		"",
		"  layer 2 without change, captured: the kernel vanishes",
		"  layer 2 without pointKurtosis: no variance",
	]);
});

it("writes empty cells for what is absent", () => {
	const [header, first, second] = layerCsv(layers).split("\r\n");
	expect(header).toBe(
		"layer,width,activation,discrepancyKurtosis,discrepancyKurtosisStandardError,featureKurtosis,featureKurtosisStandardError," +
			"pointKurtosis,pointKurtosisStandardError,preactivationFluctuation,preactivationFluctuationStandardError," +
			"featureFluctuation,featureFluctuationStandardError,change,changeStandardError,shapeChange,shapeChangeStandardError,captured,capturedStandardError," +
			"preactivationIndependentUnits,featureIndependentUnits",
	);
	expect(first).toBe("1,30,erf,-0.111,0.024,,,,,,,0.3196,0.0026,0.0882,0.0042,,,0.826,0.023,,0.326");
	expect(second).toBe("2,5,relu,,,,,,,,,,,,,,,,,,");
});
