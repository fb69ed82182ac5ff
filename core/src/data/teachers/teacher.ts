import { dot, type Engine, type Matrix, matrixRow, type RandomState } from "@finitude/engine";
import { z } from "zod";
import { normals } from "../random.ts";

/** Points and the targets a teacher gives them. */
export interface Sample {
	/** P x d. */
	readonly inputs: Matrix;
	/** P x 1. */
	readonly targets: Matrix;
}

/** Draws points of a task whose fixed part (teacher weights, cluster centers) is drawn already. Advances `stream`. */
export type TaskSampler = (count: number, stream: RandomState, role: "train" | "test") => Sample;

/** A synthetic task: `type` is file name and word in experiment files. */
export interface Teacher<Settings> {
	readonly type: string;
	readonly schema: z.ZodType<Settings>;
	/** Draws the fixed part of the task. Advances `stream`. @throws InputError for settings that contradict each other. */
	prepare(settings: Settings, engine: Engine, stream: RandomState): TaskSampler;
	/**
	 * The one direction that the targets see of the input, or of each of its patches: up to its length what `prepare` draws from
	 * the same stream. Only of teachers that have one. Advances `stream`.
	 */
	direction?(settings: Settings, engine: Engine, stream: RandomState): Float64Array;
}

export const dimensionField = z
	.int("an integer of at least 1")
	.min(1, "an integer of at least 1")
	.max(10_000_000, "an integer of at most 10000000")
	.describe("d, the number of inputs.");

export const inputVarianceField = z
	.number("a finite number above 0")
	.positive("a finite number above 0")
	.default(1)
	.describe("Inputs are x ~ N(0, inputVariance I).");

/** `count` points x ~ N(0, variance I) in d dimensions. Advances `stream`. */
export function gaussianInputs(
	engine: Engine,
	stream: RandomState,
	count: number,
	{ dimension, inputVariance }: { dimension: number; inputVariance: number },
): Matrix {
	const data = normals(engine, stream, count * dimension);
	const scale = Math.sqrt(inputVariance);
	return { rows: count, columns: dimension, data: data.map((x) => scale * x) };
}

/** A vector of uniformly random direction and the given squared length. Advances `stream`. */
export function randomDirection(
	engine: Engine,
	stream: RandomState,
	dimension: number,
	squaredLength: number,
): Float64Array {
	const w = normals(engine, stream, dimension);
	return rescaled(w, squaredLength);
}

/** The same direction with another squared length. */
export function rescaled(w: Float64Array, squaredLength: number): Float64Array {
	const factor = Math.sqrt(squaredLength / dot(w, w));
	return w.map((x) => factor * x);
}

/** w.x for every row x. */
export function projections(inputs: Matrix, w: Float64Array): Float64Array {
	return Float64Array.from({ length: inputs.rows }, (_, i) => dot(matrixRow(inputs, i), w));
}
