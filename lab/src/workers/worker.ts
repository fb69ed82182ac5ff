/** Runs in a Web Worker: one engine, one job after another. */
import "./without-eval.ts";
import {
	combineChains,
	comparedPoints,
	compareWithSamples,
	findTheory,
	InputError,
	isInputError,
	plannedTheories,
	projectionMcse,
	resolveExperiment,
	solveTheories,
} from "@finitude/core";
import { createEngine } from "@finitude/engine";
import type {
	ChainCommand,
	CompareJob,
	InputFault,
	Job,
	JobResult,
	Report,
	ResolvedExperiment,
	ResolveJob,
	TheoryJob,
} from "./messages.ts";
import { createChainRunner } from "./run-chain-in-parts.ts";

/** Of a worker's global scope, which the DOM's types do not know. */
interface WorkerScope {
	postMessage(message: Report): void;
	onmessage: ((event: { readonly data: Job | ChainCommand }) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const send = (report: Report) => scope.postMessage(report);
const engineReady = createEngine();

const noFiles = (wanted: string) => {
	throw new InputError({
		where: "data",
		wanted,
		got: "an experiment that names a file",
		advice:
			"A page cannot open files by their path: `finitude lab EXPERIMENT` puts the numbers of the files into the link.",
	});
};

async function resolve({ experiment }: ResolveJob): Promise<ResolvedExperiment> {
	const { name, problem, theories, sampling, resolved } = resolveExperiment(experiment, {
		engine: await engineReady,
		readBytes: () => noFiles("a teacher or a problem with its numbers"),
		mnist: () => noFiles("a teacher or a problem with its numbers"),
	});
	const planned = plannedTheories(theories);
	const titles = Object.fromEntries(
		planned.map((one) => {
			const id = "reason" in one ? one.theory : one.id;
			return [id, findTheory(id).title];
		}),
	);
	return { name, problem, planned, titles, sampling, resolved };
}

async function solve({ problem, choice }: TheoryJob) {
	return solveTheories(problem, [choice], {
		engine: await engineReady,
		clock: () => performance.now() / 1000,
		onProgress: (_, fraction, message) =>
			send({ kind: "progress", progress: { kind: "theory", fraction, message } }),
	})[0]!;
}

function compare({ problem, settings, answers, chains }: CompareJob) {
	const answer = combineChains(problem, settings, chains);
	const points = comparedPoints(problem);
	const comparison = compareWithSamples(problem, answers, answer, (weights, moment) =>
		projectionMcse(chains, weights, points, moment),
	);
	return { answer, comparison };
}

const chainRunner = createChainRunner(engineReady, (progress) => send({ kind: "progress", progress }));

async function resultOf(job: Job): Promise<JobResult<Job>> {
	switch (job.kind) {
		case "resolve":
			return resolve(job);
		case "theory":
			return solve(job);
		case "chain":
			return chainRunner.run(job);
		case "compare":
			return compare(job);
	}
}

function faultOf(error: unknown): InputFault | undefined {
	if (!isInputError(error)) return undefined;
	const { where, wanted, got, advice, sentence } = error;
	return { where, wanted, got, advice, ...(sentence === undefined ? {} : { sentence }) };
}

scope.onmessage = async ({ data }) => {
	if (data.kind === "command") {
		chainRunner.command(data.command);
		return;
	}
	try {
		send({ kind: "done", result: await resultOf(data) });
	} catch (error) {
		const fault = faultOf(error);
		const message = error instanceof Error ? error.message : String(error);
		send(fault === undefined ? { kind: "failure", message } : { kind: "refusal", fault });
	}
};
