import { describe, expect, it } from "vitest";
import { familiesOf } from "../../../src/experiments/theory-map/families.ts";
import type { CellMeasurement } from "../../../src/index.ts";

/** @param closest labels that are not beaten */
const cellOf = (
	labels: readonly string[],
	closest: readonly string[],
	agreements: readonly (readonly [string, string])[],
): CellMeasurement => ({
	width: 4,
	exponent: 0,
	theories: labels.map((label) => ({ label, behind: 0, beaten: !closest.includes(label), seconds: 0 })),
	agreements,
});
const unbeaten = ({ theories }: CellMeasurement) =>
	theories.flatMap((one) => ("beaten" in one && !one.beaten ? [one.label] : []));
const labels = ["gaussian", "tree", "scales", "silent"];
const compared = labels.slice(0, 3);

describe("families of theories", () => {
	it("are those that agree wherever both are compared, the one with the most cells first", () => {
		const pair = ["tree", "scales"] as const;
		const cells = [
			cellOf(compared, ["tree", "scales"], [pair]),
			cellOf(["gaussian", "tree"], ["tree"], []),
			cellOf(compared, ["gaussian"], [pair]),
		];
		expect(familiesOf(labels, cells, unbeaten)).toEqual([
			{ letter: "A", theories: ["tree", "scales"], label: "tree = scales", won: 2, tied: 0 },
			{ letter: "B", theories: ["gaussian"], label: "gaussian", won: 1, tied: 0 },
		]);
	});

	it("are not made by agreement in one corner", () => {
		const cells = [
			cellOf(compared, ["tree"], []),
			cellOf(compared, compared, [
				["tree", "scales"],
				["gaussian", "tree"],
			]),
		];
		expect(familiesOf(labels, cells, unbeaten).map(({ label, won, tied }) => [label, won, tied])).toEqual([
			["tree", 1, 1],
			["gaussian", 0, 1],
			["scales", 0, 1],
		]);
	});

	it("connect through a third theory, and count no cell without a verdict", () => {
		const chain = [
			["gaussian", "tree"],
			["tree", "scales"],
		] as const;
		const families = familiesOf(labels, [cellOf(compared, compared, chain)], () => undefined);
		expect(families).toEqual([
			{ letter: "A", theories: compared, label: "gaussian = tree = scales", won: 0, tied: 0 },
		]);
	});

	it("have letters without end", () => {
		const many = Array.from({ length: 28 }, (_, i) => `t${i}`);
		const families = familiesOf(many, [cellOf(many, [], [])], unbeaten);
		expect(families.slice(25).map(({ letter }) => letter)).toEqual(["Z", "A2", "B2"]);
	});
});
