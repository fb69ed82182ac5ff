import { z } from "zod";
import { samplingSchema, theorySchema } from "../../experiments/schema.ts";

const width = z
	.int("an integer of at least 1")
	.min(1, "an integer of at least 1")
	.max(2 ** 31, "an integer of at most 2^31");

const sampling = samplingSchema.omit({ covariance: true, evidence: true, saveWeights: true });

export const options = z.strictObject({
	widths: z
		.array(width)
		.min(2, "a list of at least two widths")
		.describe("Every hidden layer gets this width, or as many channels."),
	theories: z
		.array(theorySchema)
		.min(1, "a list of at least one theory")
		.describe("Ids, or objects with id and options; one theory may stand here with several options."),
	noiseScaling: z
		.enum(["fixed", "inverse-width"])
		.default("fixed")
		.describe("inverse-width divides noiseVariance by the width, as the mean-field scaling wants."),
	reference: z
		.enum(["auto", "exact", "sampled"])
		.default("auto")
		.describe(
			"The truth: exact by quadrature (dense linear networks, one output) or sampled; auto prefers exact.",
		),
	sampling: sampling
		.default(() => sampling.parse({}))
		.describe("How to sample the real network, where it is."),
});

export type WidthScalingOptions = z.output<typeof options>;
