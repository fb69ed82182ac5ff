/** One line of progress on standard error while theories are solved and chains run; nothing when it is not a terminal. */
import {
	type CellMeasurement,
	type ChainProgress,
	type CurveCell,
	comparedTheories,
	rHat,
	type SamplingSettings,
} from "@finitude/core";
import cliProgress from "cli-progress";

export interface SamplingProgress {
	update(chain: number, progress: ChainProgress): void;
	finish(): void;
}

export interface SolvingProgress {
	update(theory: string, fraction: number, message: string): void;
	finish(): void;
}

/** A bar with the theory and what it says of its state; it appears with the first report. */
export function createSolvingProgress(): SolvingProgress {
	if (!process.stderr.isTTY) return { update: () => {}, finish: () => {} };
	const bar = new cliProgress.SingleBar({
		...BAR,
		format: "{theory} [{bar}] {message}",
	});
	let started = false;
	return {
		update(theory, fraction, message) {
			if (!started) bar.start(1, 0, { theory, message });
			started = true;
			bar.update(fraction, { theory, message });
		},
		finish: () => bar.stop(),
	};
}

const BAR = {
	stream: process.stderr,
	clearOnComplete: true,
	hideCursor: true,
	barsize: 24,
	barCompleteChar: "=",
	barIncompleteChar: " ",
};

/** A bar with step, acceptance, R-hat so far and time left. */
export function createSamplingProgress(settings: SamplingSettings): SamplingProgress {
	if (!process.stderr.isTTY) return { update: () => {}, finish: () => {} };
	const perChain = settings.warmup + settings.draws;
	const bar = new cliProgress.SingleBar({
		format:
			"sampling [{bar}] {value}/{total} steps | {phase} | acceptance {acceptance} | R-hat {rHat} | {eta_formatted} left",
		...BAR,
		etaBuffer: 50,
	});
	const steps = new Map<number, ChainProgress>();
	const blank = { phase: "warm-up", acceptance: "-", rHat: "-" };
	bar.start(settings.chains * perChain, 0, blank);
	return {
		update(chain, progress) {
			steps.set(chain, progress);
			const all = [...steps.values()];
			const done = all.reduce((sum, p) => sum + p.step, 0);
			const acceptance = all.reduce((sum, p) => sum + p.acceptance, 0) / all.length;
			bar.update(done, {
				phase: all.some((p) => p.phase === "warmup") ? "warm-up" : "sampling",
				acceptance: acceptance.toFixed(2),
				rHat: rHatSoFar(all, settings.chains),
			});
		},
		finish: () => bar.stop(),
	};
}

/** R-hat of the log density over the chains that have draws; a dash until two chains have eight each. */
function rHatSoFar(all: readonly ChainProgress[], chains: number): string {
	const traces = all.map((p) => p.logDensity).filter((trace) => trace.length >= 8);
	if (traces.length < Math.min(2, chains)) return "-";
	const length = Math.min(...traces.map((trace) => trace.length));
	const diagnostic = rHat(traces.map((trace) => trace.slice(0, length)));
	return diagnostic.defined ? diagnostic.value.toFixed(3) : "-";
}

/** On a terminal, one line for each point of a learning curve: "P = 50, N = 100 (3 of 12)". */
export function announceCell({ samples, width, repetition }: CurveCell, index: number, count: number): void {
	if (!process.stderr.isTTY) return;
	const of = width === undefined ? "" : `, N = ${width}`;
	const again = repetition === 0 ? "" : `, repetition ${repetition + 1}`;
	console.error(`P = ${samples}${of}${again} (${index + 1} of ${count})`);
}

/** On a terminal, one line for each cell of a theory map: "N = 16, chi = N^0.5: kernel-rescaling is closest (3 of 36)". */
export function announceMapCell(cell: CellMeasurement, done: number, count: number): void {
	if (!process.stderr.isTTY) return;
	const left = comparedTheories(cell).filter(({ beaten }) => !beaten);
	const converged = cell.sampled !== undefined && "converged" in cell.sampled && cell.sampled.converged;
	const word = left.length === 1 ? `${left[0]!.label} is closest` : `${left.length} theories are closest`;
	const outcome = converged ? word : "no verdict";
	console.error(`N = ${cell.width}, chi = N^${cell.exponent}: ${outcome} (${done} of ${count})`);
}
