import { InputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import { type BatchMeans, createBatchMeans } from "./batch-means.ts";
import type { AveragedDraws, DrawStoreSnapshot, ScalarDraws } from "./chain-result.ts";
import { keepsBatches, type Observation } from "./observation.ts";
import type { StepInfo } from "./sampler.ts";
import type { ScalarFunctions } from "./scalar-functions.ts";
import { createWeightedBatchMeans } from "./weighted-batch-means.ts";

/** What is kept of a chain's draws. */
export interface StoredDraws {
	/** Draws kept; fewer than asked for when the chain was stopped early. */
	readonly completedDraws: number;
	/** completedDraws x (P D): conditional means of f at the training points, one row a draw. */
	readonly trainMean: Float64Array;
	readonly trainVariance: Float64Array;
	/** completedDraws x (P* D). */
	readonly testMean: Float64Array;
	readonly testVariance: Float64Array;
	readonly scalars: ScalarDraws;
	/** Mean Metropolis acceptance probability of each kept step. */
	readonly acceptance: Float64Array;
	/** 1 where the kept step diverged. */
	readonly divergent: Uint8Array;
	/** (all weights of a network) a row, where they are kept: of every draw, or of draws 0, k, 2k, ... */
	readonly weights?: Float64Array;
	/** completedDraws x (2 K - 2): a RungRecord a draw of a ladder with K rungs, where the log evidence was asked for. */
	readonly rungs?: Float64Array;
	/** Kernels, power sums, histograms. */
	readonly averaged: AveragedDraws;
	/** Conditional variances that rounding made negative and that were set to 0. */
	readonly roundedVariances: { readonly count: number; readonly lowest: number };
}

/** Room for the draws of one chain. */
export interface DrawStore {
	/** @throws Error when the observation holds a number that is not finite: a fault of the sampler. */
	keep(observation: Observation, info: StepInfo, weights?: Float64Array): void;
	/** Log densities so far, a live view. */
	logDensity(): Float64Array;
	finish(): StoredDraws;
	/** A copy of the draws so far. */
	snapshot(): DrawStoreSnapshot;
	/** Of a store for the same problem and number of draws. @throws InputError for a snapshot of another shape. */
	restore(snapshot: DrawStoreSnapshot): void;
}

const MOMENTS = ["trainMean", "trainVariance", "testMean", "testVariance"] as const;

/** What a store holds beside the observations. */
export interface DrawStoreOptions {
	/** Numbers in the weights kept of each draw. Default: 0, none are kept. */
	readonly weightCount?: number;
	/** Weights come with draws 0, k, 2k, ... Default: 1, with every draw. */
	readonly weightsEvery?: number;
	/** Numbers that a ladder of replicas records of each draw. Default: 0, there is none. */
	readonly rungCount?: number;
	/** Whether the batch means of every layer's kernels are handed out too. Default: false. */
	readonly kernelBatches?: boolean;
	/** The engine's functions when every draw has an importance weight: averages then take it into account. */
	readonly weighing?: ScalarFunctions;
}

/** Allocates the room for what is stored draw by draw in advance. */
export function createDrawStore(
	problem: Problem,
	draws: number,
	{
		weightCount = 0,
		weightsEvery = 1,
		rungCount = 0,
		kernelBatches = false,
		weighing,
	}: DrawStoreOptions = {},
): DrawStore {
	const points = problem.trainInputs.rows;
	const outputs = problem.trainTargets.columns;
	const targets = problem.trainTargets.data;
	const trainSize = points * outputs;
	const testSize = (problem.testInputs?.rows ?? 0) * outputs;
	const sizes: Readonly<Record<string, number>> = {
		trainMean: trainSize,
		trainVariance: trainSize,
		testMean: testSize,
		testVariance: testSize,
		logDensity: 1,
		kernelMeanDiagonal: 1,
		kernelLabelProjection: 1,
		acceptance: 1,
		weights: weightCount,
		rungs: rungCount,
		...(weighing && { logWeight: 1 }),
	};
	const lengthOf = (name: string, count: number) =>
		sizes[name]! * (name === "weights" ? Math.ceil(count / weightsEvery) : count);
	const stored = Object.fromEntries(
		Object.keys(sizes).map((name) => [name, new Float64Array(lengthOf(name, draws))]),
	);
	const labelNorm = targets.reduce((sum, y) => sum + y * y, 0);
	const divergent = new Uint8Array(draws);
	const averaged = new Map<string, BatchMeans>();
	let kept = 0;
	let rounded = { count: 0, lowest: 0 };

	const setRoundedToZero = (variance: Float64Array) => {
		for (let i = 0; i < variance.length; i++) {
			if (variance[i]! >= 0) continue;
			rounded = { count: rounded.count + 1, lowest: Math.min(rounded.lowest, variance[i]!) };
			variance[i] = 0;
		}
	};

	const accumulator = (name: string, size: number): BatchMeans => {
		const known = averaged.get(name);
		if (known !== undefined) return known;
		const created = weighing
			? createWeightedBatchMeans(size, weighing.exp)
			: createBatchMeans(size, keepsBatches(name, kernelBatches));
		averaged.set(name, created);
		return created;
	};

	const filled = (name: string) => stored[name]!.subarray(0, lengthOf(name, kept));

	return {
		keep(observation, info, weights) {
			for (const name of MOMENTS) {
				const at = stored[name]!.subarray(kept * sizes[name]!, (kept + 1) * sizes[name]!);
				at.set(observation[name]);
				refuseNonFinite(at, name, kept);
				if (name.endsWith("Variance")) setRoundedToZero(at);
			}
			for (const [name, values] of Object.entries(observation.averaged)) {
				refuseNonFinite(values, name, kept);
				accumulator(name, values.length).add(values, observation.logWeight);
			}
			const kernel = observation.averaged.output!;
			const scalars = {
				logDensity: observation.logDensity,
				kernelMeanDiagonal: trace(kernel, points) / points,
				kernelLabelProjection:
					labelNorm > 0 ? quadraticForm(kernel, targets, points, outputs) / labelNorm : 0,
				acceptance: info.acceptance,
				...(weighing && { logWeight: observation.logWeight! }),
			};
			for (const [name, value] of Object.entries(scalars)) {
				stored[name]![kept] = value;
				refuseNonFinite(Float64Array.of(value), name, kept);
			}
			if (observation.rungs) stored.rungs!.set(observation.rungs, kept * rungCount);
			if (weights) {
				refuseNonFinite(weights, "weights", kept);
				stored.weights!.set(weights, lengthOf("weights", kept));
			}
			divergent[kept] = info.divergent ? 1 : 0;
			kept++;
		},
		logDensity: () => filled("logDensity"),
		finish() {
			const cut = (name: string) => (kept === draws ? stored[name]! : filled(name).slice());
			return {
				completedDraws: kept,
				trainMean: cut("trainMean"),
				trainVariance: cut("trainVariance"),
				testMean: cut("testMean"),
				testVariance: cut("testVariance"),
				scalars: {
					logDensity: cut("logDensity"),
					kernelMeanDiagonal: cut("kernelMeanDiagonal"),
					...(labelNorm > 0 ? { kernelLabelProjection: cut("kernelLabelProjection") } : {}),
					...(weighing && { logWeight: cut("logWeight") }),
				},
				acceptance: cut("acceptance"),
				...(weightCount > 0 ? { weights: cut("weights") } : {}),
				...(rungCount > 0 ? { rungs: cut("rungs") } : {}),
				divergent: divergent.slice(0, kept),
				averaged: Object.fromEntries([...averaged].map(([name, means]) => [name, means.moments()])),
				roundedVariances: rounded,
			};
		},
		snapshot: () => ({
			kept,
			stored: Object.fromEntries(Object.keys(stored).map((name) => [name, filled(name).slice()])),
			divergent: divergent.slice(0, kept),
			averaged: Object.fromEntries([...averaged].map(([name, means]) => [name, means.snapshot()])),
			rounded,
		}),
		restore(snapshot) {
			const fits = Object.keys(sizes).every(
				(name) => snapshot.stored[name]?.length === lengthOf(name, snapshot.kept),
			);
			if (!fits || snapshot.kept > draws) throw foreignSnapshot();
			kept = snapshot.kept;
			rounded = snapshot.rounded;
			for (const [name, values] of Object.entries(snapshot.stored)) stored[name]!.set(values);
			divergent.set(snapshot.divergent);
			averaged.clear();
			for (const [name, state] of Object.entries(snapshot.averaged)) {
				accumulator(name, state.current.length - (weighing ? 1 : 0)).restore(state);
			}
		},
	};
}

function foreignSnapshot(): InputError {
	return new InputError({
		where: "resume",
		wanted: "a snapshot of a chain of this problem with these settings",
		got: "one whose draws have another shape",
		advice: "Resume with the problem and the settings that the snapshot was taken with.",
	});
}

function refuseNonFinite(x: Float64Array, name: string, draw: number): void {
	// 0 unless a number is not finite; far quicker than a look at each, which at 10^5 numbers a draw is felt.
	let zero = 0;
	for (let i = 0; i < x.length; i++) zero += 0 * x[i]!;
	if (zero === 0) return;
	const at = x.findIndex((value) => !Number.isFinite(value));
	throw new Error(`sampler: ${name}[${at}] of draw ${draw} is ${x[at]}.`);
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
