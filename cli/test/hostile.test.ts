/** What a hostile or clumsy user does, each with the whole answer. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { finitude, whenever } from "./run-cli.ts";
import { threePoints } from "./three-points.ts";

const bin = fileURLToPath(new URL("../bin/finitude.js", import.meta.url));
const posix = process.platform !== "win32";
const { name: _, ...problem } = threePoints;
const input = JSON.stringify(problem);
const noiseless = { ...problem, noiseVariance: 0 };
const refusal =
	"hmc needs noiseVariance > 0; got 0: without noise the density of the hidden weights is unbounded or undefined wherever " +
	"the kernel of the sampled features is singular. Use a small noise, such as 1e-4 of the targets' variance.";

function freshFolder(): string {
	return mkdtempSync(join(tmpdir(), "finitude-hostile-"));
}

/** A shell line with `finitude` standing for the program; its exit codes, joined by blanks, end standard output. */
function shell(line: string, cwd = freshFolder()): Promise<{ stdout: string; stderr: string }> {
	return new Promise((resolve, reject) => {
		const program = `finitude() { '${process.execPath}' '${bin}' "$@"; }`;
		const child = spawn("bash", ["-c", `${program}\n${line}`], { cwd });
		let stdout = "";
		let stderr = "";
		child.stdout.on("data", (chunk) => {
			stdout += chunk;
		});
		child.stderr.on("data", (chunk) => {
			stderr += chunk;
		});
		child.on("error", reject);
		child.on("close", () => resolve({ stdout, stderr }));
	});
}

describe("standard input", () => {
	it("may be longer than a pipe holds", async () => {
		const rows = Array.from({ length: 4000 }, (_, i) => [Math.sin(i), Math.cos(i)]);
		const long = JSON.stringify({ ...problem, testInputs: rows, testTargets: rows.map(() => 0) });
		expect(long.length).toBeGreaterThan(2 ** 16);
		const { code, stdout } = await finitude(["predict", "-", "--theory", "nngp", "--json"], { input: long });
		expect(code).toBe(0);
		expect(JSON.parse(stdout).testMean).toHaveLength(4000);
	});

	it("is named in a fault", async () => {
		const { code, stderr } = await finitude(["predict", "-", "--theory", "nngp"], { input: "\u0000\ufffd" });
		expect(code).toBe(2);
		expect(stderr).toBe(
			"error: standard input, line 1, column 2: wanted text in UTF-8; got other bytes. Save the file as UTF-8.\n",
		);
	});

	it.runIf(posix)("may be closed", async () => {
		const { stdout, stderr } = await shell("finitude predict - --theory nngp <&-; echo $?");
		expect(stdout).toBe("2\n");
		expect(stderr).toBe("error: standard input: wanted YAML or JSON; got an empty text.\n");
	});
});

describe("paths", () => {
	it.runIf(posix)("a device without end is not read for ever", async () => {
		const { code, stderr } = await finitude(["predict", "/dev/zero", "--theory", "nngp"]);
		expect(code).toBe(2);
		expect(stderr).toBe(
			"error: /dev/zero: wanted at most 256 MiB from a pipe or device; got more. Give large data as a file.\n",
		);
	});

	it("init refuses a folder that is not there", async () => {
		const { code, stderr } = await finitude(["init", "no/such/x.yaml"], { cwd: freshFolder() });
		expect(code).toBe(2);
		expect(stderr).toBe(
			"error: no/such/x.yaml: wanted a file that can be written; got no such file or folder. Check the path.\n",
		);
	});

	it("compare refuses a file as --out, before any work", async () => {
		const cwd = freshFolder();
		writeFileSync(join(cwd, "taken"), "");
		const { code, stdout, stderr } = await finitude(["compare", "-", "--out", "taken"], { input, cwd });
		expect(code).toBe(2);
		expect(stdout).toBe("");
		expect(stderr).toBe(
			"error: taken: wanted a folder for results; got a path through something that is not a folder. Check the path.\n",
		);
	});

	it.runIf(process.platform === "linux")("compare refuses a place where no folder can be made", async () => {
		const { code, stderr } = await finitude(["compare", "-", "--out", "/proc/x"], { input });
		expect(code).toBe(2);
		expect(stderr).toBe(
			"error: /proc/x: wanted a folder for results; got no such file or folder. Check the path.\n",
		);
	});
});

describe("standard output", () => {
	it.runIf(posix)("may be closed early by its reader", async () => {
		const { stdout, stderr } = await shell(
			`for c in cite --help "init -"; do finitude $c | true; echo "\${PIPESTATUS[0]}"; done`,
		);
		expect(stderr).toBe("");
		expect(stdout).toBe("0\n0\n0\n");
	});

	it.runIf(existsSync("/dev/full"))("that is full is a failure, told in a line", async () => {
		const { stdout, stderr } = await shell("finitude cite >/dev/full; echo $?");
		expect(stdout).toBe("1\n");
		expect(stderr).toBe("error: standard output: wanted room to write; got ENOSPC.\n");
	});
});

