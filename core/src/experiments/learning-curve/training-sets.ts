import type { Matrix } from "@finitude/engine";
import { makeDataSet } from "../../data/data-set.ts";
import type { DataSettings } from "../../data/schema.ts";
import { InputError, isInputError } from "../../errors.ts";
import { counted } from "../../problem/faults.ts";
import type { Problem } from "../../problem/problem.ts";
import type { Experiment, ResolveContext } from "../experiment.ts";

/** The largest training set of a curve, whose first points are the smaller ones. */
export interface LargestSet {
	readonly problem: Problem;
	/** Index of each training point's class, where all classes have equally many points. */
	readonly classes?: Int32Array;
}

/**
 * The problem with the first `count` training points; with classes the first of every class, equally many of each (the first classes
 * one more when the count does not divide) as long as there are, in their order: what drawing `count` points alone would have given. Smaller sets are
 * parts of larger ones. Test points and inputs stay as they are.
 */
export function firstPoints({ problem, classes }: LargestSet, count: number): Problem {
	const { trainInputs, trainTargets } = problem;
	const rows = classes === undefined ? undefined : firstOfEveryClass(classes, count);
	const take = (of: Matrix) => (rows === undefined ? firstRows(of, count) : chosenRows(of, rows));
	return { ...problem, trainInputs: take(trainInputs), trainTargets: take(trainTargets) };
}

/** A point's turn is its rank within its class: all first points, then all second ones, until the smaller classes have no more. */
function firstOfEveryClass(classes: Int32Array, count: number): number[] {
	const seen = new Array<number>(numberOfClasses(classes)).fill(0);
	const turn = Array.from(classes, (k) => seen[k]!++);
	const inTurn = [...classes.keys()].sort((a, b) => turn[a]! - turn[b]! || classes[a]! - classes[b]!);
	return inTurn.slice(0, count).sort((a, b) => a - b);
}

/** One more than the largest index: every class has points, unless there are fewer points than classes. */
export function numberOfClasses(classes: Int32Array): number {
	return classes.reduce((most, k) => Math.max(most, k + 1), 1);
}

function firstRows({ columns, data }: Matrix, rows: number): Matrix {
	return { rows, columns, data: data.slice(0, rows * columns) };
}

function chosenRows({ columns, data }: Matrix, rows: readonly number[]): Matrix {
	const chosen = new Float64Array(rows.length * columns);
	rows.forEach((row, i) => {
		chosen.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
	});
	return { rows: rows.length, columns, data: chosen };
}

/** Whether another seed gives other training points: not where they are given, or all that there are in the order of a file. */
export function canRedraw(experiment: Experiment): boolean {
	const data = dataOf(experiment);
	return data !== undefined && data.trainCount !== "all";
}

function dataOf({ resolved }: Experiment): DataSettings | undefined {
	return resolved.data as DataSettings | undefined;
}

/** Variance of the noise that a teacher adds to the training targets and not to the test targets. */
export function targetNoiseOf(experiment: Experiment): number {
	const data = dataOf(experiment);
	return data?.source === "teacher" ? data.targetNoiseVariance : 0;
}

/**
 * The largest training set of one repetition: as many points as the experiment has, or `most` where that is more, from the seed of
 * the data + repetition. The task and, where they are not what the training points left of one file, the test points are those of the
 * experiment at every repetition. Inputs are preprocessed once, with the means and deviations of this set.
 *
 * @param most the largest number of points on the curve
 * @throws InputError when there are fewer points than that.
 */
export function largestSet(
	experiment: Experiment,
	most: number,
	repetition: number,
	context: ResolveContext,
): LargestSet {
	const data = dataOf(experiment);
	const { problem, seed } = experiment;
	const given = problem.trainInputs.rows;
	if (data === undefined || data.trainCount === "all") {
		refuseMoreThan(given, most);
		return data === undefined ? { problem } : made(experiment, data, context, repetition);
	}
	try {
		const trainCount = Math.max(data.trainCount, most);
		return made(experiment, { ...data, seed: data.seed ?? seed, trainCount }, context, repetition);
	} catch (error) {
		if (!isInputError(error) || error.where !== "data.trainCount") throw error;
		const { wanted, got, advice } = error;
		throw new InputError({ where: "learningCurve.samples", wanted, got, advice });
	}
}

function made(
	{ problem, seed }: Experiment,
	data: DataSettings,
	context: ResolveContext,
	repetition: number,
): LargestSet {
	const trainSeed = ((data.seed ?? seed) + repetition) % Number.MAX_SAFE_INTEGER;
	const { data: points, trainClasses } = makeDataSet(data, {
		files: context,
		engine: context.engine,
		seed,
		trainSeed,
	});
	return { problem: { ...problem, ...points }, ...(trainClasses && { classes: trainClasses }) };
}

function refuseMoreThan(given: number, most: number): void {
	if (most <= given) return;
	throw new InputError({
		where: "learningCurve.samples",
		wanted: `at most ${counted(given, "training point")}, as many as there are`,
		got: String(most),
	});
}
