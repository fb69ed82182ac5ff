/** The JSON form of a network, as it stands in problem and experiment files. */
import { z } from "zod";
import { perActivations } from "./per-activations.ts";

const count = z
	.int("an integer of at least 1")
	.min(1, "an integer of at least 1")
	.max(2 ** 31, "an integer of at most 2^31");
const positiveVariance = z.number("a finite number above 0").positive("a finite number above 0");
const variance = z.number("a finite number of at least 0").nonnegative("a finite number of at least 0");

/** kappa; exported because experiment files carry it beside the network. */
export const noiseVarianceSchema = variance.describe(
	"kappa >= 0: p(y | f) = N(y; f, kappa). A variance, absolute, used exactly as written in either scaling.",
);

/** The strict Zod schema of `network`. @param activations Names that `activation` may take; all registered ones by default. */
export const networkSchema = perActivations((activations) => {
	const prior = {
		weightVariance: positiveVariance.describe("s^2: every weight ~ N(0, s^2 / fan-in)."),
		biasVariance: variance.default(0).describe("s_b^2: every bias ~ N(0, s_b^2)."),
	};
	const activation = z.enum([...activations] as [string, ...string[]]).describe("The nonlinearity phi(h).");
	const dense = z.strictObject({
		type: z.literal("dense"),
		width: count.describe("Number of units."),
		activation,
		...prior,
	});
	const convolution = z.strictObject({
		type: z.literal("convolution"),
		channels: count.describe("Number of channels."),
		patch: count.describe("Inputs along a sequence, or pixels along each side of a square of an image."),
		stride: count
			.optional()
			.describe("Equal to patch (the default): patches tile the input without overlap."),
		activation,
		...prior,
	});
	const residual = z.strictObject({
		type: z.literal("residual"),
		width: count.describe("Number of units: that of the layer below, which is dense or residual."),
		activation,
		residualScale: z
			.number("a finite number of at least 0")
			.nonnegative("a finite number of at least 0")
			.describe("rho: the block adds rho (W phi + b) to the pre-activations of the layer below."),
		...prior,
	});
	return z.strictObject({
		layers: z
			.array(z.discriminatedUnion("type", [dense, convolution, residual]))
			.min(1, "a list of at least one layer")
			.max(1000, "a list of at most 1000 layers")
			.describe("Hidden layers, the one next to the inputs first."),
		readout: z.strictObject(prior).describe("The linear output layer."),
		scaling: z
			.enum(["standard", "mean-field"])
			.describe("standard: readout weights ~ N(0, s_a^2 / N); mean-field: N(0, s_a^2 / N^2)."),
	});
});

export type NetworkJson = z.output<ReturnType<typeof networkSchema>>;
