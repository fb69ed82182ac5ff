import { z } from "zod";
import { samplingSchema } from "../../experiments/schema.ts";

const positive = z.number("a finite number above 0").positive("a finite number above 0");
const count = z
	.int("an integer of at least 1")
	.min(1, "an integer of at least 1")
	.max(2 ** 31, "an integer of at most 2^31");

const sweepable = <Field extends z.ZodType<number>>(field: Field, what: string) =>
	z.union([field, z.array(field).min(1, "a list of at least one number")], `${what}, or a list of them`);
const positiveOrList = sweepable(positive, "a finite number above 0");
const countOrList = sweepable(count, "an integer of at least 1");

/** The options that can be swept. */
export const SWEEPABLE = [
	"windows",
	"patch",
	"channels",
	"samples",
	"noiseVariance",
	"targetAmplitude",
	"readoutWeightVariance",
	"weightVariance",
] as const;

export type Sweepable = (typeof SWEEPABLE)[number];

const sampling = samplingSchema.omit({ covariance: true, evidence: true, saveWeights: true }).extend({
	sampler: z.string().min(1).default("gibbs").describe("A sampler's id."),
	draws: samplingSchema.shape.draws.unwrap().default(400).describe("Kept draws of each chain."),
	warmup: samplingSchema.shape.warmup
		.unwrap()
		.default(100)
		.describe("Steps of each chain before the first kept draw."),
	dataSets: z
		.int("an integer from 1 to 1000")
		.min(1, "an integer from 1 to 1000")
		.max(1000, "an integer from 1 to 1000")
		.default(1)
		.describe("Data sets to sample on; the overlap is averaged over them."),
	dataSeed: samplingSchema.shape.seed.describe("Draws the inputs. Default: the file's seed."),
	at: z
		.array(positive)
		.min(1, "a list of at least one number")
		.optional()
		.describe("Values of the swept option to sample at. Default: all of them."),
});

export const options = z.strictObject({
	windows: countOrList.describe("M, the number of positions of the convolution."),
	patch: countOrList.describe("S, the inputs of one window; there are M S inputs."),
	channels: countOrList.describe("C, the channels of the convolution."),
	samples: countOrList.describe("n, the number of training points."),
	noiseVariance: positiveOrList.describe("kappa, the noise variance."),
	targetAmplitude: positiveOrList.describe("theta*, the singular value of the teacher."),
	readoutWeightVariance: positiveOrList.default(1).describe("s_a^2 of the readout."),
	weightVariance: positiveOrList.default(1).describe("s_w^2 of the filters."),
	scaling: z
		.enum(["standard", "mean-field"])
		.default("standard")
		.describe("chi = 1 (standard) or chi = C (mean-field)."),
	sweep: z.enum(SWEEPABLE).optional().describe("The option that is a list; default: the one that is."),
	sampling: z
		.union([z.literal(false), sampling], "false or an object such as { chains: 4, draws: 400 }")
		.default(false)
		.describe("Also sample the real network at finite data sets; false to leave it out."),
});

export type TransitionOptions = z.output<typeof options>;
export type TransitionSampling = z.output<typeof sampling>;
