/** All chains of one problem over a pool of worker threads. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import {
	type ChainProgress,
	type ChainResult,
	InputError,
	type Problem,
	type SamplingSettings,
} from "@finitude/core";
import type { EngineChoice } from "@finitude/engine";
import type { CheckpointPlace } from "./checkpoints.ts";
import type { ChainRequest, WorkerReport, WorkerTask } from "./messages.ts";

/** Fewer draws than this give no diagnostics. */
const FEWEST_DRAWS = 8;

export interface SampleChainsOptions {
	readonly engine: EngineChoice;
	/** Number of worker threads; the draws do not depend on it. Default: one per processor, at most one per chain. */
	readonly workers?: number;
	/** Where to write checkpoints, and whether to go on from those that are there; none without it. The caller removes them. */
	readonly checkpoints?: CheckpointPlace;
	readonly onProgress?: (chain: number, progress: ChainProgress) => void;
	/** Aborting ends every chain after its current step; the chains keep what they have. */
	readonly signal?: AbortSignal;
}

/**
 * Runs `settings.chains` chains and returns them in order of their number; after an abort, those that have
 * enough draws for diagnostics. A chain's draws depend on the seed and its number alone, so any number of workers gives the
 * same bits.
 * @throws InputError when the sampler refuses the problem; any other error of a worker as it is.
 */
export async function sampleChains(
	problem: Problem,
	settings: SamplingSettings,
	options: SampleChainsOptions,
): Promise<ChainResult[]> {
	const stop = new Int32Array(new SharedArrayBuffer(4));
	const onAbort = () => Atomics.store(stop, 0, 1);
	options.signal?.addEventListener("abort", onAbort);
	if (options.signal?.aborted) onAbort();
	const { engine, checkpoints } = options;
	const task: WorkerTask = { problem, settings, engine, stop, ...(checkpoints && { checkpoints }) };
	const count = Math.min(settings.chains, options.workers ?? availableParallelism());
	const results = new Array<ChainResult>(settings.chains);
	const queue = Array.from({ length: settings.chains }, (_, chain) => chain);
	const workers: Worker[] = [];
	try {
		await Promise.all(
			Array.from({ length: count }, () => {
				const worker = new Worker(new URL("./chain-worker.js", import.meta.url), { workerData: task });
				workers.push(worker);
				return serve(worker, queue, results, options);
			}),
		);
	} finally {
		options.signal?.removeEventListener("abort", onAbort);
		await Promise.all(workers.map((worker) => worker.terminate()));
	}
	if (!options.signal?.aborted) return results;
	return results.filter((result) => result !== undefined && result.completedDraws >= FEWEST_DRAWS);
}

/** Feeds one worker until the queue is empty. */
function serve(
	worker: Worker,
	queue: number[],
	results: ChainResult[],
	{ onProgress, signal }: SampleChainsOptions,
): Promise<void> {
	return new Promise((resolve, reject) => {
		const next = () => {
			const chain = signal?.aborted ? undefined : queue.shift();
			if (chain === undefined) resolve();
			else worker.postMessage({ chain } satisfies ChainRequest);
		};
		worker.on("error", reject);
		worker.on("exit", (code) => reject(new Error(`a sampling worker ended early with code ${code}`)));
		worker.on("message", (report: WorkerReport) => {
			if (report.kind === "progress") onProgress?.(report.chain, report.progress);
			else if (report.kind === "refusal") reject(new InputError(report.fault));
			else if (report.kind === "failure") reject(report.error);
			else {
				results[report.chain] = report.result;
				next();
			}
		});
		next();
	});
}
