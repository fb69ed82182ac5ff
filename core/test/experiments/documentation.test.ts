import { readFileSync } from "node:fs";
import {
	dataSchema,
	findAnalysis,
	isExperiment,
	jsonSchemas,
	parseProblem,
	parseText,
	resolveAnalysisFile,
	resolveExperiment,
} from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { filesOf, mnist } from "../helpers/experiments.ts";

const page = readFileSync(new URL("../../../docs/experiment-file.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/```(?:yaml|json)\n(.*?)```/gs)]
	.map(([, text]) => text!)
	.filter((text) => !text.startsWith("# yaml-language-server"));
const engine = await createEngine();

/** Every key of every object in a JSON Schema. */
function keysOf(schema: unknown): string[] {
	if (typeof schema !== "object" || schema === null) return [];
	const { properties = {} } = schema as { properties?: object };
	return [...Object.keys(properties), ...Object.values(schema).flatMap(keysOf)];
}

describe("docs/experiment-file.md", () => {
	it("has six examples", () => expect(blocks).toHaveLength(6));

	it.each(blocks)("holds an example that is valid: %s", (text) => {
		const json = parseText(text);
		if ("options" in (json as object)) {
			const file = resolveAnalysisFile(json, { readBytes: filesOf({}), mnist, engine });
			expect(findAnalysis("lazy-rich-transition").options.safeParse(file.options).success).toBe(true);
		} else if ("layers" in (json as object)) {
			const { layers } = json as { layers: unknown[] };
			const readout = { weightVariance: 1, biasVariance: 0 };
			const network = { layers, readout, scaling: "standard" };
			const problem = parseProblem({ trainInputs: [[1]], trainTargets: [[1]], network, noiseVariance: 1 });
			expect(problem.network.layers).toHaveLength(layers.length);
		} else if (!isExperiment(json)) {
			expect(parseProblem(json).trainInputs.rows).toBe(2);
		} else if ("network" in (json as object)) {
			const { problem } = resolveExperiment(json, { readBytes: filesOf({}), mnist, engine });
			expect(problem.trainInputs.rows).toBe(50);
		} else {
			const { data } = json as { data: { source: string } };
			expect(dataSchema.parse(data).source).toBe(data.source);
		}
	});

	it("names every field of the schemas", () => {
		const fields = [...new Set(keysOf(jsonSchemas()))].filter((key) => !["id", "options"].includes(key));
		expect(fields.length).toBeGreaterThan(50);
		const missing = fields.filter((field) => !new RegExp(`\`(\\w+(\\[\\])?\\.)?${field}\``).test(page));
		expect(missing).toStrictEqual([]);
	});
});
