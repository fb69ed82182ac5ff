/** The scalings between the standard and the mean-field one. */
import { z } from "zod";
import { chi, layerWidth, type Network } from "../network/network.ts";
import type { Problem } from "./problem.ts";

/** gamma in chi = N^gamma. */
export const scalingExponentField = z
	.number("a number from 0 (standard) to 1 (mean-field)")
	.min(0, "a number from 0 (standard) to 1 (mean-field)")
	.max(1, "a number from 0 (standard) to 1 (mean-field)");

/** chi = N^gamma: what divides the output kernel. */
export function chiAt(width: number, exponent: number): number {
	return width ** exponent;
}

/**
 * The same problem with readout weights of variance s_a^2 / (chi N), chi = N^gamma, N the last width: gamma = 0 is the standard
 * scaling and gamma = 1 the mean-field one, both under their names. In between the network is one of standard scaling with the
 * readout variance s_a^2 / N^gamma, which is the same prior: chi enters nowhere else.
 *
 * The noise goes with the kernel: kappa = kappa_0 / chi, kappa_0 what the problem's own noise is at chi = 1. A readout bias stays.
 */
export function atScalingExponent(problem: Problem, exponent: number): Problem {
	const { network } = problem;
	const width = layerWidth(network.layers[network.layers.length - 1]!);
	const divisor = chiAt(width, exponent);
	return {
		...problem,
		network: { ...network, ...readoutAt(network, exponent, divisor) },
		noiseVariance: (problem.noiseVariance * chi(network)) / divisor,
	};
}

function readoutAt({ readout }: Network, exponent: number, divisor: number): Partial<Network> {
	if (exponent === 1) return { scaling: "mean-field" };
	return {
		scaling: "standard",
		readout: { ...readout, weightVariance: readout.weightVariance / divisor },
	};
}
