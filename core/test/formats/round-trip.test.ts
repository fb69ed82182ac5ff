/** Whatever the tree, what is read back is what was written: every digit, shape, name and attribute. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arvizJson, type DataTree, variable } from "../../src/formats/index.ts";
import { messageOf } from "../helpers/message-of.ts";
import { anyTree, asRead } from "./trees.ts";
import { formats, jsonText, npzBytes, zarrFiles } from "./writers.ts";

describe.each(Object.keys(formats).filter((format) => format !== "arviz-json"))("%s", (format) => {
	it("gives back any tree", async () => {
		await fc.assert(
			fc.asyncProperty(anyTree, async (tree) => {
				expect(await formats[format]!(tree)).toEqual(asRead(tree));
			}),
			{ numRuns: 60 },
		);
	});
});

const one = (values: Float64Array | Int32Array | Uint8Array): DataTree => ({
	attributes: {},
	groups: { data: { attributes: {}, variables: { x: variable(["x_dim_0"], [values.length], values) } } },
});

describe("arviz-json", () => {
	it("gives back the numbers of any tree", () => {
		fc.assert(
			fc.property(anyTree, (tree) => {
				const { dims, coords, attrs, variable_attrs, ...groups } = JSON.parse(jsonText(tree));
				const flat = Object.entries<Record<string, unknown>>(groups).map(([group, variables]) => [
					group,
					Object.entries(variables).map(([name, lists]) => [name, [lists].flat(9)]),
				]);
				const expected = Object.entries(asRead(tree).groups).map(([group, { variables }]) => [
					group,
					Object.entries(variables).map(([name, { values }]) => [name, values]),
				]);
				expect(flat).toEqual(expected);
			}),
			{ numRuns: 60 },
		);
	});

	it("keeps floats floats, integers integers and claims claims", () => {
		const text = (values: Float64Array | Int32Array | Uint8Array) =>
			/"x": (\[[^\]]*\])\}/.exec(jsonText(one(values)))![1];
		expect(text(Float64Array.of(1, -0, 0.1, 1e21, 1e-7, 5e-324))).toBe(
			"[1.0, -0.0, 0.1, 1e+21, 1e-7, 5e-324]",
		);
		expect(text(Int32Array.of(1, -2))).toBe("[1, -2]");
		expect(text(Uint8Array.of(1, 0))).toBe("[true, false]");
	});

	it("comes in chunks, none much longer than 64 KiB", () => {
		const values = new Float64Array(60_000).fill(1 / 3);
		const wide = variable(["x_dim_0", "x_dim_1"], [2, 30_000], values);
		const chunks = [
			...arvizJson({ attributes: {}, groups: { data: { attributes: {}, variables: { x: wide } } } }),
		];
		expect(JSON.parse(chunks.join("")).data.x.flat()).toEqual(Array.from(values));
		// A chunk ends with the first piece that goes beyond: here 1024 numbers of 18 digits, with "0." and ", ".
		const lengths = chunks.slice(0, -1).map((chunk) => chunk.length - 2 ** 16);
		expect(lengths.length).toBeGreaterThan(10);
		expect(lengths.every((beyond) => beyond >= 0 && beyond < 1024 * 20)).toBe(true);
	});

	it("names dimensions that differ between groups in an attribute, and numbers those of several lengths", () => {
		const group = (dimensions: string[], length: number) => ({
			attributes: {},
			variables: {
				Q: variable(dimensions, [length], new Float64Array(length)),
				[dimensions[0]!]: variable(
					dimensions,
					[length],
					Int32Array.from({ length }, (_, i) => i),
				),
				...(length > 1 ? {} : { other: variable(["layer"], [3], new Float64Array(3)) }),
			},
		});
		const tree: DataTree = { attributes: {}, groups: { a: group(["layer"], 2), b: group(["mode"], 1) } };
		const { dims, coords, variable_attrs } = JSON.parse(jsonText(tree));
		expect(dims).toEqual({ other: ["layer"] });
		expect(coords).toEqual({ layer: [0, 1], mode: [0] });
		expect(variable_attrs).toEqual({
			a: { Q: { dimensions: ["layer"] } },
			b: { Q: { dimensions: ["mode"] } },
		});
	});
});

it.each(Object.keys(formats))("%s refuses NaN", async (format) => {
	const writing = async () => formats[format]!(one(Float64Array.of(1, Number.NaN)));
	await expect(writing()).rejects.toThrow("data tree: x[1] is NaN.");
});

describe("npz", () => {
	it("gives the same bytes for the same tree", () => {
		const tree = one(Float64Array.of(1, 2, 3));
		expect(npzBytes(tree)).toEqual(npzBytes(tree));
	});

	it("refuses more than a ZIP archive holds", () => {
		const block = new Float64Array(2 ** 23);
		const variables = Object.fromEntries(
			Array.from({ length: 65 }, (_, i) => [`x${i}`, variable(["point"], [block.length], block)]),
		);
		const tree = { attributes: {}, groups: { data: { attributes: {}, variables } } };
		expect(messageOf(() => npzBytes(tree))).toBe(
			"format npz: wanted at most 4 GiB, the limit of ZIP archives; got 4.1 GiB. Choose the format zarr.",
		);
	});
});

describe("zarr", () => {
	it("cuts large arrays into chunks of at most 8 MiB, within one chain", async () => {
		const draws = 600;
		const points = 3000;
		const values = Float64Array.from({ length: 2 * draws * points }, (_, i) => 1 + i);
		const x = variable(["chain", "draw", "point"], [2, draws, points], values);
		const files = await zarrFiles({
			attributes: {},
			groups: { posterior: { attributes: {}, variables: { x } } },
		});
		const metadata = JSON.parse(new TextDecoder().decode(files.get("posterior/x/zarr.json")));
		// 2^20 / 3000 draws, rounded down.
		expect(metadata.chunk_grid.configuration.chunk_shape).toEqual([1, 349, 3000]);
		const chunks = [...files].filter(([key]) => key.includes("/c/"));
		expect(chunks.map(([key]) => key)).toEqual(
			["0/0/0", "0/1/0", "1/0/0", "1/1/0"].map((key) => `posterior/x/c/${key}`),
		);
		const firstOf = chunks.map(([, bytes]) => new Float64Array(bytes.buffer, bytes.byteOffset, 1)[0]);
		expect(firstOf).toEqual([0, 349, 600, 949].map((draw) => 1 + draw * points));
		// What is beyond the end of a chain has the fill value.
		const last = new Float64Array(chunks[3]![1].buffer);
		expect(last.subarray((draws - 349) * points).every((value) => value === 0)).toBe(true);
		expect(last[(draws - 349) * points - 1]).toBe(2 * draws * points);
	});

	it("repeats the metadata of all members in the root and in each group", async () => {
		const tree = one(Float64Array.of(1));
		const files = await zarrFiles(tree);
		const json = (key: string) => JSON.parse(new TextDecoder().decode(files.get(key)));
		const array = json("data/x/zarr.json");
		expect(json("data/zarr.json").consolidated_metadata).toEqual({
			kind: "inline",
			must_understand: false,
			metadata: { x: array },
		});
		expect(json("zarr.json").consolidated_metadata.metadata["data/x"]).toEqual(array);
		expect(Object.keys(json("zarr.json").consolidated_metadata.metadata)).toEqual(["data", "data/x"]);
		// A missing fill value, or null, is not allowed in version 3.
		expect(array.fill_value).toBe(0);
	});
});
