import { z } from "zod";

const variance = z.number("a finite number of at least 0").min(0, "a finite number of at least 0");
const positive = z.number("a finite number above 0").positive("a finite number above 0");

export const options = z.strictObject({
	quantity: z
		.enum(["scan", "criticalPoint", "perpendicularSusceptibility"])
		.default("scan")
		.describe(
			"scan: a problem along weightDeviations. criticalPoint and perpendicularSusceptibility: of a wide network, without a problem.",
		),
	weightDeviations: z
		.array(positive)
		.min(1, "a list of at least one number")
		.optional()
		.describe(
			"For scan: values of sigma_w; every weight variance, hidden and readout, is replaced by its square.",
		),
	depths: z
		.array(z.int("an integer of at least 1").min(1, "an integer of at least 1"))
		.min(1, "a list of at least one depth")
		.optional()
		.describe("For scan: numbers of hidden layers, from the input up, to compare. Default: all of them."),
	activation: z.string().min(1).optional().describe("Without a problem: the activation. Default: erf."),
	biasVariance: variance
		.optional()
		.describe("Without a problem: sigma_b^2, the variance of the biases. Default: 0."),
	weightVariance: positive
		.optional()
		.describe("For perpendicularSusceptibility: sigma_w^2, the variance of the weights. Default: 1."),
});

export type CriticalityOptions = z.output<typeof options>;
