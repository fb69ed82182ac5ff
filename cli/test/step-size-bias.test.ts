import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { finitude } from "./run-cli.ts";
import { threePoints } from "./three-points.ts";

async function validityNames(sampling: object): Promise<string[]> {
	const input = JSON.stringify({
		problem: threePoints,
		sampling: { chains: 2, draws: 40, warmup: 10, ...sampling },
	});
	const { stdout } = await finitude(["sample", "-", "--json"], { input });
	return JSON.parse(stdout).validity.map(({ name }: { name: string }) => name);
}

it("sample with langevin runs half the step size too and reports the difference", async () => {
	const options = { stepSize: 0.02, stepsPerDraw: 10 };
	const names = await validityNames({ sampler: "langevin", options });
	expect(names.slice(-2)).toEqual(["step-size bias of the mean", "step-size bias of the variance"]);
	const without = await validityNames({ sampler: "langevin", options: { ...options, biasCheck: false } });
	expect(without).toEqual(names.slice(0, -2));
});

it("an exact sampler has no such notes", async () => {
	expect(await validityNames({ sampler: "mala" })).not.toContain("step-size bias of the mean");
});

it("goes on after kill -9 in the second run to the same bits, and leaves nothing behind", async () => {
	const options = { stepSize: 0.02, stepsPerDraw: 50 };
	const sampling = { sampler: "langevin", chains: 2, draws: 300, warmup: 10, options };
	const input = JSON.stringify({ problem: threePoints, sampling });
	const folder = join(mkdtempSync(join(tmpdir(), "finitude-langevin-")), "checkpoints");
	const command = ["sample", "-", "--json", "--checkpoints", folder, "--checkpoint-every", "0.05"];
	const answer = ({ stdout }: { stdout: string }) => ({ ...JSON.parse(stdout), seconds: 0 });
	const undisturbed = answer(await finitude(["sample", "-", "--json"], { input }));
	const killed = await finitude(command, {
		input,
		onStart(kill) {
			const poll = setInterval(() => {
				if (!existsSync(join(folder, "half-step", "chain-0.checkpoint"))) return;
				clearInterval(poll);
				kill("SIGKILL");
			}, 5);
		},
	});
	expect(killed.stdout).toBe("");
	expect(existsSync(join(folder, "chain-1.checkpoint"))).toBe(true);
	expect(answer(await finitude([...command, "--resume"], { input }))).toEqual(undisturbed);
	expect(existsSync(folder)).toBe(false);
}, 120_000);
