/** Theories and chains of many problems over worker threads that stay. */
import { Worker } from "node:worker_threads";
import {
	type ChainResult,
	type ChainSnapshot,
	InputError,
	type JudgedCell,
	type JudgeTask,
	type Problem,
	type SamplingSettings,
	type TheoryChoice,
	type TheoryOutcome,
} from "@finitude/core";
import type { EngineChoice } from "@finitude/engine";
import type { InputFault } from "./messages.ts";

/** Solve one theory. */
export interface TheoryJob {
	readonly kind: "theory";
	readonly problem: Problem;
	readonly choice: TheoryChoice;
}

/** Run one chain, from where it stood where there is a snapshot. */
export interface ChainJob {
	readonly kind: "chain";
	readonly problem: Problem;
	readonly settings: SamplingSettings;
	readonly chain: number;
	readonly snapshot?: ChainSnapshot;
}

/** Measure theories by the chains of a cell. */
export interface JudgeJob {
	readonly kind: "judge";
	readonly task: JudgeTask;
}

interface JobResults {
	readonly theory: TheoryOutcome;
	readonly chain: { readonly result: ChainResult; readonly snapshot: ChainSnapshot };
	readonly judge: JudgedCell | { readonly reason: string };
}

export type Job = TheoryJob | ChainJob | JudgeJob;

export type JobResult<J extends Job> = JobResults[J["kind"]];

/** From a worker to the pool. */
export type JobReport =
	| { readonly kind: "done"; readonly result: JobResult<Job> }
	| { readonly kind: "refusal"; readonly fault: InputFault }
	| { readonly kind: "failure"; readonly error: unknown };

export interface JobPool {
	/**
	 * Undefined after an abort. @param rank jobs of a lower rank go first, those of one rank in order
	 * @throws InputError when the job is refused; any other error of a worker as it is.
	 */
	run<J extends Job>(job: J, rank: number): Promise<JobResult<J> | undefined>;
	close(): Promise<void>;
}

interface Waiting {
	readonly job: Job;
	readonly rank: number;
	readonly resolve: (result: JobResult<Job> | undefined) => void;
	readonly reject: (error: unknown) => void;
}

/** A pool of at most `size` workers, started as they are needed. Aborting ends every job, running or waiting, without a result. */
export function createJobPool(size: number, engine: EngineChoice, signal: AbortSignal): JobPool {
	const workers: Worker[] = [];
	const idle: Worker[] = [];
	const running = new Map<Worker, Waiting>();
	let queue: Waiting[] = [];

	const next = () => {
		while (queue.length > 0 && (idle.length > 0 || workers.length < size)) {
			const worker = idle.pop() ?? start();
			const waiting = queue.shift()!;
			running.set(worker, waiting);
			worker.postMessage(waiting.job);
		}
	};
	const finish = (worker: Worker, report: JobReport) => {
		const waiting = running.get(worker);
		// Given up meanwhile.
		if (waiting === undefined) return;
		const { resolve, reject } = waiting;
		running.delete(worker);
		idle.push(worker);
		if (report.kind === "done") resolve(report.result);
		else reject(report.kind === "refusal" ? new InputError(report.fault) : report.error);
		next();
	};
	const start = () => {
		const worker = new Worker(new URL("./job-worker.js", import.meta.url), { workerData: engine });
		const fail = (error: unknown) => running.get(worker)?.reject(error);
		worker.on("message", (report: JobReport) => finish(worker, report));
		worker.on("error", fail);
		worker.on("exit", (code) => fail(new Error(`a worker ended early with code ${code}`)));
		workers.push(worker);
		return worker;
	};
	const giveUp = () => {
		for (const { resolve } of [...running.values(), ...queue]) resolve(undefined);
		running.clear();
		queue = [];
	};
	signal.addEventListener("abort", giveUp);

	return {
		run(job, rank) {
			if (signal.aborted) return Promise.resolve(undefined);
			return new Promise((resolve, reject) => {
				const waiting = { job, rank, resolve: resolve as Waiting["resolve"], reject };
				const after = queue.findIndex((other) => other.rank > rank);
				queue.splice(after < 0 ? queue.length : after, 0, waiting);
				next();
			});
		},
		async close() {
			signal.removeEventListener("abort", giveUp);
			giveUp();
			await Promise.all(workers.map((worker) => worker.terminate()));
		},
	};
}
