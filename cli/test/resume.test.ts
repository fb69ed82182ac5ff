/** kill -9 in the middle of sampling, then --resume: the same bits as a run that nobody disturbed. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { finitude, whenever } from "./run-cli.ts";

const inputs = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i), Math.sin(7 * i + 1)]);
const input = JSON.stringify({
	trainInputs: inputs,
	trainTargets: inputs.map(([x]) => x),
	testInputs: [[0.1, 0.2, 0.3]],
	network: {
		layers: [{ type: "dense", width: 40, activation: "erf", weightVariance: 1 }],
		readout: { weightVariance: 1 },
		scaling: "standard",
	},
	noiseVariance: 0.05,
});
const settings = ["--chains", "3", "--draws", "300", "--warmup", "100", "--workers", "2", "--json"];

function freshFolder(): string {
	return mkdtempSync(join(tmpdir(), "finitude-resume-"));
}

function answer(stdout: string): object {
	const { seconds: _, ...rest } = JSON.parse(stdout);
	return rest;
}

describe("sample --checkpoints", () => {
	it("goes on after kill -9 to the same bits, and leaves nothing behind", async () => {
		const undisturbed = await finitude(["sample", "-", ...settings], { input });
		const folder = join(freshFolder(), "checkpoints");
		const command = ["sample", "-", ...settings, "--checkpoints", folder, "--checkpoint-every", "0.05"];
		const killed = await finitude(command, {
			input,
			onStart: whenever(() => existsSync(join(folder, "chain-1.checkpoint")), "SIGKILL"),
		});
		expect(killed.stdout).toBe("");
		expect(readdirSync(folder).filter((name) => name.endsWith(".checkpoint")).length).toBeGreaterThan(0);
		const forgotten = await finitude(command, { input });
		expect(forgotten.code).toBe(2);
		// Any number of chains may have got that far.
		expect(forgotten.stderr.replace(/\d chains? /, "some ")).toBe(
			`error: ${folder}: wanted a folder without checkpoints; got those of some of an unfinished run. ` +
				"Add --resume to go on from them, or remove them to start again.\n",
		);
		const resumed = await finitude([...command, "--resume"], { input });
		expect(resumed.stderr).toBe("");
		expect(answer(resumed.stdout)).toEqual(answer(undisturbed.stdout));
		expect(existsSync(folder)).toBe(false);
	}, 120_000);

	it("refuses damaged checkpoints and those of another run", async () => {
		const folder = join(freshFolder(), "checkpoints");
		const file = join(folder, "chain-0.checkpoint");
		const command = ["sample", "-", "--workers", "1", "--checkpoints", folder, "--checkpoint-every", "0.05"];
		await finitude(command, { input, onStart: whenever(() => existsSync(file), "SIGKILL") });
		const other = await finitude([...command, "--resume", "--seed", "2"], { input });
		expect(other.code).toBe(2);
		expect(other.stderr).toBe(
			`error: ${file}: wanted a checkpoint of this very run; got one of another problem, other settings, another engine or ` +
				"another version. Repeat the command that was interrupted, or remove it to start again.\n",
		);
		truncateSync(file, readFileSync(file).length - 1);
		const damaged = await finitude([...command, "--resume"], { input });
		expect(damaged.code).toBe(2);
		expect(damaged.stderr).toBe(
			`error: ${file}: wanted a whole checkpoint; got one whose checksum is wrong. ` +
				"Remove it to start this chain again.\n",
		);
	}, 120_000);

	it("compare refuses damaged checkpoints too, instead of leaving the network out", async () => {
		const cwd = freshFolder();
		const command = ["compare", "-", ...settings, "--checkpoint-every", "0.05"];
		const checkpoints = () => {
			const runs = join(cwd, "runs");
			const [run] = existsSync(runs) ? readdirSync(runs) : [];
			return join(runs, run ?? "", "checkpoints");
		};
		const file = () => join(checkpoints(), "chain-0.checkpoint");
		await finitude(command, { input, cwd, onStart: whenever(() => existsSync(file()), "SIGKILL") });
		truncateSync(file(), readFileSync(file()).length - 1);
		const { code, stdout, stderr } = await finitude([...command, "--resume"], { input, cwd });
		expect(code).toBe(2);
		expect(stdout).toBe("");
		expect(stderr).toBe(
			`error: ${relative(cwd, file())}: wanted a whole checkpoint; got one whose checksum is wrong. ` +
				"Remove it to start this chain again.\n",
		);
	}, 120_000);

	it("--resume with nothing to go on from says so, and a checkpoint that cannot be written is told", async () => {
		const folder = join(freshFolder(), "checkpoints");
		const short = ["sample", "-", "--chains", "1", "--draws", "8", "--warmup", "4", "--checkpoints", folder];
		const fresh = await finitude([...short, "--resume"], { input });
		expect(fresh.code).toBe(3);
		expect(fresh.stderr).toBe(`No checkpoints in ${folder}: starting from the beginning.\n`);
		const blocked = join(folder, "chain-0.checkpoint.unfinished");
		mkdirSync(blocked, { recursive: true });
		const { code, stderr } = await finitude(short, { input });
		expect(code).toBe(2);
		expect(stderr).toBe(
			`error: ${blocked}: wanted a file that can be written; got a folder. Check the path.\n`,
		);
	}, 120_000);

	it("--resume without a folder is refused", async () => {
		const { code, stderr } = await finitude(["sample", "-", "--resume"], { input });
		expect(code).toBe(2);
		expect(stderr).toBe(
			"error: --resume: wanted the folder of the interrupted run's checkpoints beside it; got nothing. " +
				"Give --checkpoints FOLDER, as in the command that was interrupted.\n",
		);
	});
});
