/** The `map` part of an experiment file. */

import { z } from "zod";
import { scalingExponentField } from "../../problem/output-scaling.ts";
import { theorySchema } from "../theory-entry.ts";

const LARGEST_WIDTH = 2 ** 31;
const widthText = `an integer from 1 to ${LARGEST_WIDTH}`;
const width = z.int(widthText).min(1, widthText).max(LARGEST_WIDTH, widthText);
const countText = "an integer from 2 to 100";
const list = (of: string) => `a list of 1 to 100 ${of}`;
const roundsText = "an integer from 1 to 10";
const agreementText = "a number from 0 to 0.1";

/** How `finitude compare --map` sweeps an experiment. */
export const theoryMapSchema = z.strictObject({
	widths: z
		.union(
			[
				z.array(width).min(1, list("widths")).max(100, list("widths")),
				z.strictObject({
					from: width,
					to: width,
					count: z.int(countText).min(2, countText).max(100, countText),
				}),
			],
			"a list of 1 to 100 widths, or { from, to, count }",
		)
		.default([4, 8, 16, 32, 64, 128, 256])
		.describe(
			"N: every hidden layer gets this width, or as many channels. A range is filled evenly in the logarithm.",
		),
	scalings: z
		.array(scalingExponentField, list("exponents"))
		.min(1, list("exponents"))
		.max(100, list("exponents"))
		.default([0, 0.25, 0.5, 0.75, 1])
		.describe(
			"Exponents gamma of chi = N^gamma: 0 is the standard scaling, 1 the mean-field scaling. Readout weights ~ N(0, s_a^2 / (N chi)), noise variance kappa / chi.",
		),
	theories: z
		.array(theorySchema)
		.min(1, "a list of at least one theory")
		.optional()
		.describe(
			"Ids, or objects with id and options; one theory may stand here with several options. Default: the experiment's.",
		),
	quantity: z
		.enum(["testMean", "testVariance", "kernel"])
		.default("testMean")
		.describe(
			"What theories are measured by: posterior means or variances of f at the test points, or the posterior output kernel of the training points.",
		),
	rounds: z
		.int(roundsText)
		.min(1, roundsText)
		.max(10, roundsText)
		.default(3)
		.describe(
			"How often a cell is sampled at most: while it is undecided or its chains have not converged, they go on to twice the draws.",
		),
	agreement: z
		.number(agreementText)
		.min(0, agreementText)
		.max(0.1, agreementText)
		.default(1e-3)
		.describe("Theories no farther apart than this fraction of the sampled norm count as one."),
});

export type TheoryMapJson = z.output<typeof theoryMapSchema>;
export type MapQuantity = TheoryMapJson["quantity"];
