import { z } from "zod";
import { samplingSchema } from "../../experiments/schema.ts";
import { severalChainsSchema } from "../sweep.ts";

const SAMPLES = "an integer from 1024 to 4194304";
const NETWORKS = "an integer from 4 to 100000";

const sampling = severalChainsSchema.extend({
	chains: severalChainsSchema.shape.chains
		.unwrap()
		.default(8)
		.describe("Two at least: errors come from what differs between chains."),
	draws: samplingSchema.shape.draws.unwrap().default(500).describe("Kept draws of each chain."),
	warmup: samplingSchema.shape.warmup
		.unwrap()
		.default(500)
		.describe("Steps of each chain before the first kept draw."),
});

export const options = z.strictObject({
	classes: z
		.enum(["values", "sign"])
		.default("values")
		.describe(
			"values: points of one target are one class, at most 6 of them. sign: targets above 0 and the others.",
		),
	networks: z
		.int(NETWORKS)
		.min(4, NETWORKS)
		.max(100000, NETWORKS)
		.default(100)
		.describe(
			"Draws of each chain whose units are looked at, evenly spaced; all of them where there are fewer.",
		),
	samples: z
		.int(SAMPLES)
		.min(1024, SAMPLES)
		.max(2 ** 22, SAMPLES)
		.default(2 ** 17)
		.describe("Weighted points of the one-unit posterior, rounded up to a power of two."),
	seed: samplingSchema.shape.seed.describe(
		"Of the weighted points and of the clustering. Default: the file's seed.",
	),
	sampling: sampling.default(() => sampling.parse({})).describe("How to sample the networks."),
});

export type CodingOptions = z.output<typeof options>;
