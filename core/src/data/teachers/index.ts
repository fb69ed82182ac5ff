import { type Engine, type Matrix, type RandomState, seedStream, splitStream } from "@finitude/engine";
import { z } from "zod";
import { InputError } from "../../errors.ts";
import { normals } from "../random.ts";
import { gaussianXorTeacher } from "./gaussian-xor.ts";
import { linearTeacher } from "./linear.ts";
import { networkTeacher } from "./network.ts";
import { randomLabelsTeacher } from "./random-labels.ts";
import { sharedFilterTeacher } from "./shared-filter.ts";
import { singleIndexTeacher } from "./single-index.ts";
import type { Teacher } from "./teacher.ts";
import { templatesTeacher } from "./templates.ts";

const TEACHERS = [
	linearTeacher,
	singleIndexTeacher,
	networkTeacher,
	randomLabelsTeacher,
	gaussianXorTeacher,
	templatesTeacher,
	sharedFilterTeacher,
] as const;

/** Any teacher's settings, told apart by `type`. */
export const teacherSchema = z.discriminatedUnion("type", [
	linearTeacher.schema,
	singleIndexTeacher.schema,
	networkTeacher.schema,
	randomLabelsTeacher.schema,
	gaussianXorTeacher.schema,
	templatesTeacher.schema,
	sharedFilterTeacher.schema,
]);

/** The `teacher` field of an experiment, defaults filled in. */
export type TeacherSettings = z.output<typeof teacherSchema>;

/** A synthetic data set. */
export interface TeacherData {
	/** P x d. */
	readonly trainInputs: Matrix;
	/** P x 1. */
	readonly trainTargets: Matrix;
	/** P* x d and P* x 1; absent when P* = 0. */
	readonly testInputs?: Matrix;
	readonly testTargets?: Matrix;
}

function teacherOf({ type }: TeacherSettings): Teacher<TeacherSettings> {
	return TEACHERS.find((teacher) => teacher.type === type) as unknown as Teacher<TeacherSettings>;
}

/** What the fixed part of a task is drawn from. */
function taskStream(seed: number): RandomState {
	return splitStream(seedStream(seed), 0);
}

/**
 * The direction w of targets that depend on the input x through w.x alone, of length d; of targets that depend on the patches of
 * the input through their projections on one filter, that filter. The length means nothing. Undefined for teachers of another kind.
 */
export function teacherDirection(
	settings: TeacherSettings,
	{ seed, engine }: { seed: number; engine: Engine },
): Float64Array | undefined {
	return teacherOf(settings).direction?.(settings, engine, taskStream(seed));
}

/** At most 1 GiB of numbers. */
const MAX_NUMBERS = 2 ** 27;

/**
 * A data set from a teacher. The teacher, the training points, the test points and the target noise have a stream each,
 * so that a change of one count leaves the other points alone. Deterministic: equal seeds give equal numbers.
 *
 * @param targetNoiseVariance Variance of Gaussian noise added to the training targets; test targets carry none.
 * @param trainSeed Draws the training points and their noise in place of `seed`: other points of the same task, with the same test points.
 * @throws InputError when settings contradict each other or ask for more than 2^27 numbers.
 */
export function teacherData(
	settings: TeacherSettings,
	{
		trainCount,
		testCount,
		targetNoiseVariance = 0,
		seed,
		trainSeed = seed,
		engine,
	}: {
		trainCount: number;
		testCount: number;
		targetNoiseVariance?: number;
		seed: number;
		trainSeed?: number;
		engine: Engine;
	},
): TeacherData {
	const parts = Math.max(
		trainCount,
		testCount,
		"width" in settings ? settings.width : 0,
		"templates" in settings ? settings.templates : 0,
	);
	if (parts * settings.dimension > MAX_NUMBERS) {
		throw new InputError({
			where: "data.teacher",
			wanted: `at most 2^27 numbers (points, units or templates times dimension)`,
			got: `${parts} x ${settings.dimension}`,
		});
	}
	const trainRoot = seedStream(trainSeed);
	const draw = teacherOf(settings).prepare(settings, engine, taskStream(seed));
	const train = draw(trainCount, splitStream(trainRoot, 1), "train");
	const noise = normals(engine, splitStream(trainRoot, 3), trainCount);
	const trainTargets = train.targets.data.map((y, i) => y + Math.sqrt(targetNoiseVariance) * noise[i]!);
	const data = { trainInputs: train.inputs, trainTargets: { ...train.targets, data: trainTargets } };
	if (testCount === 0) return data;
	const test = draw(testCount, splitStream(seedStream(seed), 2), "test");
	return { ...data, testInputs: test.inputs, testTargets: test.targets };
}
