/** Samples the real network of the shown experiment, one worker a chain as far as there are processors. */
import {
	type Answer,
	type ChainProgress,
	type ChainResult,
	isInputError,
	type SamplingSettings,
} from "@finitude/core";
import type { ComparedSamples } from "@finitude/core/figures";
import { batch, signal } from "@preact/signals";
import { LabWorker } from "./lab-worker.ts";
import type { ResolvedExperiment } from "./messages.ts";

export type SamplingPhase = "idle" | "running" | "paused" | "finishing" | "done";

export const phase = signal<SamplingPhase>("idle");
/** One entry a chain that has begun. */
export const progress = signal<readonly (ChainProgress | undefined)[]>([]);
/** The draws so far, combined and compared; of the experiment that was shown when sampling began. */
export const samples = signal<ComparedSamples | undefined>(undefined);
export const samplingFault = signal<string | undefined>(undefined);

/** One answer after another as draws come in: the next is not begun before the last is there. */
const combiner = new LabWorker();
let workers: LabWorker[] = [];
let results: (ChainResult | undefined)[] = [];
let run = 0;
/** Combines and compares what there is once more. */
let combine = async () => {};

/** Answers to measure, asked for whenever the draws are combined: theories may still be arriving. */
type Answers = () => readonly Answer[];

/** Starts the chains, all from their beginning. */
export async function startSampling(
	{ problem, sampling }: ResolvedExperiment,
	answers: Answers,
): Promise<void> {
	if (sampling === false) return;
	discardSamples();
	const mine = run;
	phase.value = "running";
	results = new Array(sampling.chains).fill(undefined);
	progress.value = new Array(sampling.chains).fill(undefined);
	const queue = results.map((_, chain) => chain);
	const count = Math.min(sampling.chains, Math.max(1, navigator.hardwareConcurrency));
	workers = Array.from({ length: count }, () => new LabWorker());
	combine = () => combineDraws(problem, sampling, answers, mine);
	try {
		await Promise.all(
			workers.map(async (worker) => {
				for (let chain = queue.shift(); chain !== undefined; chain = queue.shift()) {
					const index = chain;
					const result = await worker.run({ kind: "chain", problem, settings: sampling, chain }, (report) => {
						if (report.kind !== "chain" || mine !== run) return;
						progress.value = progress.value.with(index, report.progress);
						results[index] = report.result;
						void combine().catch(() => {});
					});
					if (mine !== run || result === undefined) return;
					if (result.completedDraws > 0) results[index] = result;
					if (phase.value === "finishing") return;
				}
			}),
		);
		if (mine !== run) return;
		closeWorkers();
		combiner.cancel();
		await combine();
		if (mine === run) phase.value = "done";
	} catch (error) {
		if (mine !== run) return;
		discardSamples();
		samplingFault.value = isInputError(error) ? error.message : `internal failure: ${String(error)}`;
	}
}

export function pauseSampling(): void {
	for (const worker of workers) worker.command("pause");
	phase.value = "paused";
}

export function resumeSampling(): void {
	for (const worker of workers) worker.command("resume");
	phase.value = "running";
}

/** Ends the chains with the draws they have. */
export function stopSampling(): void {
	phase.value = "finishing";
	for (const worker of workers) worker.command("stop");
}

/** Gives up the chains and forgets their draws: they are of another experiment. */
export function discardSamples(): void {
	run++;
	closeWorkers();
	combiner.cancel();
	batch(() => {
		phase.value = "idle";
		progress.value = [];
		samples.value = undefined;
		samplingFault.value = undefined;
	});
}

/** Measures theories that have answered since the chains ended. */
export function compareAgain(): void {
	if (phase.value === "done") void combine();
}

function closeWorkers(): void {
	for (const worker of workers) worker.close();
	workers = [];
}

async function combineDraws(
	problem: ResolvedExperiment["problem"],
	settings: SamplingSettings,
	answers: Answers,
	mine: number,
): Promise<void> {
	const chains = results.filter((result) => result !== undefined);
	// Before every chain has draws, those of the first ones say nothing of the spread between chains.
	if (combiner.busyFor > 0 || chains.length === 0) return;
	const combined = await combiner.run({ kind: "compare", problem, settings, answers: answers(), chains });
	if (mine === run && combined !== undefined) samples.value = combined;
}
