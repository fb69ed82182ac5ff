import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { analyses, probes, theories } from "@finitude/core";
import { beforeAll, describe, expect, it } from "vitest";
import { type CliResult, finitude, whenever } from "./run-cli.ts";
import { threePoints } from "./three-points.ts";

const folder = () => mkdtempSync(join(tmpdir(), "finitude-analyze-"));

const transition = {
	name: "small transition",
	options: {
		windows: 2,
		patch: 2,
		channels: [1, 2],
		samples: 40,
		noiseVariance: 4,
		targetAmplitude: 2,
		sampling: { chains: 2, draws: 400, warmup: 50, at: [2] },
	},
};
const input = JSON.stringify(transition);
const numbers = ["windows=10", "patch=10", "samples=1000", "noiseVariance=100", "targetAmplitude=3"];
const asOptions = (assignments: readonly string[]) => assignments.flatMap((one) => ["--option", one]);

/** Everything of result.json except the times, which no run repeats. */
const timeless = (path: string) =>
	JSON.parse(readFileSync(join(path, "result.json"), "utf8"), (key, value) =>
		key === "seconds" ? undefined : value,
	);

describe("finitude analyze --out", () => {
	const base = folder();
	let result: CliResult;
	let out: string;

	beforeAll(async () => {
		result = await finitude(["analyze", "lazy-rich-transition", "-", "--out", base], { input });
		out = join(base, readdirSync(base)[0]!);
	});

	it("prints the results as a table, what to think of them, and where they are", () => {
		expect(result).toMatchObject({ code: 0, stderr: "" });
		const lines = result.stdout.split("\n");
		expect(lines[0]).toBe("Lazy-rich transition");
		expect(lines[2]).toMatch(
			/^channels +lambda +epsilon +r +critical samples +alpha gp +alpha +alpha soft threshold/,
		);
		// One line for each value, the sampled columns filled for the second.
		expect(lines[4]!.split(/ +/).filter((cell) => cell !== "")).toHaveLength(9);
		expect(lines[5]!.split(/ +/).filter((cell) => cell !== "")).toHaveLength(11);
		expect(lines).toContain("no sampledAlphaSpread: one data set has no spread: give several with dataSets");
		expect(lines.at(-2)).toBe(`results: ${out}`);
	});

	it("leaves results, table, figure, the resolved file and the command", () => {
		expect(out).toMatch(/small-transition-[0-9a-f]{10}$/);
		expect(readdirSync(out).sort()).toEqual([
			"analysis.json",
			"command.txt",
			"figure.png",
			"figure.svg",
			"result.json",
			"table.csv",
		]);
		const [header, ...rows] = readFileSync(join(out, "table.csv"), "utf8").trim().split("\r\n");
		expect(header).toBe(
			"channels,lambda,epsilon,r,criticalSamples,alphaGp,alpha,alphaSoftThreshold,alphaLogDet,sampledAlpha,sampledAlphaStandardError",
		);
		expect(rows).toHaveLength(2);
		expect(readFileSync(join(out, "figure.png")).subarray(1, 4).toString("latin1")).toBe("PNG");
	});

	it("is reproduced by that command, with any number of workers", async () => {
		const copy = folder();
		writeFileSync(join(copy, "analysis.json"), readFileSync(join(out, "analysis.json")));
		const words = readFileSync(join(out, "command.txt"), "utf8").trim().split(" ");
		expect(words.slice(0, 5)).toEqual([
			"npx",
			"finitude",
			"analyze",
			"lazy-rich-transition",
			"analysis.json",
		]);
		const { code } = await finitude([...words.slice(2), "--workers", "1"], { cwd: copy });
		expect(code).toBe(0);
		const again = join(copy, readdirSync(copy).find((name) => name.startsWith("small"))!);
		expect(timeless(again)).toEqual(timeless(out));
		expect(readFileSync(join(again, "figure.svg"))).toEqual(readFileSync(join(out, "figure.svg")));
	});
});

