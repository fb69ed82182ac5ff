import { readFileSync } from "node:fs";
import { createEngine, matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import {
	answerToJson,
	bibtex,
	findTheory,
	type Problem,
	solveTheory,
	theories,
	version,
} from "../../src/index.ts";
import { messageOf } from "../helpers/message-of.ts";
import { denseLayer, networkOf, smallProblem } from "../helpers/problems.ts";

const engine = await createEngine({ engine: "reference" });
const problem = smallProblem(networkOf([denseLayer("erf")]));

describe("the registry", () => {
	it("finds a theory by its id and by its aliases", () => {
		for (const theory of theories) {
			for (const name of [theory.id, ...theory.aliases]) expect(findTheory(name)).toBe(theory);
		}
	});

	it("lists the ids when there is no such theory", () => {
		expect(messageOf(() => findTheory("ntk"))).toBe(
			'theory: wanted one of nngp, finite-width-correction, map-kernels, self-consistent, equations-of-state, exact-mean-field, deep-kernel-machine, multi-scale, kernel-rescaling, scale-mixture, deep-linear, or an alias; got "ntk".',
		);
	});
});

describe("solveTheory", () => {
	it("records engine, seconds, all options and the version beside the answer", () => {
		let now = 10;
		const clock = () => {
			now += 2.5;
			return now;
		};
		const answer = solveTheory(
			findTheory("kernel-rescaling"),
			problem,
			{ meanTerm: "ignore" },
			{ engine, clock },
		);
		expect(answer.engine).toBe("reference (plain TypeScript)");
		expect(answer.seconds).toBe(2.5);
		expect(answer.options).toEqual({ recursion: "vanilla", meanTerm: "ignore", orderParameter: "matrix" });
		expect(answer.version).toBe(version);
	});

	it.each(["nngp", "finite-width-correction", "kernel-rescaling"])(
		"refuses numbers that overflow: %s",
		(id) => {
			const solve = (changes: Partial<Problem>, activation = "erf") =>
				messageOf(() =>
					solveTheory(
						findTheory(id),
						smallProblem(networkOf([denseLayer(activation)]), changes),
						{},
						{ engine, clock: () => 0 },
					),
				);
			const huge = (size: number) => matrix(6, 12, new Float64Array(72).fill(size));
			expect(solve({ trainInputs: huge(1e160) })).toBe(
				"trainInputs[0][0]: wanted a number between -1e+70 and 1e+70; got 1e+160. Rescale the data.",
			);
			expect(solve({ trainInputs: huge(1e50) }, "quadratic")).toMatch(
				/^network\.readout: wanted inputs whose kernel stays below 1e\+154, so that nothing overflows; got an entry of \d/,
			);
			const targets = matrix(6, 1, new Float64Array(6).fill(1e60));
			expect(solve({ trainTargets: targets, noiseVariance: 1e-300 })).toBe(
				"trainTargets: wanted targets whose squares, also over noiseVariance, do not overflow; got a sum of squares of 6.0e+120 and noiseVariance 1e-300. Rescale trainTargets.",
			);
		},
	);

	it("carries the version of the package", () => {
		const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
		expect(version).toBe(manifest.version);
	});
});

describe("answerToJson", () => {
	it("writes matrices as nested lists and leaves out what is undefined", () => {
		const answer = solveTheory(findTheory("nngp"), problem, {}, { engine, clock: () => 0 });
		const json = answerToJson({ ...answer, trainCovariance: undefined }) as Record<string, unknown>;
		expect(json.trainMean).toEqual([...answer.trainMean!.data].map((x) => [x]));
		expect("trainCovariance" in json).toBe(false);
		expect(JSON.parse(JSON.stringify(json))).toEqual(json);
	});

	it.each([
		[{ logEvidence: Number.NaN }, "answer.logEvidence is NaN; an answer holds finite numbers only."],
		[
			{ trainMean: { rows: 1, columns: 2, data: Float64Array.of(0, Number.POSITIVE_INFINITY) } },
			"answer.trainMean[0][1] is Infinity; an answer holds finite numbers only.",
		],
		[{ kernels: { output: null } }, "answer.kernels.output is null, which has no place in an answer."],
	])("throws, with the place, at %o", (answer, message) => {
		expect(messageOf(() => answerToJson(answer))).toBe(message);
	});
});

describe("bibtex", () => {
	it("writes one entry for each key", () => {
		const reference = {
			key: "doe2020title",
			authors: ["Doe, Jane", "Roe, Richard"],
			title: "A Title",
			year: 2020,
			arxiv: "2001.00001",
		};
		const published = { ...reference, key: "doe2021title", journal: "Journal", doi: "10.1/2" };
		expect(bibtex([reference, published, reference])).toBe(
			[
				"@misc{doe2020title,",
				"  author = {Doe, Jane and Roe, Richard},",
				"  title = {{A Title}},",
				"  year = {2020},",
				"  eprint = {2001.00001},",
				"  archivePrefix = {arXiv}",
				"}",
				"",
				"@article{doe2021title,",
				"  author = {Doe, Jane and Roe, Richard},",
				"  title = {{A Title}},",
				"  year = {2020},",
				"  journal = {Journal},",
				"  doi = {10.1/2},",
				"  eprint = {2001.00001},",
				"  archivePrefix = {arXiv}",
				"}",
			].join("\n"),
		);
	});

	it("has distinct keys for distinct papers over all theories", () => {
		const all = theories.flatMap(({ references }) => references);
		const titles = new Map(all.map(({ key, title }) => [key, title]));
		for (const { key, title } of all) expect(titles.get(key)).toBe(title);
	});
});
