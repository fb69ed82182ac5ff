/** All theories of an experiment in a worker thread. */
import { Worker } from "node:worker_threads";
import { type Experiment, InputError, type TheoryOutcome } from "@finitude/core";
import type { EngineChoice } from "@finitude/engine";
import { createSolvingProgress } from "../render/progress.ts";
import type { TheoryReport, TheoryTask } from "./messages.ts";

/**
 * Solves the theories of an experiment, in order. Aborting ends the one that is being solved and keeps those before it.
 * @throws InputError for a wrong option; any other error of the worker as it is.
 */
export async function solveInWorker(
	{ problem, theories: choices }: Pick<Experiment, "problem" | "theories">,
	engine: EngineChoice,
	signal: AbortSignal,
): Promise<TheoryOutcome[]> {
	const outcomes: TheoryOutcome[] = [];
	if (signal.aborted) return outcomes;
	const task: TheoryTask = { problem, choices, engine };
	const progress = createSolvingProgress();
	const worker = new Worker(new URL("./theory-worker.js", import.meta.url), { workerData: task });
	let onAbort = () => {};
	try {
		await new Promise<void>((resolve, reject) => {
			onAbort = () => resolve();
			signal.addEventListener("abort", onAbort);
			worker.on("error", reject);
			worker.on("exit", (code) => reject(new Error(`the theories' worker ended early with code ${code}`)));
			worker.on("message", (report: TheoryReport) => {
				if (report.kind === "progress") progress.update(report.theory, report.fraction, report.message);
				else if (report.kind === "outcome") outcomes.push(report.outcome);
				else if (report.kind === "done") resolve();
				else if (report.kind === "refusal") reject(new InputError(report.fault));
				else reject(report.error);
			});
		});
	} finally {
		signal.removeEventListener("abort", onAbort);
		progress.finish();
		await worker.terminate();
	}
	return outcomes;
}
