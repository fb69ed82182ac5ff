/** Runs in a worker thread: one engine, one job after another as the pool asks. */
import { parentPort, workerData } from "node:worker_threads";
import {
	type ChainSnapshot,
	isInputError,
	judgeCell,
	runChain,
	solveTheories,
	type TheoryOutcome,
} from "@finitude/core";
import { createEngine, type EngineChoice } from "@finitude/engine";
import type { ChainJob, Job, JobReport, JobResult, TheoryJob } from "./job-pool.ts";
import { faultOf } from "./messages.ts";

const engine = await createEngine(workerData as EngineChoice);
const send = (report: JobReport) => parentPort!.postMessage(report);

/** One theory that fails must not take a map of hours with it: the failure is its reason. */
function solve({ problem, choice }: TheoryJob): TheoryOutcome {
	try {
		const context = { engine, clock: () => performance.now() / 1000 };
		return solveTheories(problem, [choice], context)[0]!;
	} catch (error) {
		if (isInputError(error)) throw error;
		const message = error instanceof Error ? error.message : String(error);
		return { theory: choice.id, reason: `failed: ${message}` };
	}
}

function sample({ problem, settings, chain, snapshot }: ChainJob): JobResult<ChainJob> {
	let end: ChainSnapshot | undefined;
	const result = runChain(problem, engine, settings, chain, {
		...(snapshot && { resume: snapshot }),
		wantsSnapshot: (last) => last,
		onSnapshot: (taken) => {
			end = taken;
		},
	});
	return { result, snapshot: end! };
}

function resultOf(job: Job): JobResult<Job> {
	if (job.kind === "theory") return solve(job);
	return job.kind === "chain" ? sample(job) : judgeCell(job.task);
}

parentPort!.on("message", (job: Job) => {
	try {
		send({ kind: "done", result: resultOf(job) });
	} catch (error) {
		const fault = faultOf(error);
		send(fault === undefined ? { kind: "failure", error } : { kind: "refusal", fault });
	}
});
