import { describe, expect, it } from "vitest";
import {
	type CellMeasurement,
	comparedTheories,
	mapCells,
	measureCell,
	theoryMapResults,
	theoryMapTable,
} from "../../../src/index.ts";
import { context, linear, resolveMap } from "./maps.ts";

const cell = { width: 2, exponent: 1 };

describe("a cell of a linear network", () => {
	it("is won by the theory that is exact, which is as far away as the noise", async () => {
		const map = resolveMap(linear);
		const measured = await measureCell(map, cell, context);
		const [exact, gaussian] = comparedTheories(measured!);
		expect(exact).toMatchObject({ label: "deep-linear", behind: 0, beaten: false });
		expect(gaussian).toMatchObject({ label: "nngp", beaten: true });
		const { noiseFloor } = measured!.sampled as { noiseFloor: number };
		// The square of the first over that of the second is a mean of four squared normal scores: above 3.3^2/4 with less than 1e-4 each.
		expect(exact!.measured! / noiseFloor).toBeLessThan(3.3);
		expect(exact!.distance!.value).toBeLessThan(4 * exact!.distance!.standardError);
	});

	it.each(["testVariance", "kernel"] as const)("can be judged by its %s", async (quantity) => {
		const map = resolveMap({ ...linear, map: { ...linear.map, quantity } });
		const measured = await measureCell(map, cell, context);
		expect(measured!.sampled).toMatchObject({ converged: true });
		const labels = comparedTheories(measured!).map(({ label, beaten }) => [label, beaten]);
		expect(labels[0]).toEqual(["deep-linear", false]);
		expect(labels[1]).toEqual(["nngp", true]);
	});

	it("goes on while its chains have not converged, to the bits of chains that long from the start", async () => {
		const shorter = { ...linear.sampling, draws: 16 };
		const patient = resolveMap({ ...linear, sampling: shorter, map: { ...linear.map, rounds: 3 } });
		const long = resolveMap({ ...linear, sampling: { ...shorter, draws: 64 } });
		const [one, other] = [await measureCell(patient, cell, context), await measureCell(long, cell, context)];
		// So few draws have an R-hat above 1.01.
		expect(one!.sampled).toMatchObject({ rounds: 3, draws: 64, converged: false });
		expect({ ...one!.sampled, rounds: 1 }).toEqual(other!.sampled);
		expect(one!.theories).toEqual(other!.theories);
	});

	it("stops where theories agree", async () => {
		const map = resolveMap({ ...linear, map: { ...linear.map, agreement: 0.1, rounds: 3 } });
		const measured = await measureCell(map, { width: 200, exponent: 0 }, context);
		expect(measured!.sampled).toMatchObject({ rounds: 1 });
		expect(measured!.agreements).toHaveLength(1);
	});

	it("says why theories are missing, and is undefined when interrupted", async () => {
		const map = resolveMap({ ...linear, theories: ["nngp", "self-consistent"] });
		const stubborn = await measureCell(map, cell, {
			...context,
			solve: async (problem, choice) =>
				choice.id === "nngp"
					? context.solve(problem, choice)
					: { theory: choice.id, reason: "failed: an overflow" },
		});
		expect(stubborn!.theories.at(-1)).toEqual({ label: "self-consistent", reason: "failed: an overflow" });
		expect(await measureCell(map, cell, { ...context, solve: async () => undefined })).toBeUndefined();
		expect(await measureCell(map, cell, { ...context, sample: async () => undefined })).toBeUndefined();
	});

	it("has no distances where the sampler refuses, and is not sampled where no theory answers", async () => {
		const erf = { ...linear.network, layers: [{ ...linear.network.layers[0]!, activation: "erf" }] };
		const refused = await measureCell(
			resolveMap({ ...linear, network: erf, theories: ["nngp"] }),
			cell,
			context,
		);
		expect(refused!.theories).toEqual([{ label: "nngp", reason: "the network was not sampled" }]);
		expect(refused!.sampled).toEqual({ reason: expect.stringMatching(/^exact /) });
		const silent = await measureCell(
			resolveMap({ ...linear, network: erf, theories: ["deep-linear"] }),
			cell,
			context,
		);
		expect(silent!.sampled).toBeUndefined();
		expect(silent!.theories).toHaveLength(1);
	});
});

describe("the results of a map", () => {
	it("hold every cell, what was not measured included", async () => {
		const map = resolveMap({ ...linear, map: { ...linear.map, widths: [2, 3] } });
		const cells = mapCells(map.settings);
		const measured = await Promise.all(cells.slice(0, 3).map((one) => measureCell(map, one, context)));
		const results = theoryMapResults(map, [...(measured as CellMeasurement[])].reverse());
		expect(results.cells.map(({ outcome }) => outcome)).toEqual([
			{ kind: "decided", letter: "A" },
			{ kind: "decided", letter: "A" },
			{ kind: "decided", letter: "A" },
			{ kind: "interrupted" },
		]);
		expect(results.families).toEqual([
			{ letter: "A", theories: ["deep-linear"], label: "deep-linear", won: 3, tied: 0 },
			{ letter: "B", theories: ["nngp"], label: "nngp", won: 0, tied: 0 },
		]);
		expect(results).toMatchObject({ complete: false, converged: false });
		const [header, ...rows] = theoryMapTable(results);
		expect(rows).toHaveLength(7);
		const cellOf = (row: (string | number)[], column: string) => row[header!.indexOf(column)];
		expect(rows.map((row) => cellOf(row, "status"))).toEqual([
			...["closest", "beaten", "closest", "beaten", "closest", "beaten"],
			"",
		]);
		expect(rows.map((row) => cellOf(row, "chi"))).toEqual([1, 1, 1, 1, 2, 2, 3]);
	});
});
