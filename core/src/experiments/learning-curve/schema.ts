/** The `learningCurve` part of an experiment file. */
import { z } from "zod";

const integers = (least: number, most: number, of: string) => {
	const text = `an integer from ${least} to ${most}`;
	const list = `a list of 1 to 100 ${of}`;
	return z.array(z.int(text).min(least, text).max(most, text), list).min(1, list).max(100, list);
};

const repetitions = "an integer from 1 to 1000";

/** How `finitude learning-curve` sweeps an experiment. */
export const learningCurveSchema = z.strictObject({
	samples: integers(1, 10_000_000, "numbers of training points")
		.optional()
		.describe(
			"P, the numbers of training points. Default: the experiment's own and its halves, quarters and so on, six in all.",
		),
	widths: integers(1, 2 ** 31, "widths")
		.optional()
		.describe("Every hidden layer gets this width, or as many channels. Default: the network's own widths."),
	repetitions: z
		.int(repetitions)
		.min(1, repetitions)
		.max(1000, repetitions)
		.default(1)
		.describe("Training sets to draw; curves are means over them."),
	sampleAt: integers(1, 10_000_000, "numbers of training points")
		.optional()
		.describe("Those of `samples` at which the real network is sampled. Default: all."),
});

export type LearningCurveJson = z.output<typeof learningCurveSchema>;
