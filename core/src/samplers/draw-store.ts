import type { Problem } from "../problem/problem.ts";
import { createBatchMeans } from "./batch-means.ts";
import type { ChainResult } from "./chain-result.ts";
import type { Observation, StepInfo } from "./sampler.ts";

type StoredDraws = Omit<
	ChainResult,
	"chain" | "stepSize" | "gradientEvaluations" | "shortenedSteps" | "notes"
>;

/** Room for the draws of one chain. */
export interface DrawStore {
	/** @throws Error when the observation holds a number that is not finite: a fault of the sampler. */
	keep(observation: Observation, info: StepInfo): void;
	/** Log densities so far, a live view. */
	logDensity(): Float64Array;
	finish(): StoredDraws;
}

const QUANTITIES = ["trainMean", "trainVariance", "testMean", "testVariance"] as const;

/** Allocates everything in advance. */
export function createDrawStore(problem: Problem, draws: number): DrawStore {
	const points = problem.trainInputs.rows;
	const outputs = problem.trainTargets.columns;
	const targets = problem.trainTargets.data;
	const trainSize = points * outputs;
	const testSize = (problem.testInputs?.rows ?? 0) * outputs;
	const sizes = {
		trainMean: trainSize,
		trainVariance: trainSize,
		testMean: testSize,
		testVariance: testSize,
	};
	const rows = {
		trainMean: new Float64Array(draws * trainSize),
		trainVariance: new Float64Array(draws * trainSize),
		testMean: new Float64Array(draws * testSize),
		testVariance: new Float64Array(draws * testSize),
	};
	const logDensity = new Float64Array(draws);
	const meanDiagonal = new Float64Array(draws);
	const labelProjection = new Float64Array(draws);
	const labelNorm = targets.reduce((sum, y) => sum + y * y, 0);
	const acceptance = new Float64Array(draws);
	const divergent = new Uint8Array(draws);
	const kernel = createBatchMeans(points * points);
	let kept = 0;
	let rounded = 0;
	let lowest = 0;

	const setRoundedToZero = (variance: Float64Array) => {
		for (let i = 0; i < variance.length; i++) {
			if (variance[i]! >= 0) continue;
			rounded++;
			lowest = Math.min(lowest, variance[i]!);
			variance[i] = 0;
		}
	};

	return {
		keep(observation, info) {
			for (const name of QUANTITIES) {
				const at = rows[name].subarray(kept * sizes[name], (kept + 1) * sizes[name]);
				at.set(observation[name]);
				refuseNonFinite(at, name, kept);
				if (name.endsWith("Variance")) setRoundedToZero(at);
			}
			refuseNonFinite(observation.outputKernel, "outputKernel", kept);
			kernel.add(observation.outputKernel);
			logDensity[kept] = observation.logDensity;
			refuseNonFinite(logDensity.subarray(kept, kept + 1), "logDensity", kept);
			meanDiagonal[kept] = trace(observation.outputKernel, points) / points;
			labelProjection[kept] = quadraticForm(observation.outputKernel, targets, points, outputs) / labelNorm;
			acceptance[kept] = info.acceptance;
			divergent[kept] = info.divergent ? 1 : 0;
			kept++;
		},
		logDensity: () => logDensity.subarray(0, kept),
		finish() {
			const cut = (x: Float64Array, size: number) => (kept === draws ? x : x.slice(0, kept * size));
			return {
				completedDraws: kept,
				trainMean: cut(rows.trainMean, trainSize),
				trainVariance: cut(rows.trainVariance, trainSize),
				testMean: cut(rows.testMean, testSize),
				testVariance: cut(rows.testVariance, testSize),
				scalars: {
					logDensity: cut(logDensity, 1),
					kernelMeanDiagonal: cut(meanDiagonal, 1),
					...(labelNorm > 0 ? { kernelLabelProjection: cut(labelProjection, 1) } : {}),
				},
				acceptance: cut(acceptance, 1),
				divergent: divergent.slice(0, kept),
				outputKernel: kernel.moments(),
				roundedVariances: { count: rounded, lowest },
			};
		},
	};
}

function refuseNonFinite(x: Float64Array, name: string, draw: number): void {
	const at = x.findIndex((value) => !Number.isFinite(value));
	if (at >= 0) throw new Error(`sampler: ${name}[${at}] of draw ${draw} is ${x[at]}.`);
}

function trace(kernel: Float64Array, points: number): number {
	let sum = 0;
	for (let i = 0; i < points; i++) sum += kernel[i * (points + 1)]!;
	return sum;
}

/** tr(Y^T K Y), Y points x outputs. */
function quadraticForm(kernel: Float64Array, y: Float64Array, points: number, outputs: number): number {
	let sum = 0;
	for (let i = 0; i < points; i++) {
		for (let j = 0; j < points; j++) {
			let product = 0;
			for (let k = 0; k < outputs; k++) product += y[i * outputs + k]! * y[j * outputs + k]!;
			sum += kernel[i * points + j]! * product;
		}
	}
	return sum;
}
