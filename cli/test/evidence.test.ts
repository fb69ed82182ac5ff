import { describe, expect, it } from "vitest";
import { finitude } from "./run-cli.ts";
import { threePoints } from "./three-points.ts";

const input = JSON.stringify(threePoints);
const quick = ["--chains", "2", "--draws", "40", "--warmup", "20", "--json"];

describe("sample --temper and --evidence", () => {
	it("gives the log evidence with its standard error, from as many replicas as were asked for", async () => {
		const { stdout } = await finitude(["sample", "-", "--temper", "4", "--evidence", ...quick], { input });
		const answer = JSON.parse(stdout);
		expect(answer.options.options.temper).toBe(4);
		expect(answer.options.evidence).toBe(true);
		expect(answer.logEvidenceStandardError).toBeGreaterThan(0);
		expect(answer.logEvidence).toBeLessThan(0);
		expect(answer.validity.map((note: { name: string }) => note.name)).toEqual(
			expect.arrayContaining(["tempering", "thermodynamic integration"]),
		);
	});

	it("takes 8 replicas where --temper says no number", async () => {
		const { stdout } = await finitude(["sample", "-", "--temper", ...quick], { input });
		const answer = JSON.parse(stdout);
		expect(answer.options.options.temper).toBe(8);
		expect(answer.absent.logEvidence).toBe("estimated on request only: use --evidence");
	});

	it("refuses the evidence of a sampler that cannot estimate it", async () => {
		const { code, stderr } = await finitude(["sample", "-", "--sampler", "langevin", "--evidence"], {
			input,
		});
		expect(code).toBe(2);
		expect(stderr).toContain(
			"langevin does not estimate the log evidence; hmc and importance do. Choose one of them, or leave evidence out.",
		);
	});
});
