/** The problem file: one data set, one network, one noise level. */
import { z } from "zod";
import { perActivations } from "../network/per-activations.ts";
import { networkSchema, noiseVarianceSchema } from "../network/schema.ts";

const rows = {
	type: "array",
	minItems: 1,
	items: { type: "array", minItems: 1, items: { type: "number" } },
} as const;
const column = { type: "array", minItems: 1, items: { type: "number" } } as const;

// Zod passes the numbers through and `parseMatrix` checks them: millions of numbers would take Zod minutes.
const list = (wanted: string) => z.custom<unknown[]>(Array.isArray, wanted);
const inputs = (description: string) => list("a list of rows of numbers").meta({ description, ...rows });
const targets = (description: string) =>
	list("a list of rows of numbers (or a flat list of numbers)").meta({ description, anyOf: [rows, column] });

/** [height, width, channels]. */
export const inputShapeSchema = z
	.tuple(
		[0, 1, 2].map(() => z.int("an integer of at least 1").min(1, "an integer of at least 1")) as [
			z.ZodInt,
			z.ZodInt,
			z.ZodInt,
		],
		"[height, width, channels]",
	)
	.describe("[height, width, channels] when the inputs are an image, stored with the channel fastest.");

/** Names stand in tables, figures (XML) and terminals: no control characters, no halves of surrogate pairs. */
export const nameSchema = z
	.string()
	.max(200)
	.regex(/^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]*$/u, "one line of text without control characters");

/** The strict Zod schema of a problem file. @param activations Names that `activation` may take. */
export const problemSchema = perActivations((activations) => {
	return z.strictObject({
		name: nameSchema.default("unnamed").describe("Free text on one line."),
		trainInputs: inputs("P rows of d numbers."),
		trainTargets: targets("P rows of D numbers, or a flat list when D = 1."),
		testInputs: inputs("P* rows of d numbers.").optional(),
		testTargets: targets("P* rows of D numbers, or a flat list when D = 1.").optional(),
		inputShape: inputShapeSchema.optional(),
		network: networkSchema(activations).describe("The network and its priors."),
		noiseVariance: noiseVarianceSchema,
	});
});
