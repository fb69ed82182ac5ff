import { z } from "zod";
import { InputError } from "../../errors.ts";
import { quadratureOption, samplesOption, seedOption } from "../sampling-options.ts";

export const options = z.strictObject({
	order: z
		.enum(["first", "complete-first", "saddle"])
		.default("first")
		.describe(
			"first: kernels to first order in 1/N, prediction by their Gaussian process. complete-first: kernels and mean to first order. saddle: the most probable kernels.",
		),
	selfConsistent: z
		.boolean()
		.default(false)
		.describe(
			"With order first: false evaluates everything at the infinite-width kernels; true solves the first-order equations at the kernels they give.",
		),
	samples: samplesOption(
		{ most: 2 ** 24, usual: 2 ** 18 },
		"Random points, at most, of averages without a closed form; rounded up to a power of two.",
	),
	seed: seedOption("the random points"),
	quadrature: quadratureOption("Averages over a layer without a closed form"),
});

export type MapKernelsOptions = z.output<typeof options>;

/** What the other orders are, which leaves nothing to `selfConsistent`. */
const OTHERWISE = {
	"complete-first": "complete-first is an expansion around infinite width",
	saddle: "saddle is at the kernels that it gives",
};

/** @throws InputError when `selfConsistent` is asked for of another order than `first` */
export function requireOrderOfKernels({ order, selfConsistent }: MapKernelsOptions): void {
	if (!selfConsistent || order === "first") return;
	throw new InputError({
		where: "selfConsistent",
		wanted: `order first: ${OTHERWISE[order]}`,
		got: `selfConsistent = true with order ${order}`,
		advice: "Leave selfConsistent out, or use order first.",
	});
}
