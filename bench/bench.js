/**
 * npm run bench [-- row ...]: the engines and NumPy side by side, one thread each. The competitors take turns within
 * each row and the best of several samples counts, so that a busy machine slows all of them alike.
 * In brackets: how many times as fast as NumPy. PYTHON names the Python to compare with.
 *
 * npm run bench -- sampler [case ...] [--seconds n]: the samplers; see sampler/index.js.
 *
 * npm run bench -- <theory> [case ...] [--engine e]: the solves of a theory; see theories/index.js.
 */
import { createEngines } from "./engines.js";
import { createNumpy, findPython } from "./numpy.js";
import { rows } from "./rows.js";
import { benchSamplers } from "./sampler/index.js";
import { formatTable, threeDigits } from "./table.js";
import { benchTheory } from "./theories/index.js";
import { modules } from "./theories/modules.js";

const ROW_SECONDS = 4;
const MIN_ROUNDS = 3;
const MAX_ROUNDS = 60;

/** Best seconds of each competitor; NaN where it does not run the row. */
async function measure(row, competitors) {
	const prepared = competitors.map((competitor) =>
		competitor.runs(row) ? competitor.prepare(row) : undefined,
	);
	const best = competitors.map(() => Number.NaN);
	const start = performance.now();
	for (let round = 0; round < MAX_ROUNDS; round++) {
		if (round >= MIN_ROUNDS && performance.now() - start > ROW_SECONDS * 1000) break;
		for (const [i, task] of prepared.entries()) {
			if (task) best[i] = Math.min(Number.isNaN(best[i]) ? Infinity : best[i], await task.sample());
		}
	}
	for (const task of prepared.reverse()) task?.finish();
	return best;
}

function inUnits(row, seconds) {
	switch (row.unit) {
		case "GFLOP/s":
			return row.work / seconds / 1e9;
		case "ms":
			return seconds * 1e3;
		default:
			return (seconds / row.work) * 1e9;
	}
}

/** @param words Beginnings of row titles; all rows without any. */
async function benchEngines(words) {
	const engines = await createEngines();
	const python = findPython();
	const numpy = python ? [await createNumpy(python)] : [];
	// Processors with AVX-512 double NumPy's peak; Haswell restricts OpenBLAS to AVX2.
	if (python) numpy.push(await createNumpy(python, "NumPy, AVX2", { OPENBLAS_CORETYPE: "Haswell" }));
	else console.log("No python3 with NumPy; name one in the environment variable PYTHON to compare.");
	const competitors = [...engines, ...numpy];

	const chosen = words.map((word) => word.toLowerCase());
	const table = [["", "unit", ...competitors.map(({ title }) => title)]];
	for (const row of rows.filter(
		({ title }) => chosen.length === 0 || chosen.some((word) => title.toLowerCase().startsWith(word)),
	)) {
		const best = await measure(row, competitors);
		const baseline = best[engines.length];
		const cells = best.map((seconds, i) => {
			if (Number.isNaN(seconds)) return "-";
			const value = threeDigits(inUnits(row, seconds));
			return baseline > 0 && i !== engines.length ? `${value} (${threeDigits(baseline / seconds)})` : value;
		});
		table.push([row.title, row.unit, ...cells]);
		process.stderr.write(`${row.title}\n`);
	}
	for (const competitor of competitors) competitor.close();
	const legend = python ? "; in brackets: times as fast as NumPy" : "";
	console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}${legend}`);
	console.log(formatTable(table));
}

const [first, ...others] = process.argv.slice(2);
if (first === "sampler") await benchSamplers(others);
else if (Object.hasOwn(modules, first ?? "")) await benchTheory(first, others);
else await benchEngines(process.argv.slice(2));
