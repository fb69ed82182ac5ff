import { z } from "zod";
import { InputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import { firstNonlinear } from "../../samplers/linear-networks.ts";
import { quadratureOption, samplesOption, seedOption } from "../sampling-options.ts";

export const options = z.strictObject({
	variant: z
		.enum(["tree", "one-loop", "self-consistent"])
		.default("self-consistent")
		.describe(
			"tree: the saddle point alone, enough in the mean-field scaling. one-loop: its first fluctuation correction, for one linear layer and one output, means and kernel only. self-consistent: keeps the fluctuations of the outputs around the saddle; this project's own synthesis.",
		),
	samples: samplesOption(
		{ most: 2 ** 22, usual: 2 ** 18 },
		"Number of sampled weights of a unit, rounded up to a power of two; without effect on linear networks and on a quadrature.",
	),
	seed: seedOption("the sampled weights"),
	quadrature: quadratureOption("Averages over the weights of a nonlinear unit"),
});

export type MultiScaleOptions = z.output<typeof options>;

/** @throws InputError when the variant `one-loop` is asked for beyond one linear layer with one output */
export function requireVariant({ variant }: MultiScaleOptions, { network, trainTargets }: Problem): void {
	if (variant !== "one-loop") return;
	const depth = network.layers.length;
	const instead =
		firstNonlinear(network) !== undefined
			? `the activation is ${network.layers[0]!.activation}`
			: depth > 1
				? `L = ${depth}`
				: trainTargets.columns > 1
					? `D = ${trainTargets.columns}`
					: undefined;
	if (instead === undefined) return;
	throw new InputError({
		where: "options.variant",
		wanted: "tree or self-consistent",
		got: variant,
		sentence: `variant one-loop of multi-scale needs one hidden layer of linear units and one output; here ${instead}. Use variant tree or self-consistent.`,
	});
}
