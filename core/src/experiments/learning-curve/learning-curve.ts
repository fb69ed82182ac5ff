/** A learning curve ready to run: which problems, in which order. */

import { InputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import { problemOfWidth } from "../../problem/width.ts";
import { type Experiment, type ResolveContext, resolveExperiment } from "../experiment.ts";
import { learningCurveSchema } from "./schema.ts";
import { completeSettings, type LearningCurveSettings } from "./settings.ts";
import {
	canRedraw,
	firstPoints,
	type LargestSet,
	largestSet,
	numberOfClasses,
	targetNoiseOf,
} from "./training-sets.ts";

export interface LearningCurve {
	/** `resolved` holds the settings, every default filled in. */
	readonly experiment: Experiment;
	readonly settings: LearningCurveSettings;
	/** Variance of noise that the training targets carry and the test targets do not. */
	readonly targetNoise: number;
	/** The largest training set of a repetition, counted from 0. @throws InputError when it cannot be made. */
	trainingSet(repetition: number): LargestSet;
}

/** One place on the grid. */
export interface CurveCell {
	readonly repetition: number;
	/** Of every hidden layer; absent when the network keeps its own. */
	readonly width?: number;
	/** P. */
	readonly samples: number;
}

/**
 * The curve of an experiment file. Without a section `learningCurve` all of its defaults hold.
 * @throws InputError for the first fault of the file, and when the experiment has no test targets, fewer points than the curve wants, or
 * points that cannot be drawn again for a second repetition.
 */
export function resolveLearningCurve(json: unknown, context: ResolveContext): LearningCurve {
	const plain = resolveExperiment(json, context);
	const given = plain.learningCurve ?? learningCurveSchema.parse({});
	refuseWithoutTestTargets(plain.problem);
	const { repetitions, samples = [] } = given;
	if (repetitions > 1 && !canRedraw(plain)) {
		throw new InputError({
			where: "learningCurve.repetitions",
			wanted: "1, since the training points are given and not drawn",
			got: String(repetitions),
			advice: "Use a teacher, or data with a number as trainCount.",
		});
	}
	const draw = (repetition: number) => largestSet(plain, Math.max(...samples, 1), repetition, context);
	const first = draw(0);
	const settings = completeSettings(
		given,
		plain.problem.trainInputs.rows,
		first.classes && numberOfClasses(first.classes),
	);
	// Cells come repetition after repetition: one set in memory is enough.
	let drawn = { repetition: 0, set: first };
	return {
		experiment: { ...plain, resolved: { ...plain.resolved, learningCurve: settings } },
		settings,
		targetNoise: targetNoiseOf(plain),
		trainingSet(repetition) {
			if (drawn.repetition !== repetition) drawn = { repetition, set: draw(repetition) };
			return drawn.set;
		},
	};
}

/** Repetition after repetition, so that what an interrupted run has is whole curves; then width after width, P after P. */
export function curveCells({ repetitions, widths, samples }: LearningCurveSettings): CurveCell[] {
	const each: readonly (number | undefined)[] = widths ?? [undefined];
	return Array.from({ length: repetitions }, (_, repetition) =>
		each.flatMap((width) =>
			samples.map((count) => ({ repetition, samples: count, ...(width !== undefined && { width }) })),
		),
	).flat();
}

/** The problem of a cell: the experiment's own at its width and number of points, where the curve goes no further. */
export function problemAt(curve: LearningCurve, { repetition, width, samples }: CurveCell): Problem {
	return ofWidth(firstPoints(curve.trainingSet(repetition), samples), width);
}

/** With every hidden layer of this width, or as it is. */
export function ofWidth(problem: Problem, width: number | undefined): Problem {
	return width === undefined ? problem : problemOfWidth(problem, width, "fixed");
}

function refuseWithoutTestTargets({ testInputs, testTargets }: Problem): void {
	if (testTargets !== undefined) return;
	throw new InputError({
		where: "testTargets",
		wanted: "test points with targets, for the test error of a learning curve",
		got: testInputs === undefined ? "no test points" : "test points without targets",
	});
}
