import { dot } from "@finitude/engine";
import type { Estimate } from "../../diagnostics/estimate.ts";
import { rHat } from "../../diagnostics/index.ts";
import { mean, pooled } from "../../diagnostics/moments.ts";
import { standardErrorOfMean } from "../../samplers/point-estimates.ts";
import type { SavedNetworks } from "../../samplers/saved-networks.ts";

export interface WeightOverlap {
	/** R = u^T M u / tr M. */
	readonly overlap: Estimate;
	/** (R - 1/d) / (1 - 1/d): 0 for the prior, 1 for collapse; absent where d = 1. */
	readonly collapse?: Estimate;
	/** Of the overlap of single draws; absent where it does not move. */
	readonly rHat?: number;
}

/**
 * Equation (1) of docs/analyses/teacher-overlap.md: M is the average of w w^T over draws and first-layer units. The error of the ratio is that of the series
 * (u^T M_t u - R tr M_t) / tr M, which includes the correlation of the two.
 *
 * @param direction u, |u| = 1
 */
export function weightOverlap(chains: readonly SavedNetworks[], direction: Float64Array): WeightOverlap {
	const inputs = direction.length;
	const series = chains.map((networks) => {
		const along = new Float64Array(networks.draws);
		const total = new Float64Array(networks.draws);
		for (let t = 0; t < networks.draws; t++) {
			const w = networks.array("weights_1", t)!;
			for (let start = 0; start < w.length; start += inputs) {
				const unit = w.subarray(start, start + inputs);
				along[t]! += dot(unit, direction) ** 2;
				total[t]! += dot(unit, unit);
			}
		}
		return { along, total };
	});
	const trace = mean(pooled(series.map(({ total }) => total)));
	const value = mean(pooled(series.map(({ along }) => along))) / trace;
	const deviations = series.map(({ along, total }) => along.map((a, t) => (a - value * total[t]!) / trace));
	const standardError = standardErrorOfMean(deviations);
	const diagnostic = rHat(series.map(({ along, total }) => along.map((a, t) => a / total[t]!)));
	const left = 1 - 1 / inputs;
	return {
		overlap: { value, standardError },
		...(inputs > 1 && {
			collapse: { value: (value - 1 / inputs) / left, standardError: standardError / left },
		}),
		...(diagnostic.defined && { rHat: diagnostic.value }),
	};
}
