/**
 * npm run bench -- <theory> [case ...] [--engine wasm|relaxed|native|native-avx2|reference ...]: solves of one theory, every case in a process of
 * its own. A case is chosen by its title or the beginning of several. A new theory adds a file here and a line to `modules`.
 *
 * "first" and "best": processor seconds of the first solve in the process, compilation included, and of the quickest of those
 * that fit into a few seconds. "arena": the most that blocks of the engine held at a time in the first solve; "process": how much
 * the resident memory of the process grew at most in it. Under each series of cases the exponents of its size that fit best.
 */
import { spawnSync } from "node:child_process";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { formatTable, threeDigits } from "../table.js";
import { fittedExponent } from "./fitted-exponent.js";
import { modules } from "./modules.js";

const script = fileURLToPath(new URL("./solve-case.js", import.meta.url));

/** Processors with AVX-512 have BLAS kernels of their own; Haswell restricts OpenBLAS to AVX2. */
const environments = { "native-avx2": { OPENBLAS_CORETYPE: "Haswell" } };

/** What solve-case.js measured, with the case it belongs to. */
function measure(theory, index, engine) {
	const { status, stdout } = spawnSync(process.execPath, [script, theory, `${index}`, engine], {
		encoding: "utf8",
		stdio: ["ignore", "pipe", "inherit"],
		maxBuffer: 2 ** 26,
		env: { ...process.env, ...environments[engine] },
	});
	if (status !== 0) throw new Error(`${theory}, case ${index}, engine ${engine}: see above.`);
	return JSON.parse(stdout);
}

const HEADER = ["", "engine", "first s", "best s", "arena MiB", "process MiB"];

const cellsOf = ({ title, variant, first, best, arena, growth, extra, iterations, residual, converged }) => [
	title,
	variant,
	threeDigits(first),
	threeDigits(best),
	threeDigits(arena),
	threeDigits(growth),
	...Object.values(extra),
	`${iterations}`,
	`${residual.toExponential(1)}${converged ? "" : " (not converged)"}`,
];

function printExponents(runs, symbol) {
	const keys = new Set(runs.map(({ series, variant }) => `${series}, ${variant}`));
	for (const key of keys) {
		const members = runs.filter(({ series, variant }) => `${series}, ${variant}` === key);
		if (members.length < 2) continue;
		const exponent = (name) => fittedExponent(members.map((run) => [run.size, run[name]])).toFixed(2);
		console.log(
			`${key}: time as ${symbol}^${exponent("best")}, arena as ${symbol}^${exponent("arena")} over ${symbol} = ${members.map(({ size }) => size).join(", ")}`,
		);
	}
}

/** @param theory A key of `modules`. @param words Arguments after it. */
export async function benchTheory(theory, words) {
	const { values, positionals } = parseArgs({
		args: words,
		options: { engine: { type: "string", multiple: true, default: ["wasm"] } },
		allowPositionals: true,
	});
	const { cases, size: symbol, targets } = await modules[theory]();
	const titles = cases.map(({ title }) => title);
	const chosen = (title) =>
		positionals.length === 0 ||
		positionals.some((word) => title === word || (!titles.includes(word) && title.startsWith(word)));
	const load = () => loadavg()[0].toFixed(2);
	const before = load();
	const runs = [];
	for (const [index, { title, series, size }] of cases.entries()) {
		if (!chosen(title)) continue;
		for (const engine of values.engine) {
			runs.push({ title, series, size, engine, ...measure(theory, index, engine) });
			process.stderr.write(`${title}, ${engine}\n`);
		}
	}
	if (runs.length === 0) throw new Error(`${theory}: no case begins with ${positionals.join(" or ")}.`);
	console.log(
		`${theory}: Node ${process.versions.node}, ${process.platform} ${process.arch}, load ${before} before and ${load()} after`,
	);
	const extra = Object.keys(runs[0].extra);
	console.log(formatTable([[...HEADER, ...extra, "iterations", "residual"], ...runs.map(cellsOf)]));
	printExponents(runs, symbol);
	await targets?.(runs);
}
