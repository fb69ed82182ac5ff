/** A Web Worker as the page sees it: one job at a time, which can be given up. */
import { InputError } from "@finitude/core";
import type { ChainCommand, Job, JobResult, Progress, Report } from "./messages.ts";

interface Running {
	readonly since: number;
	readonly resolve: (result: JobResult<Job> | undefined) => void;
	readonly reject: (error: unknown) => void;
	readonly onProgress: ((progress: Progress) => void) | undefined;
}

export class LabWorker {
	#worker = this.#start();
	#running: Running | undefined;

	/** Milliseconds that the present job has been running; 0 when there is none. */
	get busyFor(): number {
		return this.#running === undefined ? 0 : performance.now() - this.#running.since;
	}

	/**
	 * Undefined when the job was given up. @throws InputError when it is refused, Error when it fails; RangeError when another
	 * one is running.
	 */
	run<J extends Job>(job: J, onProgress?: (progress: Progress) => void): Promise<JobResult<J> | undefined> {
		if (this.#running !== undefined) throw new RangeError("the worker is busy");
		return new Promise((resolve, reject) => {
			this.#running = {
				since: performance.now(),
				resolve: resolve as Running["resolve"],
				reject,
				onProgress,
			};
			this.#worker.postMessage(job);
		});
	}

	command(command: ChainCommand["command"]): void {
		this.#worker.postMessage({ kind: "command", command } satisfies ChainCommand);
	}

	/** Gives up the present job, if there is one. A solve does not hear messages, so its worker ends and another one starts. */
	cancel(): void {
		if (this.#running === undefined) return;
		this.#worker.terminate();
		this.#worker = this.#start();
		this.#settle(({ resolve }) => resolve(undefined));
	}

	/** Ends the worker for good. */
	close(): void {
		this.#worker.terminate();
		this.#settle(({ resolve }) => resolve(undefined));
	}

	#settle(how: (running: Running) => void): void {
		const running = this.#running;
		this.#running = undefined;
		if (running !== undefined) how(running);
	}

	#start(): Worker {
		const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
		worker.onmessage = ({ data }: MessageEvent<Report>) => {
			if (data.kind === "progress") this.#running?.onProgress?.(data.progress);
			else if (data.kind === "done") this.#settle(({ resolve }) => resolve(data.result));
			else if (data.kind === "refusal") this.#settle(({ reject }) => reject(new InputError(data.fault)));
			else this.#settle(({ reject }) => reject(new Error(data.message)));
		};
		worker.onerror = ({ message }) => this.#settle(({ reject }) => reject(new Error(message)));
		return worker;
	}
}
