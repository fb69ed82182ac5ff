import { type Matrix, matrix } from "@finitude/engine";
import type { KernelQuantity } from "../answer/answer.ts";
import { type BatchEstimate, type BatchMoments, combineBatchMoments } from "./batch-means.ts";
import type { ChainResult } from "./chain-result.ts";
import { averagedName } from "./observation.ts";
import { withEqualWeights } from "./weighted-batch-means.ts";

/** Posterior means of kernels with their standard errors, under the same names. */
export interface KernelEstimates {
	readonly kernels: Readonly<Record<string, KernelQuantity>>;
	/** Empty when the chains were stopped before two batches of draws. */
	readonly standardErrors: Readonly<Record<string, KernelQuantity>>;
}

/** The moments of an averaged quantity, one entry a chain, all draws counting alike. Undefined when the chains did not record it. */
export function averagedMoments(
	chains: readonly ChainResult[],
	name: string,
): readonly BatchMoments[] | undefined {
	const moments = chains.map((chain) => chain.averaged[name]);
	if (moments.some((moment) => moment === undefined)) return undefined;
	return withEqualWeights(moments.map((moment) => moment!));
}

/** An averaged quantity over all chains. Undefined when the chains did not record it. */
export function averagedEstimate(chains: readonly ChainResult[], name: string): BatchEstimate | undefined {
	const moments = averagedMoments(chains, name);
	return moments && combineBatchMoments(moments);
}

/**
 * The output kernel and every layer's pre-activation covariance and feature kernel, P x P each; a list over positions, in
 * their natural order, for a layer with several.
 */
export function kernelEstimates(chains: readonly ChainResult[], points: number): KernelEstimates {
	const square = (data: Float64Array<ArrayBuffer>) => matrix(points, points, data);
	const output = averagedEstimate(chains, averagedName.output)!;
	const perLayer = (name: (layer: number, position: number) => string) => {
		const estimates: BatchEstimate[][] = [];
		for (let layer = 0; chains[0]!.averaged[name(layer, 0)] !== undefined; layer++) {
			estimates.push(positionsOf(chains, (position) => name(layer, position)));
		}
		return estimates;
	};
	const quantities = {
		preactivation: perLayer(averagedName.preactivation),
		feature: perLayer(averagedName.feature),
	};
	const collect = (pick: (estimate: BatchEstimate) => Matrix): Record<string, KernelQuantity> => ({
		output: pick(output),
		...Object.fromEntries(
			Object.entries(quantities).map(([name, layers]) => [
				name,
				layers.map((positions) => (positions.length === 1 ? pick(positions[0]!) : positions.map(pick))),
			]),
		),
	});
	return {
		kernels: collect(({ mean }) => square(mean)),
		standardErrors: output.standardError ? collect(({ standardError }) => square(standardError!)) : {},
	};
}

function positionsOf(chains: readonly ChainResult[], name: (position: number) => string): BatchEstimate[] {
	const estimates: BatchEstimate[] = [];
	for (;;) {
		const estimate = averagedEstimate(chains, name(estimates.length));
		if (estimate === undefined) return estimates;
		estimates.push(estimate);
	}
}
