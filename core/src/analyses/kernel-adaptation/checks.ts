import { InputError } from "../../errors.ts";
import { hasResidualBlocks } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { targetVariance } from "../../theories/discrepancy-measures.ts";
import type { AdaptationOptions } from "./options.ts";

/** @throws InputError for a problem without noise or without signal, and for a layer that is not there. */
export function checkSweep({ network, noiseVariance, trainTargets }: Problem, layer?: number): void {
	if (noiseVariance === 0) {
		throw new InputError({
			where: "noiseVariance",
			wanted: "a number above 0, since the discrepancy is (y - f) / kappa",
			got: "0",
			advice: "A noise far below the kernel will do.",
		});
	}
	if (!(targetVariance(trainTargets) > 0)) {
		throw new InputError({
			where: "trainTargets",
			wanted: "targets that differ from each other",
			got: `${trainTargets.data[0]} everywhere`,
		});
	}
	if (layer !== undefined && hasResidualBlocks(network)) {
		throw new InputError({
			where: "options.layer",
			wanted: "all layers of a network with residual blocks, whose widths are one",
			got: `${layer}`,
			advice: "Leave it out.",
		});
	}
	if (layer !== undefined && layer > network.layers.length) {
		throw new InputError({
			where: "options.layer",
			wanted: `a hidden layer, 1 to ${network.layers.length}`,
			got: `${layer}`,
		});
	}
}

/** @throws InputError for a width that is not in the sweep. */
export function checkWidthsOf({ sampling, kernelsAt }: AdaptationOptions, widths: readonly number[]): void {
	const asked = [
		...(sampling === false ? [] : (sampling.at ?? [])).map((width, i) => ({
			where: `options.sampling.at[${i}]`,
			width,
		})),
		...(typeof kernelsAt === "number" ? [{ where: "options.kernelsAt", width: kernelsAt }] : []),
	];
	const stray = asked.find(({ width }) => !widths.includes(width));
	if (stray === undefined) return;
	throw new InputError({ where: stray.where, wanted: "one of widths", got: `${stray.width}` });
}
