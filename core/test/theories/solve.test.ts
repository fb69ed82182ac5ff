import { readFileSync } from "node:fs";
import { createEngine, type Matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { answerToJson, bibtex, findTheory, solveTheory, theories, version } from "../../src/index.ts";
import { messageOf } from "../helpers/message-of.ts";
import { denseLayer, networkOf, smallProblem } from "../helpers/problems.ts";

const engine = await createEngine({ engine: "reference" });
const problem = smallProblem(networkOf([denseLayer("erf")]));

const scaled = (m: Matrix, factor: number): Matrix => ({ ...m, data: m.data.map((x) => factor * x) });

describe("the registry", () => {
	it("finds a theory by its id and by its aliases", () => {
		for (const theory of theories) {
			for (const name of [theory.id, ...theory.aliases]) expect(findTheory(name)).toBe(theory);
		}
	});

	it("lists the ids when there is no such theory", () => {
		expect(messageOf(() => findTheory("ntk"))).toBe(
			'theory: wanted one of nngp, kernel-rescaling, or an alias; got "ntk".',
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

	it.each([
		[
			"inputs whose squares overflow",
			{ trainInputs: scaled(problem.trainInputs, 1e200) },
			"network.layers[0]: wanted pre-activations whose variances are 0 or between 1e-150 and 1e+150; got Infinity. Rescale the inputs, or change weightVariance and biasVariance of this or an earlier layer.",
		],
		[
			"inputs whose squares nearly vanish",
			{ trainInputs: scaled(problem.trainInputs, 1e-90) },
			/^network\.layers\[0\]: wanted pre-activations whose variances are 0 or between 1e-150 and 1e\+150; got \d\.\de-18\d\. Rescale the inputs, or change weightVariance and biasVariance of this or an earlier layer\.$/,
		],
		[
			"targets whose squares overflow",
			{ trainTargets: scaled(problem.trainTargets, 1e200) },
			"nngp: wanted a problem whose answer stays within the range of float64; got NaN in logEvidence. Rescale the inputs, the targets or the variances.",
		],
	])("refuses %s", (_, change, message) => {
		const solve = () =>
			solveTheory(findTheory("nngp"), { ...problem, ...change }, {}, { engine, clock: () => 0 });
		if (typeof message === "string") expect(messageOf(solve)).toBe(message);
		else expect(messageOf(solve)).toMatch(message);
	});

	it("carries the version of the package", () => {
		const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
		expect(version).toBe(manifest.version);
	});
});

describe("answerToJson", () => {
	it("writes matrices as nested lists and leaves out what is undefined", () => {
		const answer = solveTheory(findTheory("nngp"), problem, {}, { engine, clock: () => 0 });
		const json = answerToJson({ ...answer, trainCovariance: undefined }) as Record<string, unknown>;
		expect(json.trainMean).toEqual([...answer.trainMean.data].map((x) => [x]));
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
