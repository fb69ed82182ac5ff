/** Runs in a worker thread: solves theories one after another, so that the main thread can hear Ctrl-C meanwhile. */
import { parentPort, workerData } from "node:worker_threads";
import { solveTheories } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { faultOf, type TheoryReport, type TheoryTask } from "./messages.ts";

const { problem, choices, engine: choice } = workerData as TheoryTask;
const send = (report: TheoryReport) => parentPort!.postMessage(report);

try {
	const engine = await createEngine(choice);
	solveTheories(problem, choices, {
		engine,
		clock: () => performance.now() / 1000,
		onProgress: (theory, fraction, message) => send({ kind: "progress", theory, fraction, message }),
		onOutcome: (outcome) => send({ kind: "outcome", outcome }),
	});
	send({ kind: "done" });
} catch (error) {
	const fault = faultOf(error);
	send(fault === undefined ? { kind: "failure", error } : { kind: "refusal", fault });
}
