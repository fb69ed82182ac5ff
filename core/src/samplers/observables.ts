import type { ChainResult } from "./chain-result.ts";
import { relativeWeights } from "./draw-weights.ts";

/** One scalar followed through all chains. */
export interface Observable {
	/** "testMean[3][0]": point 3, output 0. */
	readonly label: string;
	/** One series a chain, all of one length. */
	readonly series: readonly Float64Array[];
	/** Relative importance weights of its draws; absent when they count alike. */
	readonly weights?: readonly Float64Array[];
}

/** The quantities stored point by point. */
export type PointQuantity = "trainMean" | "trainVariance" | "testMean" | "testVariance";

/** Entry `index` of a stored quantity, its first `draws` draws of every chain. */
export function seriesOf(
	chains: readonly ChainResult[],
	quantity: PointQuantity,
	index: number,
	draws: number,
): Float64Array[] {
	return chains.map((chain) => {
		const size = chain[quantity].length / chain.completedDraws;
		return Float64Array.from({ length: draws }, (_, t) => chain[quantity][t * size + index]!);
	});
}

/**
 * Everything that convergence is judged by: conditional means and variances of f at all training and test points, the log
 * density, and the output kernel's mean diagonal and projection on the labels. Weights are not monitored: hidden units can
 * be permuted, so only functions of the network have a meaning. The conditional variance is the same for all outputs and is
 * taken once; where the draws carry a readout there is none. Of weighted draws also the weight itself: chains that weigh
 * otherwise on average disagree on the evidence.
 */
export function* monitoredObservables(
	chains: readonly ChainResult[],
	outputs: number,
	draws: number,
): Generator<Observable> {
	const weights = relativeWeights(chains, draws);
	const weighted = weights && { weights };
	const quantities: PointQuantity[] = ["trainMean", "trainVariance", "testMean", "testVariance"];
	for (const quantity of quantities) {
		// Draws that carry a readout have no conditional variance: f itself is followed.
		const absent =
			quantity.endsWith("Variance") && chains.every((chain) => chain[quantity].every((x) => x === 0));
		if (absent) continue;
		const size = chains[0]![quantity].length / chains[0]!.completedDraws;
		const step = quantity.endsWith("Mean") ? 1 : outputs;
		for (let index = 0; index < size; index += step) {
			const label = `${quantity}[${Math.floor(index / outputs)}][${index % outputs}]`;
			yield { label, series: seriesOf(chains, quantity, index, draws), ...weighted };
		}
	}
	for (const name of ["logDensity", "kernelMeanDiagonal", "kernelLabelProjection"] as const) {
		if (chains[0]!.scalars[name] === undefined) continue;
		const series = chains.map((chain) => chain.scalars[name]!.subarray(0, draws));
		yield { label: name, series, ...weighted };
	}
	// Counted alike, its mean is the evidence.
	const alike = weights?.map((series) => new Float64Array(series.length).fill(1));
	if (weights && alike) yield { label: "weight", series: weights, weights: alike };
}
