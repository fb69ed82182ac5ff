import { readdirSync, readFileSync } from "node:fs";
import { activationNames, parseProblem, problemToJson } from "@finitude/core";
import { describe, expect, it } from "vitest";
import { layerPositions } from "../../src/problem/tiling.ts";

const golden = new URL("../../../fixtures/golden/", import.meta.url);
const problems = readdirSync(golden)
	.filter((file) => file.endsWith(".json"))
	.map((file) => ({ file, json: JSON.parse(readFileSync(new URL(file, golden), "utf8")).problem }))
	// Those of analyses may hold a network alone.
	.filter(({ json }) => json?.trainInputs !== undefined);

describe("parseProblem", () => {
	it("reads every golden problem, and the same one back from its JSON form", () => {
		expect(problems.length).toBeGreaterThan(20);
		for (const { file, json } of problems) {
			const problem = parseProblem(json);
			expect(problem.trainInputs.rows, file).toBe(json.trainInputs.length);
			expect(parseProblem(JSON.parse(JSON.stringify(problemToJson(problem)))), file).toStrictEqual(problem);
		}
	});

	it("fills in the defaults: name, biases, stride; a flat list is one output", () => {
		const problem = parseProblem({
			trainInputs: [[1, 2, 3, 4]],
			trainTargets: [7],
			network: {
				layers: [{ type: "convolution", channels: 3, patch: 2, activation: "relu", weightVariance: 2 }],
				readout: { weightVariance: 1 },
				scaling: "mean-field",
			},
			noiseVariance: 0,
		});
		expect(problem).toStrictEqual({
			name: "unnamed",
			trainInputs: { rows: 1, columns: 4, data: Float64Array.of(1, 2, 3, 4) },
			trainTargets: { rows: 1, columns: 1, data: Float64Array.of(7) },
			network: {
				layers: [
					{
						type: "convolution",
						channels: 3,
						patch: 2,
						stride: 2,
						activation: "relu",
						weightVariance: 2,
						biasVariance: 0,
					},
				],
				readout: { weightVariance: 1, biasVariance: 0 },
				scaling: "mean-field",
			},
			noiseVariance: 0,
		});
	});

	it("takes further activations when told their names", () => {
		const json = structuredClone(problems[0]!.json);
		json.network.layers[0].activation = "my-own";
		expect(parseProblem(json, "", ["my-own", ...activationNames()]).network.layers[0]!.activation).toBe(
			"my-own",
		);
	});

	it("reads 20 million numbers in seconds", () => {
		const json = structuredClone(problems.find(({ json }) => json.network.layers[0].type === "dense")!.json);
		const row = Array.from({ length: 1000 }, (_, i) => i / 1000);
		json.trainInputs = Array(20_000).fill(row);
		json.trainTargets = Array(20_000).fill(0.5);
		delete json.testInputs;
		delete json.testTargets;
		const problem = parseProblem(json);
		expect(problem.trainInputs.data.at(-1)).toBe(0.999);
	}, 10_000);
});

describe("layerPositions", () => {
	const convolution = (patch: number, channels: number) =>
		({
			type: "convolution",
			channels,
			patch,
			stride: patch,
			activation: "erf",
			weightVariance: 1,
			biasVariance: 0,
		}) as const;
	const dense = { type: "dense", width: 7, activation: "erf", weightVariance: 1, biasVariance: 0 } as const;

	it("follows patches through a sequence", () => {
		expect(layerPositions([convolution(2, 5), convolution(3, 4), dense], 12)).toStrictEqual([
			{ kind: "sequence", length: 12, channels: 1 },
			{ kind: "sequence", length: 6, channels: 5 },
			{ kind: "sequence", length: 2, channels: 4 },
			{ kind: "sequence", length: 1, channels: 7 },
		]);
	});
	it("follows patches through an image", () => {
		expect(layerPositions([convolution(4, 5), convolution(2, 3)], 8 * 16 * 3, [8, 16, 3])).toStrictEqual([
			{ kind: "image", height: 8, width: 16, channels: 3 },
			{ kind: "image", height: 2, width: 4, channels: 5 },
			{ kind: "image", height: 1, width: 2, channels: 3 },
		]);
	});
});