describe("finitude analyze", () => {
	it("lists the analyses without an id", async () => {
		const { code, stdout } = await finitude(["analyze"]);
		expect(code).toBe(0);
		expect(stdout.split("\n").slice(2)).toEqual([
			...analyses.map(({ id, summary, subjects }) =>
				expect.stringMatching(new RegExp(`^${id} +${summary.slice(0, 20)}.*\\. +${subjects.join(" or ")}$`)),
			),
			"",
		]);
		const { stdout: json } = await finitude(["analyze", "--json"]);
		expect(JSON.parse(json).map(({ id }: { id: string }) => id)).toEqual(analyses.map(({ id }) => id));
	});

	it("takes every option from the command line, and prints JSON alone", async () => {
		const args = ["analyze", "lazy-rich", "--json", ...asOptions([...numbers, "channels=[4,8]"])];
		const { code, stdout, stderr } = await finitude(args);
		expect([code, stderr]).toEqual([0, ""]);
		const { analysis, options, results } = JSON.parse(stdout);
		expect(analysis).toBe("lazy-rich-transition");
		expect(options.sweep).toBe("channels");
		expect(results.alpha).toHaveLength(2);
	});

	it("reads YAML, and lets options of the command line replace those of the file", async () => {
		const file = join(folder(), "analysis.yaml");
		writeFileSync(
			file,
			`options: { ${numbers.map((one) => one.replace("=", ": ")).join(", ")}, channels: 3 }\n`,
		);
		const { stdout } = await finitude([
			"analyze",
			"lazy-rich-transition",
			file,
			"--json",
			"--option",
			"channels=5",
		]);
		expect(JSON.parse(stdout).options.channels).toBe(5);
	});

	it("exits with 3 and prints all the same when chains do not agree", async () => {
		const short = { ...transition.options, sampling: { chains: 2, draws: 8, warmup: 0 } };
		const { code, stdout } = await finitude(["analyze", "lazy-rich-transition", "-"], {
			input: JSON.stringify({ options: short }),
		});
		expect(code).toBe(3);
		expect(stdout).toMatch(/\nNOT CONVERGED after \d+ iterations, residual .*raise draws and warmup\.\n/);
	});

	it("prints what is finished after Ctrl-C", async () => {
		const long = { ...transition.options, sampling: { chains: 1, draws: 1_000_000, warmup: 0 } };
		const { code, stdout, stderr } = await finitude(["analyze", "lazy-rich-transition", "-"], {
			input: JSON.stringify({ options: long }),
			onStart: whenever(() => true, "SIGINT", 4000),
		});
		expect(stderr).toContain("Interrupted");
		expect(code).toBe(3);
		expect(stdout).toContain("Interrupted: the values after the last sampled one are missing.");
	});

	const { name: _, ...problem } = threePoints;
	it.each([
		[
			["analyze", "width-scalling"],
			"",
			`analyze: wanted one of ${analyses.map(({ id }) => id).join(", ")}, or an alias; got "width-scalling". Did you mean width-scaling?`,
		],
		[["analyze", "width-scaling"], "", "options.widths: wanted a list; got nothing. There is 1 more fault."],
		[
			["analyze", "width-scaling", ...asOptions(["widths=[4,8]", 'theories=["nngp"]'])],
			"",
			"problem: wanted a problem, or data, network and noiseVariance, for width-scaling; got nothing.",
		],
		[
			["analyze", "lazy-rich-transition", "-", ...asOptions([...numbers, "channels=1"])],
			JSON.stringify({ problem }),
			"problem: wanted options only, since lazy-rich-transition analyzes no data set; got a problem. Leave it out.",
		],
		[
			["analyze", "lazy-rich-transition", "-"],
			'{"options": {"windows": "ten"}}',
			'options.windows: wanted an integer of at least 1, or a list of them; got "ten". There are 5 more faults.',
		],
		[
			["analyze", "lazy-rich-transition", "nowhere.yaml"],
			"",
			"nowhere.yaml: wanted a file to read; got no such file or folder. Check the path.",
		],
		[
			["analyze", "lazy-rich-transition", "-"],
			'{"option": {}}',
			"option: wanted one of the keys name, seed, problem, data, network, noiseVariance or options; got an unknown key. Did you mean options?",
		],
		[
			["analyze", "lazy-rich-transition", "-", "--out", "/dev/null/x"],
			input,
			"/dev/null/x: wanted a folder for results; got a path through something that is not a folder. Check the path.",
		],
	])("%j exits with 2", async (args, given, message) => {
		const { code, stdout, stderr } = await finitude(args, { input: given });
		expect(stderr).toBe(`error: ${message}\n`);
		expect([code, stdout]).toEqual([2, ""]);
	});
});

describe("finitude cite", () => {
	it("knows the papers of analyses", async () => {
		const { stdout } = await finitude(["cite", "lazy-rich-transition"]);
		expect(stdout).toContain("eprint = {2106.04110}");
		const { stdout: all } = await finitude(["cite"]);
		expect(all).toContain("@article{naveh2021self,");
		expect(all).toContain("@article{kornblith2019similarity,");
	});

	it("knows probes, by their aliases too", async () => {
		const { stdout } = await finitude(["cite", "kta", "spectral-entropy"]);
		expect(stdout.match(/^@.*/gm)).toEqual([
			"@article{cortes2012alignment,",
			"@misc{liao2023assessing,",
			"@article{coifman2006diffusion,",
		]);
	});

	it("says what there is", async () => {
		const { code, stderr } = await finitude(["cite", "spectrm"]);
		const ids = [...theories, ...analyses, ...probes].map(({ id }) => id).join(", ");
		expect(code).toBe(2);
		expect(stderr).toBe(
			`error: cite: wanted one of ${ids}, or an alias; got "spectrm". Did you mean spectrum?\n`,
		);
	});
});
