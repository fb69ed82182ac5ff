/** The examples, the file that `init` writes and the README's snippet run as they stand. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseText } from "@finitude/core";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { finitude, repository } from "./run-cli.ts";

const files = [
	"command.txt",
	"experiment.yaml",
	"features.png",
	"features.svg",
	"figure.png",
	"figure.svg",
	"layers.csv",
	"result.json",
	"table.csv",
];

async function compareShortly(experiment: string, ...flags: string[]) {
	const base = mkdtempSync(join(tmpdir(), "finitude-examples-"));
	const { code, stdout, stderr } = await finitude(["compare", experiment, "--out", base, ...flags]);
	expect(stderr).toBe("");
	// So few draws need not converge.
	expect([0, 3]).toContain(code);
	const folder = join(base, readdirSync(base)[0]!);
	expect(readdirSync(folder).sort()).toEqual(files);
	return { stdout, result: JSON.parse(readFileSync(join(folder, "result.json"), "utf8")) };
}

async function analyzeShortly(
	id: string,
	options: readonly string[],
	{ example = id, figures = ["figure"] }: { example?: string; figures?: readonly string[] } = {},
) {
	const base = mkdtempSync(join(tmpdir(), "finitude-examples-"));
	const flags = options.flatMap((option) => ["--option", option]);
	const { code, stderr } = await finitude([
		"analyze",
		id,
		`examples/${example}.yaml`,
		"--out",
		base,
		...flags,
	]);
	expect(stderr).toBe("");
	// So few draws need not converge.
	expect([0, 3]).toContain(code);
	const folder = join(base, readdirSync(base)[0]!);
	const drawn = figures.flatMap((figure) => [`${figure}.png`, `${figure}.svg`]);
	expect(readdirSync(folder).sort()).toEqual(
		["analysis.json", "command.txt", "result.json", "table.csv", ...drawn].sort(),
	);
	return { result: JSON.parse(readFileSync(join(folder, "result.json"), "utf8")) };
}

async function learningCurveShortly(example: string, flags: readonly string[]) {
	const base = mkdtempSync(join(tmpdir(), "finitude-examples-"));
	const few = ["--draws", "8", "--warmup", "4", "--chains", "2"];
	const path = `examples/learning-curve-${example}.yaml`;
	const { code, stdout, stderr } = await finitude(["learning-curve", path, "--out", base, ...few, ...flags]);
	expect(stderr).toBe("");
	// So few draws do not converge.
	expect(code).toBe(3);
	const folder = join(base, readdirSync(base)[0]!);
	expect(readdirSync(folder).sort()).toEqual([
		"command.txt",
		"experiment.yaml",
		"learning-curve.csv",
		"learning-curve.png",
		"learning-curve.svg",
		"result.json",
	]);
	const result = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
	return { stdout, settings: result.learningCurve, curves: result.results.curves };
}

const errorOf = (point: { theories: { theory: string }[] }, theory: string): number => {
	const found = point.theories.find((one) => one.theory === theory) as {
		readonly errors?: { readonly generalizationError: { readonly value: number } };
	};
	return found.errors!.generalizationError.value;
};

/** One corner of the map of an example, the theories and the draws few: its own take minutes. */
async function mapShortly(example: string) {
	const base = mkdtempSync(join(tmpdir(), "finitude-examples-"));
	const text = readFileSync(join(repository, `examples/theory-map-${example}.yaml`), "utf8");
	const experiment = parseText(text, "example") as { readonly map: object };
	const file = join(base, "corner.json");
	const map = {
		...experiment.map,
		widths: [8],
		scalings: [0.5],
		rounds: 1,
		theories: ["nngp", "kernel-rescaling"],
	};
	writeFileSync(file, JSON.stringify({ ...experiment, map }));
	const few = ["--draws", "8", "--warmup", "4", "--chains", "2"];
	const { code, stdout, stderr } = await finitude([
		"compare",
		file,
		"--map",
		"--json",
		"--out",
		base,
		...few,
	]);
	expect(stderr).toBe("");
	// So few draws do not converge.
	expect(code).toBe(3);
	return JSON.parse(stdout).results;
}

