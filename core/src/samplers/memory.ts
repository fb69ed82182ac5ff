import { InputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import { MAX_BATCHES } from "./batch-means.ts";
import { evidenceNumbers } from "./evidence/evidence-request.ts";
import { positionOrder } from "./position-order.ts";
import { findSampler } from "./registry.ts";
import type { SamplingSettings } from "./sampler.ts";
import { WEIGHT_COVARIANCE_LIMIT } from "./weight-covariance.ts";
import { featureRows, whitenNetwork } from "./whitened-network.ts";

/** A WebAssembly memory holds at most 4 GiB, and four chains' draws must fit beside each other: 2 GiB for each of the two. */
export const MEMORY_LIMIT = 2 * 2 ** 30;

/**
 * Three eighths of it for the batch means of the output kernel and every layer's, which only standard errors of what is not linear in the kernels
 * need: 16 batches of 4 chains fit for three kernels of 720 points. Larger ones are not handed out.
 */
const KERNEL_BATCH_LIMIT = (3 * MEMORY_LIMIT) / 8;

/** Bytes that sampling will need, upper bounds. */
export interface MemoryEstimate {
	/** Work space of one worker: network and kernels in the engine, kernel batches beside it. */
	readonly worker: number;
	/** Stored draws of all chains. */
	readonly draws: number;
	/** Batch means of the output kernel and of every layer's, of all chains: handed out where they fit in KERNEL_BATCH_LIMIT. */
	readonly kernelBatches: number;
}

/** What a run will allocate, before it does. @throws InputError for an unknown sampler. */
export function estimateMemory(problem: Problem, settings: SamplingSettings): MemoryEstimate {
	const { trainInputs, trainTargets, testInputs } = problem;
	const points = trainInputs.rows;
	const testPoints = testInputs?.rows ?? 0;
	const outputs = trainTargets.columns;
	const { counts, inputColumns } = positionOrder(problem);
	const fanIn = inputColumns[0]!.length + 1;
	const patches = points * counts[0]!;
	const testPatches = testPoints * counts[0]!;
	const { layers, parameters } = whitenNetwork(problem, Math.min(patches, fanIn));
	const last = featureRows(layers[layers.length - 1]!);
	const columns = layers.reduce((sum, layer) => sum + (layer.width + 1) * layer.positions, 0);
	const forward = 4 * columns * points + 2 * columns * testPoints + 8 * parameters;
	const kernels =
		2 * points * points + Math.min(points, last) ** 2 + Math.max(points, last) * (points + testPoints);
	// Gradients in float32 have forward and backward passes of their own, half the size, and a matrix to factorize.
	const single =
		settings.options?.precision === "float32"
			? (4 * columns * points + patches * fanIn + 2 * parameters + 3 * Math.min(points, last) ** 2) / 2
			: 0;
	const rotation = fanIn * (3 * patches + 4 * testPatches + Math.min(testPatches, fanIn));
	const layerKernels = counts.reduce((sum, count) => sum + 2 * count, 0) * points * points;
	const recorded = layerKernels + points * points;
	const projections = 2 * layers.reduce((sum, layer) => sum + layer.width * layer.positions, 0) * outputs;
	const weights = fanIn <= WEIGHT_COVARIANCE_LIMIT ? fanIn * fanIn : 0;
	const covariance = settings.covariance === true ? points * points + testPoints * testPoints : 0;
	// One array of work space, two of sums and one for each batch.
	const averages = (MAX_BATCHES + 3) * (recorded + weights + covariance);
	const allWeights = layers[0]!.width * fanIn + parameters + (last + 1) * outputs;
	const logWeight = findSampler(settings.sampler, "sampling.sampler").weighted ? 1 : 0;
	const networks =
		settings.saveWeights === true ? Math.ceil(settings.draws / (settings.weightsEvery ?? 1)) : 0;
	const perDraw = 2 * outputs * (points + testPoints) + 5 + logWeight + evidenceNumbers(settings);
	return {
		worker: 8 * (forward + single + kernels + rotation + projections + averages),
		draws: 8 * settings.chains * (settings.draws * perDraw + networks * allWeights),
		kernelBatches: 8 * settings.chains * MAX_BATCHES * recorded,
	};
}

/** Whether the batch means of kernels are handed out, as `separationOfScales` and theory maps need them. */
export function keepsKernelBatches(problem: Problem, settings: SamplingSettings): boolean {
	return estimateMemory(problem, settings).kernelBatches <= KERNEL_BATCH_LIMIT;
}

/** @throws InputError when a run would need more than MEMORY_LIMIT; says what to reduce. */
export function refuseTooLarge(problem: Problem, settings: SamplingSettings): void {
	const { worker, draws } = estimateMemory(problem, settings);
	if (draws > MEMORY_LIMIT) {
		throw new InputError({
			where: "sampling.draws",
			wanted: `draws that fit in ${gibibytes(MEMORY_LIMIT)}`,
			got: `${settings.chains} chains x ${settings.draws} draws, ${gibibytes(draws)}`,
			advice: `Reduce draws, chains or the number of test inputs${settings.saveWeights === true ? ", or do not save weights" : ""}.`,
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
