import { z } from "zod";
import { InputError } from "../../errors.ts";

const count = "an integer from 1024 to 16777216";

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
	samples: z
		.int(count)
		.min(2 ** 10, count)
		.max(2 ** 24, count)
		.default(2 ** 18)
		.describe("Random points, at most, of averages without a closed form; rounded up to a power of two."),
	seed: z
		.int("an integer of at least 0")
		.min(0, "an integer of at least 0")
		.default(0)
		.describe("Of the random points."),
	quadrature: z
		.enum(["auto", "converged", "sobol"])
		.default("auto")
		.describe(
			"Of averages without a closed form. converged: deterministic nodes, at most 3 inputs to a layer. sobol: random points. auto: nodes where they can be had.",
		),
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