describe("examples", () => {
	it("teacher.yaml", async () => {
		const flags = ["--draws", "40", "--warmup", "40"];
		const { result } = await compareShortly("examples/teacher.yaml", ...flags);
		expect(result.theories.map((row: { theory: string }) => row.theory)).toContain("nngp");
		expect(result.sampled.testMean).toHaveLength(100);
	});

	it("digits.yaml, with fewer digits", async () => {
		const flags = ["--draws", "8", "--warmup", "4", "--chains", "2"];
		const text = readFileSync(join(repository, "examples/digits.yaml"), "utf8");
		const file = join(mkdtempSync(join(tmpdir(), "finitude-examples-")), "digits.yaml");
		writeFileSync(
			file,
			text.replace("trainCount: 100", "trainCount: 30").replace("testCount: 200", "testCount: 40"),
		);
		const { result } = await compareShortly(file, ...flags);
		expect(result.sampled.trainMean).toHaveLength(30);
		expect(result.sampled.testMean).toHaveLength(40);
		const solved = result.theories.filter((row: object) => !("refused" in row));
		expect(solved.map((row: { theory: string }) => row.theory)).toEqual(
			expect.arrayContaining([
				"nngp",
				"finite-width-correction",
				"map-kernels",
				"self-consistent",
				"multi-scale",
			]),
		);
	});

	it("residual-blocks.yaml", async () => {
		const flags = ["--draws", "8", "--warmup", "4", "--chains", "2"];
		const { result } = await compareShortly("examples/residual-blocks.yaml", ...flags);
		const solved = result.theories.filter((row: object) => !("refused" in row));
		expect(solved.map((row: { theory: string }) => row.theory)).toEqual(["nngp"]);
		expect(result.sampled.kernels.preactivation).toHaveLength(7);
	});

	it("lazy-rich-transition.yaml", async () => {
		const { result } = await analyzeShortly("lazy-rich-transition", ['sampling={"draws":20,"warmup":10}']);
		expect(result.results.sampledAlpha).toHaveLength(7);
		// r = 10/C.
		expect(result.results.r[3]).toBeCloseTo(1.25, 6);
	});

	it("lazy-rich-samples.yaml", async () => {
		const sampling = ['sampling={"draws":20,"warmup":10,"at":[500,10000]}'];
		const { result } = await analyzeShortly("lazy-rich-transition", sampling, {
			example: "lazy-rich-samples",
		});
		expect(result.results.sampledAlpha).toHaveLength(2);
		// r = (n / 2236)^2.
		expect(result.results.criticalSamples[0]).toBeCloseTo(Math.sqrt(5e6), 3);
	});

	it("width-scaling.yaml", async () => {
		const { result } = await analyzeShortly("width-scaling", ['sampling={"draws":40,"warmup":40}']);
		expect(result.results.theories.map((line: { error: number[] }) => line.error.length)).toEqual([
			6, 6, 6, 6,
		]);
	});

	it("scaling-regimes.yaml", async () => {
		const { result } = await analyzeShortly("scaling-regimes", [
			'sampling={"draws":20,"warmup":20}',
			'theories=["nngp","equations-of-state"]',
			"exponents=[0,1]",
		]);
		expect(result.results.theories.map((line: { points: object[] }) => line.points.length)).toEqual([2, 2]);
		// The noise of the file, and a fortieth of it.
		expect(result.results.sampled[0].noiseVariance).toBe(0.1);
		expect(result.results.sampled[1].noiseVariance).toBeCloseTo(0.0025, 15);
	});

	it("kernel-adaptation.yaml", async () => {
		const { result } = await analyzeShortly(
			"kernel-adaptation",
			['sampling={"at":[20],"draws":8,"warmup":8,"chains":2}'],
			{ figures: ["figure", "kernels"] },
		);
		const [theory] = result.results.theories;
		expect(theory.missing).toEqual([]);
		const alignments = theory.points.map((point: { alignment: number }) => point.alignment);
		// From more than three times the prior's to the prior's.
		expect(alignments[0]).toBeGreaterThan(3);
		expect(alignments.at(-1)).toBeLessThan(1.01);
		expect(alignments).toEqual([...alignments].sort((a, b) => b - a));
		expect(result.results.kernels.kernels).toHaveLength(3);
	});

	it("convolution-channels.yaml", async () => {
		const { result } = await analyzeShortly(
			"kernel-adaptation",
			['sampling={"at":[5],"draws":8,"warmup":8,"chains":2}'],
			{ example: "convolution-channels", figures: ["figure", "kernels"] },
		);
		const [theory] = result.results.theories;
		expect(theory.missing).toEqual([]);
		for (const { outlierOverlap } of theory.points) expect(outlierOverlap).toBeGreaterThan(0.99);
		expect(result.options.teacherDirection).toHaveLength(4);
	});

	it("generalization-gap.yaml", async () => {
		const { result } = await analyzeShortly("generalization-gap", []);
		const { points } = result.results;
		expect(points.map((point: { samples: number }) => point.samples)).toContain(10);
		for (const { relativeGap, bound } of points) expect(relativeGap).toBeLessThan(bound);
	});

	it("equivalent-linear-model.yaml", async () => {
		const { result } = await analyzeShortly("equivalent-linear-model", []);
		const errors: number[] = result.results.testError;
		expect(errors).toEqual([...errors].sort((a, b) => b - a));
		expect(errors.at(-1)).toBeGreaterThan(result.results.nonlinearPower);
	});

	it("residual-scaling.yaml", async () => {
		const { result } = await analyzeShortly("residual-scaling", ["depth=[10,50]"]);
		const scales = result.results.points.map(({ optimalScale }: { optimalScale: number }) => optimalScale);
		expect(scales[0]).toBeCloseTo(0.594, 3);
		expect(scales[1]).toBeCloseTo(0.2466, 4);
	});

	it("teacher-overlap.yaml", async () => {
		const { result } = await analyzeShortly("teacher-overlap", [
			"dataSets=1",
			"samplesPerParameter=[0.05,1]",
			'sampling={"draws":40,"warmup":60,"chains":2}',
		]);
		const [few, many] = result.results.points;
		expect(few.memorizationIndex.value).toBeGreaterThan(many.memorizationIndex.value);
		expect(many.functionOverlap.value).toBeGreaterThan(0.9);
	});

	it.each(["criticality", "criticality-digits"])("%s.yaml", async (example) => {
		const short = ["weightDeviations=[0.7,1.2,2]", "depths=[1,4]"];
		const { result } = await analyzeShortly("criticality", short, { example });
		const { depths, criticalWeightDeviation, relativeKernelChange } = result.results;
		expect(criticalWeightDeviation).toBeCloseTo(1.17296, 5);
		// Far below the critical line deep networks respond least.
		expect(depths[1].response[0]).toBeLessThan(0.2 * depths[0].response[0]);
		expect(relativeKernelChange[0]).toBeGreaterThan(relativeKernelChange[2]);
	});

	it("coding-schemes.yaml", async () => {
		const { result } = await analyzeShortly("coding-schemes", [
			"samples=4096",
			"networks=20",
			'sampling={"draws":40,"warmup":60,"chains":2}',
		]);
		const { classSignal } = result.results.pairs[0];
		// Saturating units: below the prior's, which is below 3.
		expect(classSignal.theory.kurtosis.value).toBeLessThan(classSignal.prior.kurtosis.value);
		expect(result.results.kernelAlignment.sampled.value).toBeGreaterThan(
			result.results.kernelAlignment.prior.value,
		);
	});

	it("learning-curve-teacher.yaml", async () => {
		const flags = ["--samples", "12,200", "--sample-at", "12"];
		const { stdout, curves } = await learningCurveShortly("teacher", flags);
		expect(stdout).toMatch(
			/\nthe sampler did not converge \(no nearest theory\):\n {2}P = 12: Raise warmup and draws: the largest R-hat is /,
		);
		// The teacher's direction is found by a kernel that turns, and not by the prior's.
		const largest = curves[0].points.at(-1);
		expect(errorOf(largest, "equations-of-state")).toBeLessThan(errorOf(largest, "nngp") / 3);
	});

	it("learning-curve-digits.yaml", async () => {
		// The first order in 1/N takes seconds at every point.
		const theories = ["--theory", "nngp", "--theory", "kernel-rescaling"];
		const flags = ["--samples", "12,96", "--sample-at", "12", ...theories];
		const { settings, curves } = await learningCurveShortly("digits", flags);
		expect(settings).toEqual({ samples: [12, 96], widths: [20, 80], repetitions: 1, sampleAt: [12] });
		const [narrow, wide] = curves.map(({ points }: { points: [] }) => points.at(-1));
		expect(errorOf(narrow, "nngp")).toBe(errorOf(wide, "nngp"));
		expect(errorOf(narrow, "kernel-rescaling")).toBeLessThan(errorOf(wide, "kernel-rescaling"));
	});

	it.each([
		["teacher", { inputs: 3, trainPoints: 16, noiseVariance: 0.1 }],
		["digits", { inputs: 784, trainPoints: 12, noiseVariance: 0.05 }],
		["small", { inputs: 3, trainPoints: 10, noiseVariance: 0.1 }],
	])("theory-map-%s.yaml", async (example, task) => {
		const { cells, ...results } = await mapShortly(example);
		expect(results).toMatchObject({ ...task, quantity: "testMean", complete: true });
		const [cell] = cells;
		expect(cell.chi).toBeCloseTo(Math.sqrt(8), 12);
		expect(cell.noiseVariance).toBeCloseTo(task.noiseVariance / Math.sqrt(8), 12);
		expect(cell.measurement.theories.map((one: { measured: number }) => one.measured)).toHaveLength(2);
		expect(cell.outcome).toEqual({ kind: "not converged" });
	});

	it("the file of finitude init", async () => {
		const file = join(mkdtempSync(join(tmpdir(), "finitude-init-")), "experiment.yaml");
		expect((await finitude(["init", file])).code).toBe(0);
		// All theories answer digits.yaml above.
		const text = readFileSync(file, "utf8");
		expect(text).toMatch(/^theories: all$/m);
		writeFileSync(file, text.replace(/^theories: all$/m, "theories: [nngp, kernel-rescaling]"));
		const { stdout } = await compareShortly(file, "--draws", "20", "--warmup", "20");
		expect(stdout).toContain("sampled network (hmc)");
	});
});

describe("README", () => {
	it("its library snippet runs and prints finite numbers", () => {
		const readme = readFileSync(join(repository, "README.md"), "utf8");
		const [, snippet] = /```ts\n([\s\S]*?)```/.exec(readme)!;
		const { outputText } = ts.transpileModule(snippet!, {
			compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
		});
		// Inside the workspace, so that the packages resolve as they do for a user.
		const folder = mkdtempSync(join(repository, "cli", "readme-"));
		try {
			const file = join(folder, "snippet.mjs");
			writeFileSync(file, outputText);
			const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: "utf8" });
			expect(stderr).toBe("");
			expect(status).toBe(0);
			expect(stdout).toMatch(/^\[ \[ -?\d+\.\d+ \] \] \[ \d+\.\d+ \] -\d+\.\d+\n$/);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});
