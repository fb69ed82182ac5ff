import { z } from "zod";
import { theorySchema } from "../../experiments/theory-entry.ts";
import { scalingExponentField } from "../../problem/output-scaling.ts";
import { sweepSamplingSchema } from "../sweep.ts";

export const options = z.strictObject({
	exponents: z
		.array(scalingExponentField)
		.min(2, "a list of at least two exponents")
		.default([0, 0.25, 0.5, 0.75, 1])
		.describe("gamma in chi = N^gamma: 0 is the standard scaling, 1 the mean-field one."),
	theories: z
		.array(theorySchema)
		.min(1, "a list of at least one theory")
		.describe("Ids, or objects with id and options; one theory may stand here with several options."),
	teacherDirection: z
		.array(z.number("a finite number"), "a list of numbers")
		.min(1, "a list of at least one number")
		.optional()
		.describe(
			"In the space of the weights of one hidden unit. Default: that of the teacher that made the data.",
		),
	sampling: sweepSamplingSchema
		.default(() => sweepSamplingSchema.parse({}))
		.describe("How to sample the real network at every exponent."),
});

export type RegimesOptions = z.output<typeof options>;
