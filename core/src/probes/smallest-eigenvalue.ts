/**
 * Smallest eigenvalue and condition number.
 *
 * 1. Quantity: the smallest eigenvalue of a layer's kernel, which says how well it tells the two most similar combinations of points apart, and
 *    the ratio of the largest to it (docs/probes/smallest-eigenvalue.md).
 * 2. Range: at least 0 for a covariance; negative where an approximation makes a kernel indefinite, and then no condition number.
 * 3. Cost: P^3 a layer, eigenvalues only.
 */
import { kernelSpectrum } from "./kernel-spectrum.ts";
import type { MomentProbe, ProbeReading } from "./probe.ts";

export const smallestEigenvalue: MomentProbe = {
	id: "smallest-eigenvalue",
	title: "Smallest eigenvalue",
	aliases: ["condition-number", "conditioning"],
	summary: "The smallest eigenvalue of a layer's kernel, and its condition number.",
	references: [
		{
			key: "nguyen2021tight",
			authors: ["Nguyen, Quynh", "Mondelli, Marco", "Montufar, Guido"],
			title: "Tight bounds on the smallest eigenvalue of the neural tangent kernel for deep ReLU networks",
			year: 2021,
			journal: "International Conference on Machine Learning",
			arxiv: "2012.11654",
		},
	],
	needs: "kernel",
	of: "moments",
	quantities: [
		{ id: "smallestEigenvalue", symbol: "lambda_min", title: "smallest eigenvalue" },
		{
			id: "conditionNumber",
			symbol: "lambda_max/lambda_min",
			title: "condition number",
			range: [1, undefined],
			axis: "log",
		},
	],
	applies: () => true,
	evaluate(engine, { kernels }) {
		return kernels.flatMap(({ layer, kernel }): ProbeReading[] => {
			const { eigenvalues, resolution } = kernelSpectrum(engine, kernel);
			const [largest, smallest] = [eigenvalues[0]!, eigenvalues.at(-1)!];
			return [
				{ quantity: "smallestEigenvalue", layer, values: [smallest] },
				smallest > resolution
					? { quantity: "conditionNumber", layer, values: [largest / smallest] }
					: { quantity: "conditionNumber", layer, reason: noCondition(smallest, resolution) },
			];
		});
	},
};

function noCondition(smallest: number, resolution: number): string {
	return smallest < -resolution
		? "the smallest eigenvalue is negative"
		: "the smallest eigenvalue is 0 to rounding";
}
