/** What the sweep is about: a student, and a teacher that it can be compared with. */
import { dot, type Engine, type Matrix } from "@finitude/engine";
import { type TeacherSettings, teacherData, teacherDirection } from "../../data/teachers/index.ts";
import { InputError } from "../../errors.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import type { NetworkSetting } from "../analysis.ts";
import type { Judges } from "./function-measures.ts";
import type { OverlapOptions } from "./options.ts";

/** One data set of one size. */
export interface TaughtProblem {
	readonly problem: Problem;
	/** Fresh inputs, J x d. They are no test points: samplers follow the chains at every test point. */
	readonly fresh: Matrix;
	readonly judges: Judges;
	/** u, |u| = 1. */
	readonly direction: Float64Array;
}

/** The teacher of the options. @throws InputError when there is none, or the student is no dense network. */
export function teacherOf({ network }: NetworkSetting, { teacher }: OverlapOptions): TeacherSettings {
	const convolution = network.layers.findIndex(({ type }) => type !== "dense");
	if (convolution >= 0) {
		throw new InputError({
			where: `network.layers[${convolution}].type`,
			wanted: "dense layers",
			got: network.layers[convolution]!.type,
			advice: "The overlap is that of weights of whole inputs with the teacher's direction.",
		});
	}
	if (teacher === undefined) throw withoutDirection("nothing");
	return teacher;
}

function withoutDirection(got: string): InputError {
	return new InputError({
		where: "options.teacher",
		wanted: "a teacher with a direction of whole inputs, such as linear or single-index",
		got,
		sentence: `teacher-overlap needs a teacher direction: give options.teacher (linear or single-index); got ${got}.`,
	});
}

/** n_par = d N_1 + N_1 N_2 + ... + N_L: the weights, biases not counted. */
export function parameterCount({ network }: NetworkSetting, inputs: number): number {
	const widths = [inputs, ...network.layers.map(layerWidth), 1];
	return widths.slice(1).reduce((sum, width, l) => sum + width * widths[l]!, 0);
}

/** Numbers of samples of the sweep, in order and each once. */
export function sampleCounts(parameters: number, { samplesPerParameter }: OverlapOptions): number[] {
	const counts = samplesPerParameter.map((ratio) => Math.max(1, Math.round(ratio * parameters)));
	return [...new Set(counts)].sort((a, b) => a - b);
}

/**
 * Data sets of one seed are nested: more samples are the same ones and new ones, at the same fresh inputs.
 * @throws InputError for a teacher without a direction of whole inputs, or one that is constant
 */
export function taughtProblem(
	engine: Engine,
	{ network, noiseVariance }: NetworkSetting,
	teacher: TeacherSettings,
	{ samples, freshInputs, seed }: { samples: number; freshInputs: number; seed: number },
): TaughtProblem {
	const direction = teacherDirection(teacher, { seed, engine });
	if (direction?.length !== teacher.dimension) throw withoutDirection(teacher.type);
	const data = teacherData(teacher, {
		trainCount: samples,
		testCount: freshInputs,
		targetNoiseVariance: noiseVariance,
		seed,
		engine,
	});
	const { trainInputs, trainTargets } = data;
	const fresh = data.testInputs!;
	const teacherValues = data.testTargets!.data;
	const [first, ...others] = teacherValues;
	if (others.every((target) => target === first)) {
		throw new InputError({
			where: "options.teacher",
			wanted: "a teacher that depends on its input",
			got: "a constant one",
			advice: "No correlation with a constant is defined.",
		});
	}
	const length = Math.sqrt(dot(direction, direction));
	return {
		problem: { name: "teacher overlap", trainInputs, trainTargets, network, noiseVariance },
		fresh,
		judges: { targets: trainTargets.data, teacher: teacherValues, noiseVariance },
		direction: direction.map((x) => x / length),
	};
}
