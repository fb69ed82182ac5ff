import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probes } from "@finitude/core";
import { beforeAll, describe, expect, it } from "vitest";
import { fourPoints } from "./four-points.ts";
import { onlyRun } from "./results.ts";
import { type CliResult, finitude, finitudeHere } from "./run-cli.ts";

const experiment = (settings: object = {}) =>
	JSON.stringify({
		name: "small probes",
		problem: fourPoints,
		theories: ["nngp", "equations-of-state", "kernel-rescaling"],
		sampling: { sampler: "hmc", chains: 2, draws: 400, warmup: 200, seed: 7 },
		...settings,
	});

function freshFolder(): string {
	return mkdtempSync(join(tmpdir(), "finitude-probe-"));
}

describe("finitude probe", () => {
	const base = freshFolder();
	let result: CliResult;
	let folder: string;

	beforeAll(async () => {
		result = await finitude(["probe", "-", "--workers", "1"], { input: experiment(), cwd: base });
		folder = onlyRun(base);
	});

	it("prints a table for every layer: prior, theories, sampled network", () => {
		expect(result).toMatchObject({ code: 0, stderr: "" });
		const [, layer, output] = result.stdout.split(/^layer 1\n|^output\n/m);
		expect(layer).toMatch(/^prior +0\.\d+/m);
		expect(layer).toMatch(/^equations-of-state +0\.\d+ {1,2}[ *]/m);
		expect(layer).toMatch(/^sampled \(hmc\) +0\.\d+ \+- \d/m);
		// It says nothing of a hidden layer.
		expect(layer).not.toMatch(/^kernel-rescaling/m);
		expect(output).toMatch(/^kernel-rescaling +0\.\d+/m);
		expect(result.stdout).toContain("*: off by more than 3 of them.");
		expect(result.stdout).toContain(
			"layer 1 (kernel-rescaling); layer 1, output (kernel-rescaling): this theory has no statement about the kernel of a hidden layer before the nonlinearity",
		);
	});

	it("leaves all the files of a run", () => {
		expect(readdirSync(folder).sort()).toEqual([
			"command.txt",
			"experiment.json",
			"features.png",
			"features.svg",
			"result.json",
			"table.csv",
		]);
		expect(readFileSync(join(folder, "command.txt"), "utf8")).toBe(
			"npx finitude probe experiment.json --engine auto\n",
		);
		const [header, first] = readFileSync(join(folder, "table.csv"), "utf8").split("\r\n");
		expect(header).toBe("probe,quantity,layer,index,source,value,standardError,z,reason");
		expect(first).toMatch(/^alignment,alignment,layer 1,1,prior,0\.\d+,,,$/);
	});

	it("has every probe in result.json, with z where theory and samples have the number", () => {
		const { probing, sampled, refused } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
		expect(probing.probes.map(({ id }: { id: string }) => id)).toEqual(probes.map(({ id }) => id));
		const row = probing.probes[0].rows.find(
			(one: { quantity: string; layer: string }) =>
				one.quantity === "centeredAlignment" && one.layer === "output",
		);
		const { values, z } = row.theories["equations-of-state"];
		expect(z[0]).toBeCloseTo((values[0] - row.sampled.values[0]) / row.sampled.standardErrors[0], 10);
		expect(sampled.sampler).toBe("hmc");
		expect(refused).toEqual([]);
	});

	it("gives the same bits with any number of workers, and whatever other probes there are; --json prints the result", async () => {
		const other = freshFolder();
		const { code, stdout } = await finitude(
			["probe", "-", "--workers", "2", "--probe", "effective-rank", "--json"],
			{ input: experiment(), cwd: other },
		);
		expect(code).toBe(0);
		const lines = (of: string) => readFileSync(join(of, "table.csv"), "utf8").split("\r\n");
		const all = lines(folder);
		const few = lines(onlyRun(other));
		expect(few.length).toBeGreaterThan(10);
		expect(few.filter((line) => !all.includes(line))).toEqual([]);
		expect(stdout).toBe(readFileSync(join(onlyRun(other), "result.json"), "utf8"));
	});

	it("evaluates what is named, in the order of the registry; exits 3 and judges nothing where the chains have not converged", async () => {
		const other = freshFolder();
		const { code, stdout } = await finitude(
			["probe", "-", "--probe", "cka", "--probe", "kta", "--theory", "nngp"],
			{ input: experiment({ sampling: { chains: 2, draws: 8, warmup: 0, seed: 7 } }), cwd: other },
		);
		expect(code).toBe(3);
		expect(stdout).toContain("No judgment: the sampler has not converged");
		expect(stdout).not.toContain(" *\n");
		const { probing, command } = JSON.parse(readFileSync(join(onlyRun(other), "result.json"), "utf8"));
		expect(probing.probes.map(({ id }: { id: string }) => id)).toEqual(["alignment", "cka"]);
		expect(probing.theories).toEqual([{ id: "nngp", converged: true }]);
		// As the registry names them and in its order: the same command and folder however they were asked for.
		expect(command).toBe("npx finitude probe experiment.json --probe alignment --probe cka --engine auto");
	});

	it("lists the probes without an experiment", async () => {
		const { code, stdout } = await finitudeHere(["probe"]);
		expect(code).toBe(0);
		for (const { id } of probes) expect(stdout).toMatch(new RegExp(`^${id} `, "m"));
	});

	it("refuses what it does not know, with exit code 2", async () => {
		const unknown = await finitudeHere(["probe", "--probe", "alinment"]);
		expect(unknown.code).toBe(2);
		expect(unknown.stderr).toContain("error: --probe: wanted one of alignment, cka,");
		expect(unknown.stderr).toContain('or an alias; got "alinment". Did you mean alignment?');
		const twice = await finitudeHere(["probe", "--probe", "cka", "--probe", "cka"]);
		expect(twice).toMatchObject({
			code: 2,
			stderr: "error: --probe: wanted every probe once; got cka again.\n",
		});
	});

	it("refuses before it samples where no probe that is named applies, with exit code 2", async () => {
		const folder = freshFolder();
		const file = join(folder, "experiment.json");
		const { testInputs: _, testTargets: __, ...withoutTest } = fourPoints as Record<string, unknown>;
		writeFileSync(file, experiment({ problem: withoutTest, sampling: false }));
		const refused = await finitudeHere(["probe", file, "--probe", "funnel"]);
		expect(refused).toMatchObject({
			code: 2,
			stderr:
				"error: --probe: wanted a probe of this problem; got funnel. This probe compares training with test points; the problem has no testInputs.\n",
		});
	});

	it("leaves out a probe that does not apply beside one that does, with its reason and exit code 0", async () => {
		const folder = freshFolder();
		const file = join(folder, "experiment.json");
		const { testInputs: _, testTargets: __, ...withoutTest } = fourPoints as Record<string, unknown>;
		writeFileSync(file, experiment({ problem: withoutTest, sampling: false }));
		const { code, stdout } = await finitude(
			[
				"probe",
				file,
				"--probe",
				"funnel",
				"--probe",
				"alignment",
				"--probe",
				"preactivation-law",
				"--theory",
				"nngp",
			],
			{ cwd: folder },
		);
		expect(code).toBe(0);
		expect(stdout).toContain(
			"  funnel: This probe compares training with test points; the problem has no testInputs.",
		);
		expect(stdout).toContain(
			"  preactivation-law unitSkewness; preactivation-law unitExcessKurtosis; preactivation-law signalParticipation; preactivation-law silentFraction; preactivation-law responseSparsity: no theory predicts it from kernels alone",
		);
		expect(stdout).toContain("+-: Monte-Carlo standard error. -: not given.\n");
	});
});
