/** All theories of one problem over a pool of worker threads. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import {
	type Experiment,
	InputError,
	plannedTheories,
	type TheoryChoice,
	type TheoryOutcome,
} from "@finitude/core";
import type { EngineChoice } from "@finitude/engine";
import { createSolvingProgress, type SolvingProgress } from "../render/progress.ts";
import type { TheoryReport, TheoryRequest, TheoryTask } from "./messages.ts";

export interface SolveTheoriesOptions {
	readonly engine: EngineChoice;
	/** Number of worker threads; the answers do not depend on it. Default: one per processor, at most one per theory. */
	readonly workers?: number | undefined;
	/** Aborting ends the theories that are being solved and keeps the outcomes there are. */
	readonly signal: AbortSignal;
}

interface Waiting {
	readonly choice: TheoryChoice;
	/** In the order of the theories. */
	readonly place: number;
}

/**
 * The outcomes of an experiment's theories, in their order.
 * @throws InputError for a wrong option; any other error of a worker as it is.
 */
export async function solveInWorkers(
	{ problem, theories }: Pick<Experiment, "problem" | "theories">,
	{ engine, workers: most = availableParallelism(), signal }: SolveTheoriesOptions,
): Promise<TheoryOutcome[]> {
	const planned = plannedTheories(theories);
	const outcomes = planned.map((one) => ("reason" in one ? one : undefined));
	if (signal.aborted) return outcomes.filter((outcome) => outcome !== undefined);
	const queue = planned.flatMap((one, place) => ("reason" in one ? [] : [{ choice: one, place }]));
	const task: TheoryTask = { problem, engine };
	const progress = createSolvingProgress();
	const workers: Worker[] = [];
	let giveUp = () => {};
	const aborted = new Promise<void>((resolve) => {
		giveUp = resolve;
	});
	signal.addEventListener("abort", giveUp);
	try {
		const served = Array.from({ length: Math.min(queue.length, most) }, () => {
			const worker = new Worker(new URL("./theory-worker.js", import.meta.url), { workerData: task });
			workers.push(worker);
			return serve(worker, queue, outcomes, progress);
		});
		await Promise.race([aborted, Promise.all(served)]);
	} finally {
		signal.removeEventListener("abort", giveUp);
		progress.finish();
		await Promise.all(workers.map((worker) => worker.terminate()));
	}
	return outcomes.filter((outcome) => outcome !== undefined);
}

/** Feeds one worker until the queue is empty. */
function serve(
	worker: Worker,
	queue: Waiting[],
	outcomes: (TheoryOutcome | undefined)[],
	progress: SolvingProgress,
): Promise<void> {
	return new Promise((resolve, reject) => {
		let current: Waiting | undefined;
		const next = () => {
			// From the last one: of all theories those that average the most stand there, and what takes longest is to start first.
			current = queue.pop();
			if (current === undefined) resolve();
			else worker.postMessage({ choice: current.choice } satisfies TheoryRequest);
		};
		worker.on("error", reject);
		worker.on("exit", (code) => reject(new Error(`a theory's worker ended early with code ${code}`)));
		worker.on("message", (report: TheoryReport) => {
			if (report.kind === "progress") progress.update(report.theory, report.fraction, report.message);
			else if (report.kind === "refusal") reject(new InputError(report.fault));
			else if (report.kind === "failure") reject(report.error);
			else {
				outcomes[current!.place] = report.outcome;
				next();
			}
		});
		next();
	});
}
