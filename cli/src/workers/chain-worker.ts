/** Runs in a worker thread: one engine, one chain after another as the pool asks. */
import { parentPort, workerData } from "node:worker_threads";
import { type ChainProgress, runChain } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { checkpointed } from "./checkpoints.ts";
import { type ChainRequest, faultOf, type WorkerReport, type WorkerTask } from "./messages.ts";

/** Often enough for a smooth bar, rarely enough to cost nothing. */
const REPORT_EVERY_MS = 200;

/** Enough for the R-hat of a progress line, cheap to post and to rank however long the chain is. */
const REPORTED_DRAWS = 400;

const task = workerData as WorkerTask;
const engine = await createEngine(task.engine);
const send = (report: WorkerReport) => parentPort!.postMessage(report);

/** Evenly spaced draws, a new array of at most REPORTED_DRAWS. */
function thinned(draws: Float64Array): Float64Array {
	const stride = Math.max(1, Math.ceil(draws.length / REPORTED_DRAWS));
	return Float64Array.from({ length: Math.floor(draws.length / stride) }, (_, i) => draws[i * stride]!);
}

function run(chain: number): void {
	let last = 0;
	const onProgress = (progress: ChainProgress) => {
		const now = performance.now();
		if (now - last < REPORT_EVERY_MS && progress.step < progress.total) return;
		last = now;
		// A copy of a bounded number of draws: posting the live view would copy the whole store behind it.
		send({ kind: "progress", chain, progress: { ...progress, logDensity: thinned(progress.logDensity) } });
	};
	const shouldStop = () => Atomics.load(task.stop, 0) !== 0;
	try {
		const result = runChain(task.problem, engine, task.settings, chain, {
			onProgress,
			shouldStop,
			...(task.checkpoints && checkpointed(task.checkpoints, chain)),
		});
		send({ kind: "result", chain, result });
	} catch (error) {
		const fault = faultOf(error);
		send(fault === undefined ? { kind: "failure", chain, error } : { kind: "refusal", chain, fault });
	}
}

parentPort!.on("message", ({ chain }: ChainRequest) => run(chain));
