/** Chains in parts of a fraction of a second: between them the worker hears commands and tells what there is. */
import { type ChainProgress, type ChainResult, type ChainSnapshot, runChain } from "@finitude/core";
import type { Engine } from "@finitude/engine";
import type { ChainCommand, ChainJob, Progress } from "./messages.ts";

/** Short enough for a button to be heard, long enough that taking and restoring snapshots costs little. */
const PART_MS = 400;

/** Fewer draws than this give no diagnostics. */
const FEWEST_DRAWS = 8;

/** Enough for a trace and its R-hat, cheap to post however long the chain is. */
const REPORTED_DRAWS = 400;

export interface ChainRunner {
	/** The chain's draws: all of them, or those before "stop". The same bits as of a chain in one part. */
	run(job: ChainJob): Promise<ChainResult>;
	command(command: ChainCommand["command"]): void;
}

/** For the chains of one run, one after another: a pause or a stop holds for all that follow. */
export function createChainRunner(
	engineReady: Promise<Engine>,
	report: (progress: Progress) => void,
): ChainRunner {
	// Not narrowed by its first value: commands come between the parts.
	let wanted = "resume" as ChainCommand["command"];
	let wake = () => {};

	const heard = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
	const whilePaused = async () => {
		while (wanted === "pause") {
			await new Promise<void>((resolve) => {
				wake = resolve;
			});
		}
	};

	return {
		async run({ problem, settings, chain }) {
			const engine = await engineReady;
			let snapshot: ChainSnapshot | undefined;
			for (;;) {
				await whilePaused();
				const end = performance.now() + PART_MS;
				let progress: ChainProgress | undefined;
				const result = runChain(problem, engine, settings, chain, {
					...(snapshot && { resume: snapshot }),
					shouldStop: () => performance.now() > end,
					wantsSnapshot: (last) => last,
					onSnapshot: (taken) => {
						snapshot = taken;
					},
					onProgress: (latest) => {
						progress = latest;
					},
				});
				if (progress !== undefined) {
					const enough = result.completedDraws >= FEWEST_DRAWS;
					const told = { ...progress, logDensity: thinned(progress.logDensity) };
					report({ kind: "chain", progress: told, ...(enough && { result }) });
				}
				await heard();
				if (wanted === "stop" || snapshot!.step >= settings.warmup + settings.draws) return result;
			}
		},
		command(command) {
			wanted = command;
			wake();
		},
	};
}

/** Evenly spaced draws, a new array of at most REPORTED_DRAWS. */
function thinned(draws: Float64Array): Float64Array {
	const stride = Math.max(1, Math.ceil(draws.length / REPORTED_DRAWS));
	return Float64Array.from({ length: Math.floor(draws.length / stride) }, (_, i) => draws[i * stride]!);
}
