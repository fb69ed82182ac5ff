/** Solves the theories of the page's state, the quick ones first, and forgets what has been overtaken by a newer state. */
import { isInputError, type TheoryChoice, type TheoryOutcome } from "@finitude/core";
import { batch, signal } from "@preact/signals";
import { LabWorker } from "./lab-worker.ts";
import type { ResolvedExperiment } from "./messages.ts";

/** Answered while a slider moves. */
const QUICK: ReadonlySet<string> = new Set(["nngp", "kernel-rescaling"]);
/** The others wait until the slider has been still for so long. */
const QUIET_MS = 120;
/** A quick solve that takes longer than this is not worth waiting for once there is a newer state. */
const PATIENCE_MS = 250;

/** What became of one theory so far. */
export type TheoryState =
	| TheoryOutcome
	| { readonly theory: string; readonly fraction: number; readonly message: string };

/** One experiment and the theories' answers so far, in the order of the theories. */
export interface Solution {
	readonly experiment: ResolvedExperiment;
	readonly theories: readonly TheoryState[];
}

/** The last experiment that has answers. */
export const solution = signal<Solution | undefined>(undefined);
/** Whether `solution` is of an older state than the page's. */
export const stale = signal(true);
/** What is wrong with the page's state. */
export const fault = signal<string | undefined>(undefined);

const quickWorker = new LabWorker();
const slowWorkers: LabWorker[] = [];
const slowCount = Math.max(1, Math.min(3, navigator.hardwareConcurrency - 1));

let wanted: unknown;
let generation = 0;
let serving = false;
let quiet: ReturnType<typeof setTimeout> | undefined;

/** Asks for the answers of another experiment. */
export function solveExperiment(experiment: unknown): void {
	wanted = experiment;
	generation++;
	stale.value = true;
	clearTimeout(quiet);
	for (const worker of slowWorkers) worker.cancel();
	if (quickWorker.busyFor > PATIENCE_MS) quickWorker.cancel();
	if (!serving) void serve();
}

async function serve(): Promise<void> {
	serving = true;
	while (wanted !== undefined) {
		const experiment = wanted;
		wanted = undefined;
		const mine = generation;
		try {
			await solveQuickly(experiment, mine);
		} catch (error) {
			if (mine !== generation) continue;
			fault.value = sentenceOf(error);
		}
	}
	serving = false;
}

async function solveQuickly(json: unknown, mine: number): Promise<void> {
	const experiment = await quickWorker.run({ kind: "resolve", experiment: json });
	if (experiment === undefined) return;
	const { problem, planned } = experiment;
	const states = planned.map((one): TheoryState => ("reason" in one ? one : waiting(one.id)));
	const slow: Queued[] = [];
	for (const [place, choice] of planned.entries()) {
		if ("reason" in choice) continue;
		if (!QUICK.has(choice.id)) {
			slow.push({ place, choice });
			continue;
		}
		const outcome = await quickWorker.run({ kind: "theory", problem, choice });
		if (outcome === undefined) return;
		states[place] = outcome;
	}
	batch(() => {
		fault.value = undefined;
		solution.value = { experiment, theories: states };
		stale.value = mine !== generation;
	});
	if (mine === generation) quiet = setTimeout(() => solveSlowly(experiment, slow, mine), QUIET_MS);
}

interface Queued {
	readonly place: number;
	readonly choice: TheoryChoice;
}

function solveSlowly(experiment: ResolvedExperiment, queue: Queued[], mine: number): void {
	while (slowWorkers.length < Math.min(slowCount, queue.length)) slowWorkers.push(new LabWorker());
	const update = (place: number, state: TheoryState) => {
		const shown = solution.value;
		if (mine !== generation || shown === undefined) return;
		solution.value = { ...shown, theories: shown.theories.with(place, state) };
	};
	for (const worker of slowWorkers) {
		void (async () => {
			for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
				const { place, choice } = next;
				update(place, { ...waiting(choice.id), message: "computing" });
				const state = await worker
					.run({ kind: "theory", problem: experiment.problem, choice }, (progress) => {
						if (progress.kind === "theory") update(place, { theory: choice.id, ...progress });
					})
					.catch((error): TheoryState => ({ theory: choice.id, reason: sentenceOf(error) }));
				if (mine !== generation || state === undefined) return;
				update(place, state);
			}
		})();
	}
}

function waiting(theory: string): TheoryState {
	return { theory, fraction: 0, message: "waiting" };
}

function sentenceOf(error: unknown): string {
	if (isInputError(error)) return error.message;
	return `internal failure: ${error instanceof Error ? error.message : String(error)}`;
}
