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