describe("settings", () => {
	it.each([
		[
			["compare", "-", "--draws", "8"],
			{ problem, sampling: [] },
			"sampling: wanted false or an object such as { chains: 4, draws: 1000 }; got an empty list.",
		],
		[
			["compare", "-", "--draws", "8"],
			{ problem, sampling: false },
			"sampling: wanted sampling settings, since the command gives some too; got false. Remove `sampling: false` from the file or the sampling flags from the command.",
		],
		[
			["compare", "-"],
			{ problem, theories: ["nngq"] },
			'theories[0]: wanted one of nngp, finite-width-correction, map-kernels, self-consistent, equations-of-state, exact-mean-field, deep-kernel-machine, multi-scale, kernel-rescaling, scale-mixture, deep-linear, or an alias; got "nngq". Did you mean nngp?',
		],
		[
			["compare", "-"],
			{ problem, sampling: { sampler: "nuts" } },
			'sampling.sampler: wanted one of hmc, mala, langevin, importance, gibbs, exact; got "nuts".',
		],
		[
			["predict", "-", "--theory", "nngp", "--option", "speed=9"],
			problem,
			"options.speed: wanted no keys; got an unknown key.",
		],
	])("%j is refused", async (args, file, message) => {
		const { code, stdout, stderr } = await finitude(args, { input: JSON.stringify(file) });
		expect(code).toBe(2);
		expect(stdout).toBe("");
		expect(stderr).toBe(`error: ${message}\n`);
	});

	it("an empty number is none", async () => {
		const { code, stderr } = await finitude(["sample", "-", "--seed", ""], { input });
		expect(code).toBe(2);
		expect(stderr).toBe(
			"error: option '--seed <n>' argument '' is invalid. Wanted an integer of at least 0; got nothing.\n" +
				"Run `finitude --help` or `finitude COMMAND --help` for usage.\n",
		);
	});

	it("sample samples, also where the file says sampling: false", async () => {
		const { code, stdout } = await finitude(
			["sample", "-", "--json", "--chains", "2", "--draws", "8", "--warmup", "2"],
			{ input: JSON.stringify({ problem, sampling: false }) },
		);
		expect(code).toBe(3);
		expect(JSON.parse(stdout).sampler).toBe("hmc");
	});
});

describe("a network that the sampler refuses", () => {
	it("is not compared when the command names the sampler", async () => {
		const { code, stdout, stderr } = await finitude(["compare", "-", "--sampler", "hmc"], {
			input: JSON.stringify(noiseless),
			cwd: freshFolder(),
		});
		expect(code).toBe(2);
		expect(stdout).toBe("");
		expect(stderr).toBe(`error: --sampler: wanted a sampler of this problem; got hmc. ${refusal}\n`);
	});

	it("is compared without samples: theories, the reason, exit code 0", async () => {
		const cwd = freshFolder();
		const { code, stdout, stderr } = await finitude(["compare", "-"], {
			input: JSON.stringify(noiseless),
			cwd,
		});
		expect(code).toBe(0);
		expect(stderr).toBe("");
		const lines = stdout.split("\n");
		expect(lines[2]).toMatch(/^theory +test error +bias\^2 \+ variance +log evidence +seconds$/);
		expect(lines[4]).toMatch(/^nngp +0\.000123 +0\.00301 +-6\.59\d+ +[\d.e-]+$/);
		expect(lines).toContain(`the network was not sampled: ${refusal}`);
		const folder = join(cwd, "runs", readdirSync(join(cwd, "runs"))[0]!);
		const result = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
		expect(result.notSampled).toBe(refusal);
		expect(readFileSync(join(folder, "table.csv"), "utf8")).toMatch(
			/^nngp,answered,0\.000\d+,,0\.0030\d+,,/m,
		);
	});
});

describe("Ctrl-C", () => {
	it.runIf(posix)("is heard while a theory is being solved", async () => {
		const experiment = {
			name: "large",
			data: { source: "teacher", teacher: { type: "linear", dimension: 5 }, trainCount: 2000, testCount: 1 },
			network: problem.network,
			noiseVariance: 0.1,
		};
		const cwd = freshFolder();
		const { code, stdout, stderr } = await finitude(["compare", "-", "--engine", "reference"], {
			input: JSON.stringify(experiment),
			cwd,
			// The folder of results is made right before the theories begin.
			onStart: whenever(() => existsSync(join(cwd, "runs")), "SIGINT", 500),
		});
		expect(code).toBe(3);
		expect(stderr).toContain("Interrupted: finishing the current step and writing what is done.");
		expect(stdout).toContain("the network was not sampled: interrupted before there were enough draws.");
		expect(stdout).toContain("Interrupted: this is what was finished.");
	});
});
