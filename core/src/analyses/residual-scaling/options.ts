import { z } from "zod";

const variance = z.number("a finite number of at least 0").nonnegative("a finite number of at least 0");
const positive = z.number("a finite number above 0").positive("a finite number above 0");
const depth = z
	.int("an integer from 1 to 100000")
	.min(1, "an integer from 1 to 100000")
	.max(100_000, "an integer from 1 to 100000");
const point = z.int("an integer of at least 0").min(0, "an integer of at least 0");

export const QUANTITIES = ["kernels", "optimalScale", "continuumScale"] as const;

export const options = z.strictObject({
	quantity: z
		.enum(QUANTITIES)
		.optional()
		.describe(
			"kernels: covariance, output kernel and response; optimalScale: the best residual scale of one depth; continuumScale: its deep limit. Without it: the best scale of several depths beside the deep limit.",
		),
	activation: z
		.string("the name of an activation")
		.optional()
		.describe("The nonlinearity phi(h). Default: that of the problem's network, else erf."),
	firstCovariance: z
		.array(z.array(z.number("a finite number"), "a row of numbers"), "a list of rows of numbers")
		.min(2, "a list of at least two rows")
		.optional()
		.describe("C^(0) of two or more inputs: the covariance that enters the first residual block."),
	variance: positive.optional().describe("q(0), the variance of both inputs of a pair of equal variances."),
	covariance: z
		.number("a finite number")
		.optional()
		.describe("c(0), their covariance; smaller than variance in absolute value."),
	pair: z
		.tuple([point, point], "two different rows of the first covariance, such as [0, 1]")
		.default([0, 1])
		.describe("The two inputs, counted from 0, whose response is asked for."),
	depth: z
		.union(
			[depth, z.array(depth).min(1, "a list of at least one number")],
			"an integer from 1 to 100000, or a list of them",
		)
		.optional()
		.describe("L, the number of residual blocks; a list of them without quantity."),
	residualScale: variance.optional().describe("rho, which multiplies what each block adds."),
	weightVariance: positive
		.optional()
		.describe("sigma_w^2 of the residual branches. Default: that of the problem's blocks, else 1."),
	biasVariance: variance
		.optional()
		.describe("sigma_b^2 of the residual branches. Default: that of the problem's blocks, else 0."),
	readoutVariance: positive
		.optional()
		.describe("sigma_v^2 of the readout. Default: that of the problem's network over chi, else 1."),
});

export type ResidualScalingOptions = z.output<typeof options>;
