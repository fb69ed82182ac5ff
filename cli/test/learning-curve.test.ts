import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fourPoints } from "./four-points.ts";
import { onlyRun, timeless } from "./results.ts";
import { type CliResult, finitude, whenever } from "./run-cli.ts";

const layer = { type: "dense", width: 6, activation: "linear", weightVariance: 1 };
const file = {
	name: "small curve",
	problem: { ...fourPoints, network: { ...fourPoints.network, layers: [layer] } },
	theories: ["nngp", "kernel-rescaling"],
	sampling: { sampler: "hmc", chains: 2, draws: 1000, warmup: 200 },
	learningCurve: { samples: [2, 4], widths: [4], sampleAt: [2] },
};
const input = JSON.stringify(file);

const freshFolder = () => mkdtempSync(join(tmpdir(), "finitude-learning-curve-"));

describe("finitude learning-curve", () => {
	const base = freshFolder();
	let result: CliResult;
	let folder: string;

	beforeAll(async () => {
		result = await finitude(["learning-curve", "-", "--workers", "1"], { input, cwd: base });
		folder = onlyRun(base);
	});

	it("prints a table with the theory nearest to the sampled network", () => {
		expect(result).toMatchObject({ code: 0, stderr: "" });
		const lines = result.stdout.split("\n");
		expect(lines[0]).toBe("small curve");
		expect(lines[2]).toBe("generalization error (bias^2 + variance) at 2 test points");
		expect(lines[4]).toBe("N = 4");
		expect(lines[5]).toMatch(
			/^P +nngp +kernel-rescaling +sampled \(hmc\) +nearest +training error +gap +2 N\/P$/,
		);
		expect(lines[7]).toMatch(
			/^2 +[\d.]+ +[\d.]+ .*[\d.]+ \+- [\d.]+ +[\w-]+ \([+-][\d.]+\) +[\d.]+ \+- [\d.e-]+ +-?[\d.]+ \+- [\d.]+ +4$/,
		);
		expect(lines.at(-2)).toMatch(/^results: runs\/small-curve-[0-9a-f]{10}$/);
	});

	it("leaves results, table, figure, the resolved experiment and the command", () => {
		expect(readdirSync(folder).sort()).toEqual([
			"command.txt",
			"experiment.json",
			"learning-curve.csv",
			"learning-curve.png",
			"learning-curve.svg",
			"result.json",
		]);
		const [header, ...rows] = readFileSync(join(folder, "learning-curve.csv"), "utf8").trim().split("\r\n");
		expect(header).toBe(
			"widths,features,samples,series,status,repetitions,generalizationError,generalizationErrorStandardError,biasSquared,biasSquaredStandardError,variance,varianceStandardError,trainError,trainErrorStandardError,relativeGap,relativeGapStandardError,publishedGapLine,differenceFromSampled,differenceStandardError,differenceInStandardErrors,nearest,maxRHat,minBulkEss,minTailEss,divergences,reason",
		);
		// Two theories at two numbers of points, and the network at one of them.
		expect(rows).toHaveLength(5);
		expect(rows[0]).toMatch(/^4,4,2,nngp,answered,1,0\.\d+,,/);
		expect(rows[2]).toMatch(/^4,4,2,hmc,sampled,1,0\.\d+,[\d.e-]+,/);
		const png = readFileSync(join(folder, "learning-curve.png"));
		expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
	});

	it("writes everything that the numbers depend on, averages and what they are averages of", () => {
		const written = timeless(folder);
		expect(Object.keys(written)).toEqual([
			"name",
			"hash",
			"command",
			"version",
			"runtime",
			"engine",
			"seed",
			"interrupted",
			"experiment",
			"learningCurve",
			"results",
			"measurements",
		]);
		expect(written.interrupted).toBe(false);
		expect(written.learningCurve).toEqual({
			samples: [2, 4],
			widths: [4],
			repetitions: 1,
			sampleAt: [2],
		});
		expect(written.experiment.learningCurve).toEqual(written.learningCurve);
		expect(written.measurements).toHaveLength(2);
		const [point] = written.results.curves[0].points;
		expect(point.sampled.errors.relativeGap).toEqual(written.measurements[0].sampled.errors.relativeGap);
	});

	it("says at each point what compare says of as many points", async () => {
		const { trainInputs, trainTargets, network } = file.problem;
		const problem = {
			...file.problem,
			trainInputs: trainInputs.slice(0, 2),
			trainTargets: trainTargets.slice(0, 2),
			network: { ...network, layers: [{ ...layer, width: 4 }] },
		};
		const { learningCurve: _, ...experiment } = file;
		const other = freshFolder();
		const text = JSON.stringify({ ...experiment, problem });
		expect((await finitude(["compare", "-"], { input: text, cwd: other })).code).toBe(0);
		const { comparison } = timeless(onlyRun(other));
		const [point] = timeless(folder).results.curves[0].points;
		for (const [i, { theory, errors }] of point.theories.entries()) {
			expect([theory, errors.generalizationError.value]).toEqual([
				comparison.theories[i].id,
				comparison.theories[i].generalizationError,
			]);
		}
		expect(point.sampled.errors.generalizationError).toEqual({
			value: comparison.sampled.generalizationError,
			standardError: comparison.sampled.generalizationErrorStandardError,
		});
	});

	it("is reproduced by the command it leaves, from the resolved experiment, with any number of workers", async () => {
		const copy = freshFolder();
		cpSync(join(folder, "experiment.json"), join(copy, "experiment.json"));
		const words = readFileSync(join(folder, "command.txt"), "utf8").trim().split(" ");
		expect(words.slice(0, 3)).toEqual(["npx", "finitude", "learning-curve"]);
		const { code } = await finitude([...words.slice(2), "--workers", "2"], { cwd: copy });
		expect(code).toBe(0);
		expect(timeless(onlyRun(copy))).toEqual(timeless(folder));
		expect(readFileSync(join(onlyRun(copy), "learning-curve.svg"))).toEqual(
			readFileSync(join(folder, "learning-curve.svg")),
		);
	});

	it("takes a file without a section, its flags in place of the file's, and prints JSON alone", async () => {
		const other = freshFolder();
		const { learningCurve: _, ...plain } = file;
		const flags = ["--samples", "4,3", "--widths", "8,5", "--theory", "nngp", "--no-sampling", "--json"];
		const { code, stdout } = await finitude(["learning-curve", "-", ...flags], {
			input: JSON.stringify(plain),
			cwd: other,
		});
		expect(code).toBe(0);
		const printed = JSON.parse(stdout);
		expect(printed.learningCurve).toEqual({
			samples: [3, 4],
			widths: [5, 8],
			repetitions: 1,
			sampleAt: [3, 4],
		});
		expect(printed.results.theories).toEqual(["nngp"]);
		expect(printed.results).not.toHaveProperty("sampler");
		expect(printed.results.curves.map(({ widths }: { widths: number[] }) => widths)).toEqual([[5], [8]]);
	});

	it("refuses by the name of the field", async () => {
		const cwd = freshFolder();
		const text = JSON.stringify({ ...file, learningCurve: { samples: [2, 9] } });
		const { code, stdout, stderr } = await finitude(["learning-curve", "-"], { input: text, cwd });
		expect([code, stdout, stderr]).toEqual([
			2,
			"",
			"error: learningCurve.samples: wanted at most 4 training points, as many as there are; got 9.\n",
		]);
		expect(existsSync(join(cwd, "runs"))).toBe(false);
	});

	it("refuses a section without content, and flags that contradict each other", async () => {
		const empty = JSON.stringify({ ...file, learningCurve: null });
		expect((await finitude(["learning-curve", "-"], { input: empty })).stderr).toBe(
			"error: learningCurve: wanted an object; got null.\n",
		);
		const flags = ["--no-sampling", "--sample-at", "2"];
		expect(await finitude(["learning-curve", "-", ...flags], { input })).toMatchObject({
			code: 2,
			stderr:
				"error: --no-sampling: wanted no flag beside it that says how to sample; got --sample-at. Leave one of them out.\n",
		});
	});

	it("refuses a list that is none", async () => {
		const { code, stderr } = await finitude(["learning-curve", "-", "--samples", "2,x"], { input });
		expect(code).toBe(2);
		expect(stderr).toContain("Wanted an integer of at least 1; got x.");
	});

	it("writes the points that are finished after Ctrl-C", async () => {
		const other = freshFolder();
		// The first width is sampled in a moment, the second one in hours.
		const text = JSON.stringify({
			...file,
			sampling: { chains: 2, draws: 20, warmup: 1 },
			theories: ["nngp"],
			learningCurve: { samples: [2], widths: [2, 2_000_000] },
		});
		const { code, stdout, stderr } = await finitude(["learning-curve", "-"], {
			input: text,
			cwd: other,
			onStart: whenever(() => existsSync(join(other, "runs")), "SIGINT", 2000),
		});
		expect(stderr).toContain("Interrupted");
		expect(code).toBe(3);
		expect(stdout).toContain("Interrupted: this is what was finished.");
		const written = timeless(onlyRun(other));
		expect(written.interrupted).toBe(true);
		// On a busy machine not even the first one.
		const widths = written.measurements.map((one: { width: number }) => one.width);
		expect(widths).toEqual([2].slice(0, widths.length));
	});
});
