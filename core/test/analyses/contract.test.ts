/** What every analysis promises, tested over every analysis in the registry. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createDocument } from "../../../cli/src/render/document.ts";
import { analysisFigures } from "../../src/figures/index.ts";
import {
	type Analysis,
	analyses,
	answerToJson,
	findAnalysis,
	findTheory,
	type Subject,
} from "../../src/index.ts";
import { messageOf } from "../helpers/message-of.ts";
import { analyze } from "./analyses.ts";

const problem = {
	trainInputs: [[1], [-0.5], [0.3]],
	trainTargets: [1, -1, 0.2],
	network: {
		layers: [{ type: "dense", width: 1, activation: "linear", weightVariance: 1 }],
		readout: { weightVariance: 1 },
		scaling: "standard",
	},
	noiseVariance: 0.1,
};

/** A file that each analysis answers at once. */
const files: Readonly<Record<string, object>> = {
	"lazy-rich-transition": {
		options: {
			windows: 4,
			patch: 3,
			channels: [1, 4, 16],
			samples: 50,
			noiseVariance: 2,
			targetAmplitude: 3,
		},
	},
	"width-scaling": {
		problem,
		options: { widths: [4, 8], theories: ["nngp"] },
	},
	"scaling-regimes": {
		problem: { ...problem, testInputs: [[0.5], [-0.2]] },
		options: {
			exponents: [0, 1],
			theories: ["nngp"],
			sampling: { sampler: "exact", chains: 2, draws: 200, warmup: 0 },
			teacherDirection: [1],
		},
	},
	"kernel-adaptation": {
		problem,
		options: {
			widths: [4, 8],
			theories: ["nngp"],
			sampling: { sampler: "exact", chains: 2, draws: 200, warmup: 0 },
			teacherDirection: [1],
		},
	},
	"generalization-gap": {
		options: { samples: [3, 8, 20], ridge: 0.1, unexplained: 0.1, spectrum: [1, 0.5], teacher: [1, -1] },
	},
	"equivalent-linear-model": {
		network: { ...problem.network, layers: [{ ...problem.network.layers[0], activation: "tanh" }] },
		noiseVariance: 0.1,
		options: { samplesPerInput: [0.5, 1, 2] },
	},
	"residual-scaling": { options: { variance: 1, covariance: 0.5, depth: [2, 5] } },
	criticality: {
		problem: {
			...problem,
			network: {
				...problem.network,
				layers: [{ ...problem.network.layers[0], width: 100, activation: "erf" }],
			},
		},
		options: { weightDeviations: [0.5, 1, 2] },
	},
	"teacher-overlap": {
		network: problem.network,
		noiseVariance: 0.1,
		options: {
			teacher: { type: "linear", dimension: 2, inputVariance: 1 },
			samplesPerParameter: [1, 3],
			dataSets: 1,
			sampling: { sampler: "exact", chains: 2, draws: 600, warmup: 0 },
		},
	},
	"coding-schemes": {
		problem: { ...problem, trainTargets: [1, -1, 1] },
		options: { samples: 1024, sampling: { sampler: "exact", chains: 2, draws: 600, warmup: 0 } },
	},
};

