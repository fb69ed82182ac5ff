import { z } from "zod";
import { theorySchema } from "../../experiments/theory-entry.ts";
import { noiseScalingField, widthField } from "../../problem/width.ts";
import { sweepSamplingSchema } from "../sweep.ts";

export const options = z.strictObject({
	widths: z
		.array(widthField)
		.min(2, "a list of at least two widths")
		.describe("Every hidden layer gets this width, or as many channels."),
	theories: z
		.array(theorySchema)
		.min(1, "a list of at least one theory")
		.describe("Ids, or objects with id and options; one theory may stand here with several options."),
	noiseScaling: noiseScalingField,
	reference: z
		.enum(["auto", "exact", "sampled"])
		.default("auto")
		.describe(
			"The truth: exact by quadrature (dense linear networks, one output) or sampled; auto prefers exact.",
		),
	sampling: sweepSamplingSchema
		.default(() => sweepSamplingSchema.parse({}))
		.describe("How to sample the real network, where it is."),
});

export type WidthScalingOptions = z.output<typeof options>;
