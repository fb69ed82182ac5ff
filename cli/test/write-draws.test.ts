/** The formats on disk. What is in them is checked in core/test/formats. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { type DataTree, variable } from "@finitude/core/formats";
import { beforeAll, describe, expect, it } from "vitest";
import { readArvizJson, readNpz, readZarr } from "../../core/test/formats/readers.ts";
import { asRead, type ReadTree } from "../../core/test/formats/trees.ts";
import { DRAW_FILES, drawFormats } from "../src/results/draw-formats.ts";
import { writeDraws } from "../src/results/write-draws.ts";
import { type CliResult, finitude } from "./run-cli.ts";
import { threePoints } from "./three-points.ts";

const freshFolder = () => mkdtempSync(join(tmpdir(), "finitude-draws-"));

/** All files below a folder, as a Zarr store. */
function storeOf(folder: string): Map<string, Uint8Array> {
	const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
	return new Map(
		entries
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name))
			.map((path) => [relative(folder, path).replaceAll(sep, "/"), new Uint8Array(readFileSync(path))]),
	);
}

const read: Record<keyof typeof DRAW_FILES, (path: string) => ReadTree | Promise<ReadTree>> = {
	"arviz-json": (path) => readArvizJson(readFileSync(path, "utf8")),
	zarr: (path) => readZarr(storeOf(path)),
	npz: (path) => readNpz(new Uint8Array(readFileSync(path))),
};

const treeOf = (...numbers: number[]): DataTree => ({
	attributes: { title: "few numbers" },
	groups: {
		observed_data: {
			attributes: {},
			variables: {
				point: variable(
					["point"],
					[numbers.length],
					Int32Array.from(numbers, (_, i) => i),
				),
				[`y${numbers.length}`]: variable(["point"], [numbers.length], Float64Array.from(numbers)),
			},
		},
	},
});

describe.each(drawFormats)("writeDraws as %s", (format) => {
	it("makes the folder, and replaces what an earlier run left", async () => {
		const folder = join(freshFolder(), "a", "b");
		for (const tree of [treeOf(1, 2, 3), treeOf(4, 5)]) {
			const path = await writeDraws(folder, format, tree);
			expect(path).toBe(join(folder, DRAW_FILES[format]));
			expect(await read[format](path)).toEqual(asRead(tree));
		}
		expect(readdirSync(folder)).toEqual([DRAW_FILES[format]]);
	});

	it("names a path that is no folder", async () => {
		const path = join(freshFolder(), "file");
		writeFileSync(path, "");
		await expect(writeDraws(join(path, "x"), format, treeOf(1))).rejects.toThrow(
			`${join(path, "x")}: wanted a folder for results; got a path through something that is not a folder. Check the path.`,
		);
	});
});

it("a write that fails leaves what was there, and no half of its own", async () => {
	const folder = freshFolder();
	const path = await writeDraws(folder, "arviz-json", treeOf(1, 2));
	const before = readFileSync(path, "utf8");
	await expect(writeDraws(folder, "arviz-json", treeOf(1, Number.NaN))).rejects.toThrow(
		"data tree: y2[1] is NaN.",
	);
	expect(readFileSync(path, "utf8")).toBe(before);
	expect(readdirSync(folder)).toEqual(["draws.json"]);
});

describe("finitude sample --out", () => {
	const input = JSON.stringify(threePoints);
	const sampling = ["--chains", "2", "--draws", "20", "--warmup", "10"];
	const sample = (...flags: string[]) => finitude(["sample", "-", ...sampling, ...flags], { input });
	const out = join(freshFolder(), "draws");
	let first: CliResult;
	let json: ReadTree;

	beforeAll(async () => {
		first = await sample("--out", out, "--json", "--workers", "2");
		json = await read["arviz-json"](join(out, "draws.json"));
	});

	it("writes draws and theories for ArviZ by default, and prints the answer all the same", () => {
		expect(JSON.parse(first.stdout).sampler).toBe("hmc");
		expect(first.stderr).toBe(`Wrote ${join(out, "draws.json")}\n`);
		expect(Object.keys(json.groups)).toEqual([
			"posterior",
			"sample_stats",
			"observed_data",
			"constant_data",
			"sampled_network",
			"theory_nngp",
			"theory_finite_width_correction",
			"theory_map_kernels",
			"theory_self_consistent",
			"theory_equations_of_state",
			"theory_exact_mean_field",
			"theory_multi_scale",
			"theory_kernel_rescaling",
			"theory_scale_mixture",
		]);
		expect(json.groups.posterior!.variables.test_mean!.shape).toEqual([2, 20, 1, 1]);
	});

	it("refuses a folder that is not empty, before sampling", async () => {
		const { code, stdout, stderr } = await sample("--out", out);
		expect([code, stdout]).toEqual([2, ""]);
		expect(stderr).toBe(
			`error: ${out}: wanted a folder that is empty or does not exist yet; got one with 1 entry. Choose another folder, or use --force to replace the draws in it.\n`,
		);
	});

	it("leaves out theories and adds weights when asked to, and gives the same draws with any number of workers", async () => {
		await sample(
			"--out",
			out,
			"--force",
			"--format",
			"zarr",
			"--no-theories",
			"--workers",
			"1",
			"--save-weights",
		);
		const { groups } = await read.zarr(join(out, "draws.zarr"));
		expect(Object.keys(groups).filter((name) => name.startsWith("theory"))).toEqual([]);
		expect(groups.weights!.variables.weights_1!.shape).toEqual([2, 20, 10, 2]);
		expect(json.groups).not.toHaveProperty("weights");
		expect(groups.posterior!.variables).toEqual(json.groups.posterior!.variables);
		expect(readdirSync(out)).toEqual(["draws.json", "draws.zarr"]);
	});

	it.each([["--format", "npz"], ["--save-weights"]])("asks for --out beside %s", async (...flags) => {
		const { code, stderr } = await sample(...flags.filter((flag) => flag !== undefined));
		expect(code).toBe(2);
		expect(stderr).toBe(`error: ${flags[0]}: wanted --out FOLDER beside it; got no --out.\n`);
	});
});
