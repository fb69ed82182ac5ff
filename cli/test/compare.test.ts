import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fourPoints } from "./four-points.ts";
import { type CliResult, finitude, whenever } from "./run-cli.ts";

const experiment = JSON.stringify({
	name: "small teacher",
	problem: fourPoints,
	sampling: { sampler: "hmc", chains: 4, draws: 400, warmup: 200, seed: 7 },
});

function freshFolder(): string {
	return mkdtempSync(join(tmpdir(), "finitude-compare-"));
}

/** Everything of result.json except the times, which no run repeats. */
function timeless(folder: string): unknown {
	return JSON.parse(readFileSync(join(folder, "result.json"), "utf8"), (key, value) =>
		key === "seconds" ? undefined : value,
	);
}

function onlyRun(base: string): string {
	const runs = readdirSync(join(base, "runs"));
	expect(runs).toHaveLength(1);
	return join(base, "runs", runs[0]!);
}

function checkpointsIn(base: string): boolean {
	const runs = join(base, "runs");
	return existsSync(runs) && readdirSync(runs).some((run) => existsSync(join(runs, run, "checkpoints")));
}

describe("finitude compare", () => {
	const base = freshFolder();
	let result: CliResult;
	let folder: string;

	beforeAll(async () => {
		result = await finitude(["compare", "-", "--workers", "1"], { input: experiment, cwd: base });
		folder = onlyRun(base);
	});

	it("prints a row for every theory, the sampled network and a verdict", () => {
		expect(result.code).toBe(0);
		for (const text of ["nngp", "kernel-rescaling", "sampled network (hmc)", "R-hat", "ESS", "divergences"]) {
			expect(result.stdout).toContain(text);
		}
		expect(result.stdout).toMatch(/closest to the sampled mean|cannot be ranked/);
	});

	it("says what was learned: prior, theories and sampled network, layer by layer", () => {
		const section = result.stdout.split("what was learned?")[1]!;
		const [, layer, output] = section.split(/^layer 1\n|^output\n/m);
		expect(layer).toMatch(/^prior +0\.\d+ +1 +\d/m);
		expect(layer).toMatch(/^sampled \(hmc\) +0\.\d+ \+- [\d.]+ +0\.\d+ \+- [\d.e-]+ +[\d.]+ \+- [\d.]+$/m);
		expect(output).toMatch(/^kernel-rescaling +0\.\d+/m);
		const { learned } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
		expect(learned.probes.map(({ id }: { id: string }) => id)).toEqual([
			"alignment",
			"cka",
			"effective-rank",
			"spectrum",
		]);
	});

	it("says whether the assumptions of the theories hold", () => {
		const section = result.stdout.split("does the theory's assumption hold here?")[1]!;
		expect(section).toMatch(/^1 +8 erf +-?[\d.]+ \+- [\d.]+ +[\d.]+ \+- [\d.]+ +[\d.]+ +[\d.]+ \+- [\d.]+/m);
		expect(section).toMatch(
			/kernels stay those of the prior \(nngp\): relative change of the feature kernel [\d.]+ \+- [\d.]+, (a (small|moderate|large) violation|no violation seen)/,
		);
		const { separationOfScales } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
		expect(separationOfScales.layers).toHaveLength(1);
		const { width, featureFluctuation } = separationOfScales.layers[0];
		expect(width).toBe(8);
		expect(featureFluctuation.relative.standardError).toBeGreaterThan(0);
		expect(
			separationOfScales.assumptions.map(({ assumption }: { assumption: string }) => assumption),
		).toContain("prior-kernels");
		const [header, row] = readFileSync(join(folder, "layers.csv"), "utf8").split("\r\n");
		expect(header).toMatch(/^layer,width,activation,discrepancyKurtosis,discrepancyKurtosisStandardError,/);
		expect(row).toMatch(/^1,8,erf,/);
		expect(row!.split(",")).toHaveLength(header!.split(",").length);
	});

	it("writes nothing to standard error when it is not a terminal", () => {
		expect(result.stderr).toBe("");
	});

	it("leaves all the files of a run", () => {
		expect(folder).toMatch(/small-teacher-[0-9a-f]+$/);
		expect(readdirSync(folder).sort()).toEqual([
			"command.txt",
			"experiment.json",
			"features.png",
			"features.svg",
			"figure.png",
			"figure.svg",
			"layers.csv",
			"result.json",
			"table.csv",
		]);
		const table = readFileSync(join(folder, "table.csv"), "utf8").split("\r\n");
		expect(table[0]).toMatch(/^theory,status,testError,/);
		expect(table.some((line) => line.startsWith("nngp,answered,"))).toBe(true);
		expect(table.some((line) => line.startsWith("hmc,sampled,"))).toBe(true);
		const png = readFileSync(join(folder, "figure.png"));
		expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
	});

	it("gives the same bits with any number of workers", async () => {
		const other = freshFolder();
		const { code } = await finitude(["compare", "-", "--workers", "4"], { input: experiment, cwd: other });
		expect(code).toBe(0);
		expect(timeless(onlyRun(other))).toEqual(timeless(folder));
		expect(readFileSync(join(onlyRun(other), "figure.svg"))).toEqual(
			readFileSync(join(folder, "figure.svg")),
		);
	});

	it("is reproduced by the command it leaves, from the resolved experiment", async () => {
		const copy = freshFolder();
		cpSync(join(folder, "experiment.json"), join(copy, "experiment.json"));
		const words = readFileSync(join(folder, "command.txt"), "utf8").trim().split(" ");
		expect(words.slice(0, 2)).toEqual(["npx", "finitude"]);
		const { code } = await finitude(words.slice(2), { cwd: copy });
		expect(code).toBe(0);
		expect(timeless(onlyRun(copy))).toEqual(timeless(folder));
	});

	it("with another seed gives other numbers and another folder", async () => {
		const other = freshFolder();
		await finitude(["compare", "-", "--seed", "8"], { input: experiment, cwd: other });
		expect(onlyRun(other).split("/").at(-1)).not.toBe(folder.split("/").at(-1));
		const mean = (run: string) => (timeless(run) as { sampled: { testMean: number[][] } }).sampled.testMean;
		expect(mean(onlyRun(other))).not.toEqual(mean(folder));
	});

	it("writes what is finished after Ctrl-C", async () => {
		const other = freshFolder();
		const { code, stdout, stderr } = await finitude(
			["compare", "-", "--draws", "1000000", "--checkpoint-every", "0.2"],
			{
				input: experiment,
				cwd: other,
				// A checkpoint is there once a chain is under way.
				onStart: whenever(() => checkpointsIn(other), "SIGINT", 1000),
			},
		);
		expect(stderr).toContain("Interrupted");
		expect(stdout).toContain("Interrupted: this is what was finished.");
		expect([0, 3]).toContain(code);
		const written = timeless(onlyRun(other)) as {
			interrupted: boolean;
			sampled: { diagnostics: { draws: number } };
		};
		expect(written.interrupted).toBe(true);
		expect(written.sampled.diagnostics.draws).toBeLessThan(1_000_000);
	}, 120_000);
});
