/** The experiment file: a problem, or how to make one, and what to compute about it. */
import { z } from "zod";
import { dataSchema } from "../data/schema.ts";
import { perActivations } from "../network/per-activations.ts";
import { networkSchema, noiseVarianceSchema } from "../network/schema.ts";
import { nameSchema, problemSchema } from "../problem/schema.ts";
import { learningCurveSchema } from "./learning-curve/schema.ts";
import { theorySchema } from "./theory-entry.ts";
import { theoryMapSchema } from "./theory-map/schema.ts";

const seedField = z.int("an integer from 0 to 2^53 - 1").min(0, "an integer from 0 to 2^53 - 1");
const countField = (least: number, most: number) => {
	const text = `an integer from ${least} to ${most}`;
	return z.int(text).min(least, text).max(most, text);
};

/** How to sample the real network, as it stands in files. */
export const samplingSchema = z.strictObject({
	sampler: z.string().min(1).default("hmc").describe("A sampler's id."),
	chains: countField(1, 1000).default(4),
	draws: countField(4, 10_000_000).default(1000).describe("Kept draws of each chain."),
	warmup: countField(0, 10_000_000).default(500).describe("Steps of each chain before the first kept draw."),
	seed: seedField.optional().describe("Default: the experiment's seed."),
	options: z.record(z.string(), z.unknown()).default({}).describe("Options of the sampler."),
	covariance: z
		.boolean("true or false")
		.default(false)
		.describe("Also the posterior covariance of f over points, for one output."),
	evidence: z
		.boolean("true or false")
		.default(false)
		.describe("Also the log evidence, by a sampler that can estimate it."),
	saveWeights: z.boolean("true or false").default(false).describe("Also keep the weights of every draw."),
});

/** The strict Zod schema of an experiment file. @param activations Names that `activation` may take. */
export const experimentSchema = perActivations((activations) => {
	return z.strictObject({
		name: nameSchema
			.min(1, "some text")
			.optional()
			.describe(
				"Free text on one line; the results folder carries it. Default: the problem's name, or the data source.",
			),
		seed: seedField.default(1).describe("Seed of everything random that has no seed of its own."),
		problem: z
			.union(
				[z.string().min(1).describe("Path of a problem file."), problemSchema(activations)],
				"a problem or the path of a problem file",
			)
			.optional()
			.describe("A problem, or the path of one. Then data, network and noiseVariance are left out."),
		data: dataSchema.optional().describe("How to make the data set, when problem is left out."),
		network: networkSchema(activations).optional().describe("The network and its priors, with data."),
		noiseVariance: noiseVarianceSchema.optional(),
		theories: z
			.union([z.literal("all"), z.array(theorySchema)], '"all" or a list of theories')
			.default("all")
			.describe("Theories to solve: all that apply, or a list."),
		sampling: z
			.union([z.literal(false), samplingSchema], "false or an object such as { chains: 4, draws: 1000 }")
			.default(() => samplingSchema.parse({}))
			.describe("How to sample the real network; false to leave it out."),
		learningCurve: learningCurveSchema
			.optional()
			.describe("Numbers of points and widths for finitude learning-curve; other commands leave it aside."),
		map: theoryMapSchema
			.optional()
			.describe("Widths and scalings for finitude compare --map; other commands leave it aside."),
	});
});

export type ExperimentJson = z.output<ReturnType<typeof experimentSchema>>;
