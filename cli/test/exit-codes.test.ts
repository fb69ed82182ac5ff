import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findSampler } from "@finitude/core";
import { describe, expect, it } from "vitest";
import { finitude } from "./run-cli.ts";
import { threePoints } from "./three-points.ts";

const problem = threePoints;
const input = JSON.stringify(problem);
const predict = ["predict", "-", "--theory", "nngp", "--json"];

function withLayer(change: object): string {
	const layer = { ...problem.network.layers[0], ...change };
	return JSON.stringify({ ...problem, network: { ...problem.network, layers: [layer] } });
}

describe("exit code 0", () => {
	it("prints the answer and nothing else with --json", async () => {
		const { code, stdout, stderr } = await finitude(predict, { input });
		expect(code).toBe(0);
		expect(stderr).toBe("");
		const answer = JSON.parse(stdout);
		expect(answer.theory).toBe("nngp");
		expect(answer.testMean).toHaveLength(1);
		expect(answer).toHaveProperty("engine");
		expect(answer).toHaveProperty("seconds");
		expect(answer).toHaveProperty("options");
		expect(answer).toHaveProperty("version");
	});

	it("accepts YAML on standard input", async () => {
		const yaml = [
			"trainInputs: [[1, 0], [0, 1]]",
			"trainTargets: [1, -1]",
			"network:",
			"  layers: [{ type: dense, width: 10, activation: erf, weightVariance: 1 }]",
			"  readout: { weightVariance: 1 }",
			"  scaling: standard",
			"noiseVariance: 0.1",
		].join("\n");
		const { code, stdout } = await finitude(predict, { input: yaml });
		expect(code).toBe(0);
		expect(JSON.parse(stdout).trainMean).toHaveLength(2);
	});

	it.each([["--help"], ["compare", "--help"], ["--version"]])("for %s %s", async (...args) => {
		const { code, stdout } = await finitude(args.filter((arg) => arg !== undefined));
		expect(code).toBe(0);
		expect(stdout.length).toBeGreaterThan(4);
	});
});

describe("exit code 2", () => {
	it.each([
		["zero width", withLayer({ width: 0 }), "network.layers[0].width"],
		["negative variance", withLayer({ weightVariance: -1 }), "network.layers[0].weightVariance"],
		["unknown activation", withLayer({ activation: "swoosh" }), "network.layers[0].activation"],
		["ragged rows", input.replace("[0,1]", "[0]"), "trainInputs"],
		["negative noise", JSON.stringify({ ...problem, noiseVariance: -0.1 }), "noiseVariance"],
		["no data", JSON.stringify({ ...problem, trainInputs: [], trainTargets: [] }), "trainInputs"],
		["broken JSON", input.slice(0, -5), "standard input"],
		["empty input", "", "standard input"],
	])("%s is refused by name of the field", async (_, text, field) => {
		const { code, stdout, stderr } = await finitude(predict, { input: text });
		expect(code).toBe(2);
		expect(stdout).toBe("");
		expect(stderr).toContain(field);
		expect(stderr).toMatch(/^error: .+: wanted .+; got .+/);
		expect(stderr.trim().split("\n")).toHaveLength(1);
	});

	it("names a missing file", async () => {
		const { code, stderr } = await finitude(["predict", "no-such.yaml", "--theory", "nngp"]);
		expect(code).toBe(2);
		expect(stderr).toBe(
			"error: no-such.yaml: wanted a file to read; got no such file or folder. Check the path.\n",
		);
	});

	it("names an unknown theory and lists the known ones", async () => {
		const { code, stderr } = await finitude(["predict", "-", "--theory", "magic"], { input });
		expect(code).toBe(2);
		expect(stderr).toContain("magic");
		expect(stderr).toContain("kernel-rescaling");
	});

	it("refuses an unknown option of a theory", async () => {
		const { code, stderr } = await finitude([...predict, "--option", "speed=9"], { input });
		expect(code).toBe(2);
		expect(stderr).toContain("speed");
	});

	it.each([
		[["predict", "-"]],
		[["frobnicate"]],
		[["predict", "-", "--theory", "nngp", "--engine", "abacus"]],
	])("for the wrong command line %j", async (args) => {
		const { code, stdout, stderr } = await finitude(args, { input });
		expect(code).toBe(2);
		expect(stdout).toBe("");
		expect(stderr).toContain("error:");
	});

	it("refuses to overwrite with init, and does with --force", async () => {
		const folder = mkdtempSync(join(tmpdir(), "finitude-init-"));
		const file = join(folder, "experiment.yaml");
		expect((await finitude(["init", file])).code).toBe(0);
		expect((await finitude(["init", file])).code).toBe(2);
		writeFileSync(file, "junk");
		expect((await finitude(["init", file, "--force"])).code).toBe(0);
		const { code, stdout } = await finitude(["theories", file]);
		expect(code).toBe(0);
		expect(stdout).toContain("nngp");
	});
});

