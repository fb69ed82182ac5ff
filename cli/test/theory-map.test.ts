import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fourPoints } from "./four-points.ts";
import { onlyRun as onlyRunOf, timeless } from "./results.ts";
import { type CliResult, finitude, finitudeHere, whenever } from "./run-cli.ts";

const layer = { type: "dense", width: 6, activation: "linear", weightVariance: 1 };
/** Of a linear network all is known: the sampler draws from the posterior itself, and a theory is exact. */
const file = {
	name: "small map",
	problem: {
		...fourPoints,
		network: { ...fourPoints.network, layers: [layer], readout: { weightVariance: 0.2 } },
		noiseVariance: 0.05,
	},
	theories: ["nngp", "deep-linear"],
	sampling: { sampler: "exact", chains: 2, draws: 1000, warmup: 0 },
	map: { widths: [2, 100], scalings: [0, 1], rounds: 1 },
};
const input = JSON.stringify(file);
const words = ["compare", "-", "--map"];

const freshFolder = () => mkdtempSync(join(tmpdir(), "finitude-theory-map-"));
const fileOf = (content: object) => {
	const path = join(freshFolder(), "map.json");
	writeFileSync(path, JSON.stringify(content));
	return path;
};
const cellsOf = (base: string) => readdirSync(join(base, "runs", "map-cells")).sort();
const onlyRun = (base: string) => onlyRunOf(base, ["map-cells"]);
describe("finitude compare --map", () => {
	const base = freshFolder();
	let result: CliResult;
	let folder: string;

	beforeAll(async () => {
		result = await finitude([...words, "--workers", "1"], { input, cwd: base });
		folder = onlyRun(base);
	});

	it("prints the map in letters, the mean-field scaling on top, and what they stand for", () => {
		expect(result).toMatchObject({ code: 0, stderr: "" });
		const lines = result.stdout.split("\n");
		expect(lines.slice(0, 3)).toEqual([
			"small map",
			"",
			"closest to the sampled network: posterior mean at the test points",
		]);
		expect(lines[4]).toMatch(/^chi +N = 2 +N = 100$/);
		expect(lines[6]).toMatch(/^N \(mean-field\) +A <?[\d.]+% +/);
		expect(lines[7]).toMatch(/^1 \(standard\) +A <?[\d.]+% +/);
		expect(lines).toContainEqual(expect.stringMatching(/^A {2}deep-linear \(\d \+ \d\)$/));
		expect(lines.at(-2)).toMatch(/^results: runs\/small-map-[0-9a-f]{10}$/);
	});

	it("leaves results, table, figure, the resolved experiment, the command, and a file for each cell", () => {
		expect(readdirSync(folder).sort()).toEqual([
			"command.txt",
			"experiment.json",
			"result.json",
			"theory-map.csv",
			"theory-map.png",
			"theory-map.svg",
		]);
		expect(cellsOf(base)).toHaveLength(4);
		const [header, ...rows] = readFileSync(join(folder, "theory-map.csv"), "utf8").trim().split("\r\n");
		expect(header).toBe(
			"width,scaling,chi,noiseVariance,outcome,letters,theory,letter,status,measuredDistance,distance,distanceStandardError,behindInStandardErrors,seconds,rounds,chains,draws,maxRHat,minBulkEss,divergences,noiseFloor,reason",
		);
		expect(rows).toHaveLength(8);
		expect(rows[0]).toMatch(/^2,0,1,0\.05,decided,A,deep-linear,A,closest,0\.\d+,/);
		const png = readFileSync(join(folder, "theory-map.png"));
		expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
	});

	it("writes everything that the numbers depend on", () => {
		const written = timeless(folder);
		expect(Object.keys(written)).toEqual([
			"name",
			"hash",
			"command",
			"version",
			"runtime",
			"engine",
			"seed",
			"interrupted",
			"experiment",
			"results",
		]);
		expect(written).toMatchObject({ interrupted: false, results: { complete: true, converged: true } });
		expect(written.experiment.map).toEqual({
			widths: [2, 100],
			scalings: [0, 1],
			quantity: "testMean",
			rounds: 1,
			agreement: 0.001,
			theories: ["nngp", "deep-linear"].map((id) => ({ id, options: {} })),
		});
	});

	it("measures no cell twice: not of the same map, nor of one that shares some", async () => {
		const copy = freshFolder();
		cpSync(join(base, "runs"), join(copy, "runs"), { recursive: true });
		const larger = { ...file, name: "another name", map: { ...file.map, widths: [2, 3, 100] } };
		const { code } = await finitude(words, { input: JSON.stringify(larger), cwd: copy });
		expect(code).toBe(0);
		expect(cellsOf(copy)).toHaveLength(6);
		// With the seconds that theories took, which no other run repeats.
		for (const name of cellsOf(base)) {
			const text = (folder: string) => readFileSync(join(folder, "runs", "map-cells", name), "utf8");
			expect(text(copy)).toBe(text(base));
		}
	});

	it("is reproduced by the command it leaves, from the resolved experiment, with any number of workers", async () => {
		const copy = freshFolder();
		cpSync(join(folder, "experiment.json"), join(copy, "experiment.json"));
		const command = readFileSync(join(folder, "command.txt"), "utf8").trim().split(" ");
		expect(command.slice(0, 3)).toEqual(["npx", "finitude", "compare"]);
		const { code } = await finitude([...command.slice(2), "--workers", "2"], { cwd: copy });
		expect(code).toBe(0);
		expect(timeless(onlyRun(copy))).toEqual(timeless(folder));
		expect(readFileSync(join(onlyRun(copy), "theory-map.svg"))).toEqual(
			readFileSync(join(folder, "theory-map.svg")),
		);
	});

	it("measures again with other draws, says with code 3 what did not converge, and prints JSON alone", async () => {
		const cwd = freshFolder();
		cpSync(join(base, "runs"), join(cwd, "runs"), { recursive: true });
		const few = {
			...file,
			sampling: { ...file.sampling, draws: 8 },
			map: { widths: [2], scalings: [0], rounds: 1 },
		};
		const { code, stdout } = await finitude([...words, "--json"], { input: JSON.stringify(few), cwd });
		expect(code).toBe(3);
		expect(cellsOf(cwd)).toHaveLength(5);
		const [cell] = JSON.parse(stdout).results.cells;
		expect(cell.outcome).toEqual({ kind: "not converged" });
		expect(cell.measurement.sampled.advice).toMatch(/^Raise warmup and draws: the largest R-hat is /);
	});

	it("refuses by the name of the field, and flags that are for one comparison", async () => {
		const out = join(freshFolder(), "runs");
		const map = (path: string, ...flags: string[]) =>
			finitudeHere(["compare", path, "--map", "--out", out, ...flags]);
		const wrong = fileOf({ ...file, map: { scalings: [2] } });
		expect(await map(wrong)).toEqual({
			code: 2,
			stdout: "",
			stderr: `error: ${wrong}: map.scalings[0]: wanted a number from 0 (standard) to 1 (mean-field); got 2.\n`,
		});
		expect((await map(wrong, "--resume")).stderr).toBe(
			"error: --map: wanted no flag beside it that is for one comparison alone; got --resume. Leave it out: cells that are finished are found and not measured again.\n",
		);
		expect((await map(wrong, "--evidence")).stderr).toBe(
			"error: --map: wanted no flag beside it that is for one comparison alone; got --evidence. Leave it out: no distance on the map needs it.\n",
		);
		expect(existsSync(out)).toBe(false);
	});

	it("refuses a damaged cell by its path", async () => {
		const copy = freshFolder();
		const out = join(copy, "runs");
		cpSync(join(base, "runs"), out, { recursive: true });
		for (const name of cellsOf(copy)) writeFileSync(join(out, "map-cells", name), '{"width":');
		const { code, stderr } = await finitudeHere(["compare", fileOf(file), "--map", "--out", out]);
		expect(code).toBe(2);
		expect(stderr.replace(/[0-9a-f]{32}/, "hash")).toBe(
			`error: ${join(out, "map-cells", "hash.json")}: wanted a measured cell of a theory map; got a damaged file. Remove it to measure the cell again.\n`,
		);
	});

	it("writes the cells that are finished after Ctrl-C, and goes on from them", async () => {
		const cwd = freshFolder();
		// The first width is measured in a moment, the second one in hours.
		const long = {
			...file,
			theories: ["nngp"],
			sampling: { sampler: "hmc", chains: 1, draws: 200, warmup: 50 },
			map: { widths: [2, 2_000_000], scalings: [0], rounds: 1 },
		};
		const first = () =>
			existsSync(join(cwd, "runs", "map-cells")) && cellsOf(cwd).some((name) => name.endsWith(".json"));
		const { code, stdout, stderr } = await finitude([...words, "--workers", "2"], {
			input: JSON.stringify(long),
			cwd,
			onStart: whenever(first, "SIGINT"),
		});
		expect(stderr).toContain("Interrupted");
		expect(code).toBe(3);
		expect(stdout).toContain("Interrupted: this is what was finished. Run the command again to go on.");
		const { interrupted, results } = timeless(onlyRun(cwd));
		expect(interrupted).toBe(true);
		expect(results.cells[1].outcome).toEqual({ kind: "interrupted" });
		expect(results.cells[0]).toHaveProperty("measurement");
	});
});
