import { z } from "zod";

export const options = z.strictObject({
	recursion: z
		.enum(["vanilla", "nested", "full"])
		.default("vanilla")
		.describe(
			"How the scale of a layer enters the kernels above it: one product in front of the output kernel, through the nonlinearities, or to first order. The three coincide for one hidden layer.",
		),
	meanTerm: z
		.enum(["auto", "include", "ignore"])
		.default("auto")
		.describe(
			"The separate factor of the mean of the hidden units: auto includes it when the activation has a mean, that is, when it is not odd; for one dense hidden layer and one output only.",
		),
	orderParameter: z
		.enum(["matrix", "diagonal"])
		.default("matrix")
		.describe(
			"For convolutions: a matrix of scales over pairs of patches, or one scale for each patch. No effect on a dense layer.",
		),
});

export type KernelRescalingOptions = z.output<typeof options>;
