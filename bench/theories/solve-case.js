/** node solve-case.js <theory> <index of the case> <engine>: solves the case and prints what it took as JSON. */
import { setFlagsFromString } from "node:v8";
import { findTheory, solveTheory } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { cpuSeconds } from "../cpu-seconds.js";
import { modules } from "./modules.js";
import { watchArena } from "./watch-arena.js";

/** Solves are repeated as long as they all fit into this. */
const REPEAT_SECONDS = 4;

const MEBIBYTE = 2 ** 20;

const choices = {
	wasm: { engine: "wasm" },
	relaxed: { engine: "wasm", deterministic: false },
	native: { engine: "native" },
	"native-avx2": { engine: "native" },
	reference: { engine: "reference" },
};

const [theory, index, engineName] = process.argv.slice(2);
// Node 20 and 21 have relaxed SIMD behind a flag.
if (engineName === "relaxed" && Number(process.versions.node.split(".")[0]) < 22)
	setFlagsFromString("--experimental-wasm-relaxed-simd");
const engine = await createEngine(choices[engineName]);
const { cases, extra = () => ({}) } = await modules[theory]();
const { problem: makeProblem, options = {} } = cases[index];
const problem = makeProblem(engine);

function timedSolve() {
	const start = cpuSeconds();
	const answer = solveTheory(findTheory(theory), problem, options, {
		engine,
		clock: () => performance.now() / 1000,
	});
	return { answer, seconds: cpuSeconds() - start };
}

const residentBefore = process.memoryUsage.rss();
const arena = watchArena(engine);
const { answer, seconds: first } = timedSolve();
const memory = {
	arena: arena.peakBytes() / MEBIBYTE,
	growth: (1024 * process.resourceUsage().maxRSS - residentBefore) / MEBIBYTE,
};
let best = first;
for (let spent = first; spent + best < REPEAT_SECONDS; ) {
	const { seconds } = timedSolve();
	spent += seconds;
	best = Math.min(best, seconds);
}
const variant = engine.variant.replace(/ \(.*/, "");
const measured = { variant, ...memory, first, best, ...answer.convergence };
console.log(JSON.stringify({ ...measured, extra: extra(answer, measured, { engine, problem, options }) }));
