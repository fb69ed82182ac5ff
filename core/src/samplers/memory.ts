import { InputError } from "../errors.ts";
import { layerWidth } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import { MAX_BATCHES } from "./batch-means.ts";
import type { SamplingSettings } from "./sampler.ts";

/** A WebAssembly memory holds at most 4 GiB, and four chains' draws must fit beside each other: 2 GiB for each of the two. */
export const MEMORY_LIMIT = 2 * 2 ** 30;

/** Bytes that sampling will need, upper bounds. */
export interface MemoryEstimate {
	/** Work space of one worker: network and kernels in the engine, kernel batches beside it. */
	readonly worker: number;
	/** Stored draws of all chains. */
	readonly draws: number;
}

/** What a run will allocate, before it does. */
export function estimateMemory(problem: Problem, settings: SamplingSettings): MemoryEstimate {
	const { trainInputs, trainTargets, testInputs, network } = problem;
	const points = trainInputs.rows;
	const testPoints = testInputs?.rows ?? 0;
	const outputs = trainTargets.columns;
	const widths = network.layers.map(layerWidth);
	const directions = Math.min(points, trainInputs.columns + 1);
	const last = widths[widths.length - 1]! + 1;
	const weights = widths.reduce(
		(sum, width, l) => sum + width * (l === 0 ? directions : widths[l - 1]! + 1),
		0,
	);
	const units = widths.reduce((sum, width) => sum + width + 1, 0);
	const forward = 4 * units * points + 2 * units * testPoints + 8 * weights;
	const kernels =
		2 * points * points + Math.min(points, last) ** 2 + Math.max(points, last) * (points + testPoints);
	const rotation =
		(trainInputs.columns + 1) * (3 * points + 4 * testPoints + Math.min(testPoints, trainInputs.columns));
	const batches = (MAX_BATCHES + 3) * points * points;
	const perDraw = 2 * outputs * (points + testPoints) + 5;
	return {
		worker: 8 * (forward + kernels + rotation + batches),
		draws: 8 * settings.chains * settings.draws * perDraw,
	};
}

/** @throws InputError when a run would need more than MEMORY_LIMIT; says what to reduce. */
export function refuseTooLarge(problem: Problem, settings: SamplingSettings): void {
	const { worker, draws } = estimateMemory(problem, settings);
	if (draws > MEMORY_LIMIT) {
		throw new InputError({
			where: "sampling.draws",
			wanted: `draws that fit in ${gibibytes(MEMORY_LIMIT)}`,
			got: `${settings.chains} chains x ${settings.draws} draws, ${gibibytes(draws)}`,
			advice: "Reduce draws, chains or the number of test inputs.",
		});
	}
	if (worker > MEMORY_LIMIT) {
		throw new InputError({
			where: "problem",
			wanted: `a network and data whose work space fits in ${gibibytes(MEMORY_LIMIT)}`,
			got: gibibytes(worker),
			advice: "Reduce the number of training or test inputs or the widths.",
		});
	}
}

function gibibytes(bytes: number): string {
	return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