describe.each(analyses.map((analysis) => ({ id: analysis.id, analysis })))(
	"analysis $id",
	({ id, analysis }) => {
		const file = files[id]!;

		it("describes itself", () => {
			expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
			expect(analysis.summary).toMatch(/^[A-Z].*\.$/);
			expect(analysis.title).not.toBe("");
			expect(analysis.references.length).toBeGreaterThan(0);
			for (const { key, authors, year, arxiv, doi } of analysis.references) {
				expect(key).toMatch(/^[a-z]+\d{4}[a-z]+$/);
				expect(authors.length).toBeGreaterThan(0);
				expect(year).toBeGreaterThan(1900);
				expect(arxiv ?? doi).toBeDefined();
			}
		});

		it("is found by its id and aliases, and shares none of them with a theory", () => {
			for (const name of [id, ...analysis.aliases]) {
				expect(findAnalysis(name)).toBe(analysis);
				expect(() => findTheory(name)).toThrow();
			}
		});

		it("has options that are all described, and refuses others", async () => {
			const { shape } = analysis.options as unknown as { shape: Record<string, { description?: string }> };
			for (const option of Object.values(shape)) expect(option.description).toMatch(/\.$/);
			const { options } = file as { options: object };
			await expect(analyze(analysis, { ...file, options: { ...options, noSuchOption: 1 } })).rejects.toThrow(
				/^options\.noSuchOption: wanted one of the keys .*; got an unknown key\.$/,
			);
		});

		it("has a file header of ten points", () => {
			const source = readFileSync(new URL(`../../src/analyses/${id}.ts`, import.meta.url), "utf8");
			expect(source.startsWith(`/**\n * \`${id}\`: `)).toBe(true);
			expect(source.match(/^ \* \d+\. /gm)).toEqual(Array.from({ length: 10 }, (_, i) => ` * ${i + 1}. `));
		});

		it("answers with all options, results without null, a table and a figure", async () => {
			const answer = await analyze(analysis as Analysis, file);
			expect(answer.analysis).toBe(id);
			expect(answer.convergence.converged).toBe(true);
			const json = answerToJson(answer) as Record<string, object>;
			expect(Object.keys(json).sort()).toEqual([
				"absent",
				"analysis",
				"convergence",
				"engine",
				"options",
				"results",
				"seconds",
				"validity",
				"version",
			]);
			expect(JSON.stringify(json)).not.toContain("null");
			expect(json.options).toMatchObject((file as { options: object }).options);
			// The options of the answer, given again, are the same question.
			expect(answerToJson(await analyze(analysis as Analysis, { ...file, options: json.options }))).toEqual(
				json,
			);
			const { columns, rows } = analysis.table(answer);
			expect(rows.length).toBeGreaterThan(0);
			for (const row of rows) expect(row).toHaveLength(columns.length);
			const svg = analysisFigures("title", answer, createDocument()).figure!;
			expect(svg).toMatch(/^<svg /);
			expect(svg).not.toMatch(/NaN|Infinity|undefined/);
		});

		it("wants a problem, a network or neither", async () => {
			const { options } = file as { options: object };
			const { network, noiseVariance } = problem;
			const questions = { problem: { problem }, network: { network, noiseVariance }, options: {} };
			const names = { problem: "a problem", network: "a network without data", options: "nothing" };
			const wanted = {
				problem: `problem: wanted a problem, or data, network and noiseVariance, for ${id}; got`,
				network: `network: wanted network and noiseVariance, for ${id}; got`,
				options: `problem: wanted options only, since ${id} analyzes no data set; got`,
			}[analysis.subjects[0]!];
			const leave = analysis.subjects[0] === "options" ? " Leave it out." : "";
			const refused = (Object.keys(questions) as Subject[]).filter((one) => !analysis.subjects.includes(one));
			expect(refused.length).toBeGreaterThan(0);
			for (const subject of refused) {
				await expect(analyze(analysis, { options, ...questions[subject] })).rejects.toThrow(
					`${wanted} ${names[subject]}.${leave}`,
				);
			}
		});
	},
);

describe("findAnalysis", () => {
	it("names all analyses and the one that was meant", () => {
		expect(messageOf(() => findAnalysis("width-scalling", "analyze"))).toBe(
			`analyze: wanted one of ${analyses.map(({ id }) => id).join(", ")}, or an alias; got "width-scalling". Did you mean width-scaling?`,
		);
	});
});

describe("an analysis file", () => {
	const width = findAnalysis("width-scaling");

	it("may make its data, with the seed of the file", async () => {
		const { options } = files["width-scaling"] as { options: object };
		const made = {
			seed: 4,
			data: { source: "teacher", teacher: { type: "linear", dimension: 2 }, trainCount: 4, testCount: 3 },
			network: problem.network,
			noiseVariance: 0.1,
			options,
		};
		const answer = await analyze(width, made);
		expect((answer.results as { points: string }).points).toBe("test");
		expect((answer.options as { sampling: { seed: number } }).sampling.seed).toBe(4);
		const other = await analyze(width, { ...made, seed: 5 });
		expect(other.results).not.toEqual(answer.results);
	});

	it.each([
		[
			"a key that only experiments have",
			{ theories: "all" },
			/^theories: wanted one of the keys name, seed, problem, data, network, noiseVariance or options.*; got an unknown key\.$/,
		],
		["a noise without a network", { noiseVariance: 1 }, /^network: wanted an object; got nothing\.$/],
		["a list", [], /^file: wanted an object; got an empty list\.$/],
	])("refuses %s", async (_, file, message) => {
		await expect(analyze(width, file)).rejects.toThrow(message);
	});
});