describe("exit code 3", () => {
	it("prints the answer of too few random draws, and says how few", async () => {
		const targets = problem.trainInputs.map((_, i) => [i, 1 - i, 2]);
		const args = ["predict", "-", "--theory", "scale-mixture", "--option", "samples=100", "--json"];
		const { code, stdout } = await finitude(args, {
			input: JSON.stringify({ ...problem, trainTargets: targets, testTargets: undefined }),
		});
		expect(code).toBe(3);
		const { convergence, trainMean } = JSON.parse(stdout);
		expect(trainMean[0]).toHaveLength(3);
		expect(convergence.converged).toBe(false);
		expect(convergence.advice).toMatch(
			/^effective sample size \d\d of 100: the answer is not reliable\. Raise samples\.$/,
		);
	});

	it("says that an equation has no root, and gives no numbers", async () => {
		const args = ["predict", "-", "--theory", "multi-scale", "--option", "variant=one-loop", "--json"];
		const { code, stdout } = await finitude(args, {
			input: withLayer({ activation: "linear", width: 1, biasVariance: 0 }),
		});
		expect(code).toBe(3);
		const { convergence, absent, trainMean } = JSON.parse(stdout);
		expect(trainMean).toBeUndefined();
		expect(absent.trainMean).toBe("no admissible root of the one-loop equation");
		expect(convergence.advice).toBe(
			"No admissible root: the one-loop equation has none for P of the order of N and above. Use variant self-consistent.",
		);
	});

	it("prints an answer that did not converge all the same", async () => {
		const { code, stdout } = await finitude(
			["sample", "-", "--chains", "2", "--draws", "8", "--warmup", "0", "--json"],
			{ input },
		);
		expect(code).toBe(3);
		const answer = JSON.parse(stdout);
		expect(answer.sampler).toBe("hmc");
		expect(answer.convergence.converged).toBe(false);
		expect(answer.engine).toMatch(/^wasm \(/);
		expect(answer.options).toEqual({
			sampler: "hmc",
			chains: 2,
			draws: 8,
			warmup: 0,
			seed: 1,
			options: findSampler("hmc").options.parse({}),
			covariance: false,
			evidence: false,
			saveWeights: false,
		});
		expect(answer).toHaveProperty("seconds");
		expect(answer).toHaveProperty("version");
	});
});

describe("the other commands", () => {
	it("theories says which answer a problem", async () => {
		const { code, stdout } = await finitude(["theories", "-"], { input });
		expect(code).toBe(0);
		expect(stdout).toMatch(/nngp\s+yes/);
	});

	it("cite prints BibTeX", async () => {
		const { code, stdout } = await finitude(["cite", "kernel-rescaling"]);
		expect(code).toBe(0);
		expect(stdout).toContain("2209.04882");
		expect(stdout).toMatch(/^@\w+\{/);
	});

	it.each(["bash", "zsh", "fish", "powershell"])("complete prints a script for %s", async (shell) => {
		const { code, stdout } = await finitude(["complete", shell]);
		expect(code).toBe(0);
		expect(stdout).toContain("finitude");
	});

	it("complete lists the commands", async () => {
		const { stdout } = await finitude(["complete", "--", ""]);
		for (const command of [
			"compare",
			"learning-curve",
			"probe",
			"predict",
			"sample",
			"theories",
			"cite",
			"init",
		]) {
			expect(stdout).toContain(command);
		}
	});

	it.each([
		[{ CI: "true" }],
		[{ FORCE_COLOR: "", CLICOLOR_FORCE: "" }],
		[{ NO_COLOR: "1", FORCE_COLOR: "1" }],
	])("colors nothing outside a terminal, nor with NO_COLOR: %j", async (env) => {
		const { stderr } = await finitude(["predict", "no-such.yaml", "--theory", "nngp"], { env });
		expect(stderr).not.toContain("\u001b");
	});

	it("colors with FORCE_COLOR", async () => {
		const { stderr } = await finitude(["predict", "no-such.yaml", "--theory", "nngp"], {
			env: { FORCE_COLOR: "1", NO_COLOR: "" },
		});
		expect(stderr).toContain("\u001b[31merror:");
	});
});
