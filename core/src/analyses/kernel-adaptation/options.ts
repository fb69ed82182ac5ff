import { z } from "zod";
import { theorySchema } from "../../experiments/theory-entry.ts";
import { noiseScalingField, widthField } from "../../problem/width.ts";
import { sweepSamplingSchema } from "../sweep.ts";

const sampling = sweepSamplingSchema.extend({
	at: z
		.array(widthField)
		.min(1, "a list of at least one width")
		.optional()
		.describe("Widths of the sweep to sample at. Default: all of them."),
});

export const options = z.strictObject({
	widths: z
		.array(widthField)
		.min(2, "a list of at least two widths")
		.describe("Hidden units of the swept layers, or channels of convolutions."),
	layer: z
		.int("an integer of at least 1")
		.min(1, "an integer of at least 1")
		.optional()
		.describe("The hidden layer that gets the width, counted from 1. Default: all of them."),
	theories: z
		.array(theorySchema)
		.min(1, "a list of at least one theory")
		.default(["equations-of-state"])
		.describe(
			"Ids, or objects with id and options. The infinite-width limit stands beside them in any case.",
		),
	outputScale: z
		.enum(["by-scaling", "fixed"])
		.default("by-scaling")
		.describe(
			"s_a^2/chi along the sweep: chi of the network's scaling at every width, or fixed at its value in the problem.",
		),
	noiseScaling: noiseScalingField,
	teacherDirection: z
		.array(z.number("a finite number"), "a list of numbers")
		.min(1, "a list of at least one number")
		.optional()
		.describe(
			"w, in the space of the weights of one hidden unit or filter. Default: that of the teacher that made the data.",
		),
	sampling: z
		.union([z.literal(false), sampling], "false or an object such as { chains: 4, draws: 1000, at: [20] }")
		.default(false)
		.describe("Also sample the real network at some widths; false to leave it out."),
	kernelsAt: z
		.union([z.literal(false), widthField], "false or one of the widths")
		.optional()
		.describe(
			"The width whose kernels are kept and drawn; false for none. Default: the smallest sampled one, or the smallest; none above 256 points.",
		),
});

export type AdaptationOptions = z.output<typeof options>;
export type AdaptationSampling = Exclude<AdaptationOptions["sampling"], false>;
