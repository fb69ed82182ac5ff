/** Runs in a worker thread: one engine, one theory after another as the pool asks. */
import { parentPort, workerData } from "node:worker_threads";
import { solveTheories } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { faultOf, type TheoryReport, type TheoryRequest, type TheoryTask } from "./messages.ts";

const task = workerData as TheoryTask;
const engine = await createEngine(task.engine);
const send = (report: TheoryReport) => parentPort!.postMessage(report);

parentPort!.on("message", ({ choice }: TheoryRequest) => {
	try {
		solveTheories(task.problem, [choice], {
			engine,
			clock: () => performance.now() / 1000,
			onProgress: (theory, fraction, message) => send({ kind: "progress", theory, fraction, message }),
			onOutcome: (outcome) => send({ kind: "outcome", outcome }),
		});
	} catch (error) {
		const fault = faultOf(error);
		send(fault === undefined ? { kind: "failure", error } : { kind: "refusal", fault });
	}
});
