import { z } from "zod";
import { teacherSchema } from "../../data/teachers/index.ts";
import { samplingSchema } from "../../experiments/schema.ts";
import { severalChainsSchema } from "../sweep.ts";

const positive = z.number("a finite number above 0").positive("a finite number above 0");

/** The correlation with the teacher is estimated from so many fresh inputs at least. */
const FEWEST_FRESH_INPUTS = 1000;

const sampling = severalChainsSchema.extend({
	draws: samplingSchema.shape.draws.unwrap().default(500).describe("Kept draws of each chain."),
	warmup: samplingSchema.shape.warmup
		.unwrap()
		.default(300)
		.describe("Steps of each chain before the first kept draw."),
});

const freshInputsText = `an integer of at least ${FEWEST_FRESH_INPUTS}`;
const dataSetsText = "an integer from 1 to 1000";

export const options = z.strictObject({
	teacher: teacherSchema
		.optional()
		.describe("y = g(u.x) + noise: a teacher that sees one direction of the inputs, linear or single-index."),
	samplesPerParameter: z
		.array(positive, "a list of numbers above 0")
		.min(1, "a list of at least one number")
		.default([0.05, 0.1, 0.2, 0.5, 1, 2, 5])
		.describe("P over the number of weights below the readout and in it; rounded to whole samples."),
	dataSets: z
		.int(dataSetsText)
		.min(1, dataSetsText)
		.max(1000, dataSetsText)
		.default(3)
		.describe("Data sets at every P, each with a teacher's direction of its own."),
	dataSeed: samplingSchema.shape.seed.describe("Draws teachers and points. Default: the file's seed."),
	freshInputs: z
		.int(freshInputsText)
		.min(FEWEST_FRESH_INPUTS, freshInputsText)
		.default(FEWEST_FRESH_INPUTS)
		.describe("Fresh inputs at which the posterior mean is compared with the teacher."),
	sampling: sampling.default(() => sampling.parse({})).describe("How to sample the networks."),
});

export type OverlapOptions = z.output<typeof options>;
