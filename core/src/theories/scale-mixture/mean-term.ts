import { z } from "zod";
import { findActivation } from "../../activations/registry.ts";
import type { Problem } from "../../problem/problem.ts";
import { meanTermNotDerived } from "../kernel-rescaling/options.ts";
import { hasMatrixScale } from "./matrix-options.ts";

/** The option of both theories; linear units have no mean, whatever it says. */
export const meanTermOption = {
	meanTerm: z
		.enum(["auto", "include", "ignore"])
		.default("auto")
		.describe(
			"The common mean of the hidden units, whose weight in the readout has a law of its own: auto includes it when the activation has a mean, for one hidden layer.",
		),
};

/** What the option `meanTerm` asks for. */
export type MeanTermOption = z.output<typeof meanTermOption.meanTerm>;

/** What becomes of the common mean of the hidden units. */
export type MeanTermUse = "none" | "included" | "ignored" | "not derived";

/**
 * `auto` and `include` take the mean term where it is derived, for one dense hidden layer with one output; an odd activation
 * has none.
 *
 * @throws InputError when it is asked for and not derived
 */
export function meanTermUse(problem: Problem, option: MeanTermOption): MeanTermUse {
	const { network, trainTargets } = problem;
	const { layers } = network;
	const derived = layers.length === 1 && !hasMatrixScale(problem);
	if (option === "include" && !derived) {
		const instead =
			layers.length > 1
				? `this network has L = ${layers.length}`
				: trainTargets.columns > 1
					? `this problem has D = ${trainTargets.columns}`
					: "this network has a convolution";
		throw meanTermNotDerived(instead);
	}
	if (findActivation(layers[layers.length - 1]!.activation).odd) return "none";
	if (option === "ignore") return "ignored";
	return derived ? "included" : "not derived";
}
