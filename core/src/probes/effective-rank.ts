/**
 * Effective rank and participation ratio.
 *
 * 1. Quantity: how many eigenvectors of a layer's kernel carry it: the exponential of the entropy of its eigenvalues lambda_k/tr K, and
 *    (tr K)^2/tr K^2 (docs/probes/effective-rank.md).
 * 2. Range: 1 to P.
 * 3. Kernels with a negative eigenvalue, which an expansion may have, have no entropy; the participation ratio asks for a positive trace only.
 * 4. Cost: P^3 a layer, eigenvalues only.
 */
import { dot, trace } from "@finitude/engine";
import { type KernelSpectrum, kernelSpectrum, notCovariance } from "./kernel-spectrum.ts";
import type { MomentProbe, ProbeReading } from "./probe.ts";

export const effectiveRank: MomentProbe = {
	id: "effective-rank",
	title: "Effective rank",
	aliases: ["participation-ratio", "effective-dimension"],
	summary:
		"How many directions carry a layer's kernel: exponential entropy of the eigenvalues, and participation ratio.",
	references: [
		{
			key: "roy2007effective",
			authors: ["Roy, Olivier", "Vetterli, Martin"],
			title: "The effective rank: a measure of effective dimensionality",
			year: 2007,
			journal: "European Signal Processing Conference",
		},
		{
			key: "gao2017theory",
			authors: [
				"Gao, Peiran",
				"Trautmann, Eric",
				"Yu, Byron",
				"Santhanam, Gopal",
				"Ryu, Stephen",
				"Shenoy, Krishna",
				"Ganguli, Surya",
			],
			title: "A theory of multineuronal dimensionality, dynamics and measurement",
			year: 2017,
			journal: "bioRxiv",
			doi: "10.1101/214262",
		},
	],
	needs: "kernel",
	of: "moments",
	quantities: [
		{ id: "effectiveRank", symbol: "r", title: "effective rank", range: [1, undefined] },
		{ id: "participationRatio", symbol: "PR", title: "participation ratio", range: [0, undefined] },
	],
	applies: () => true,
	evaluate(engine, { kernels }) {
		return kernels.flatMap(({ layer, kernel }): ProbeReading[] => {
			const total = trace(kernel);
			if (total <= 0) {
				const reason = total === 0 ? "the trace of the kernel is 0" : "the trace of the kernel is negative";
				return ["effectiveRank", "participationRatio"].map((quantity) => ({ quantity, layer, reason }));
			}
			const spectrum = kernelSpectrum(engine, kernel);
			const reason = notCovariance(spectrum);
			return [
				reason === undefined
					? { quantity: "effectiveRank", layer, values: [exponentialEntropy(spectrum)] }
					: { quantity: "effectiveRank", layer, reason },
				{
					quantity: "participationRatio",
					layer,
					values: [total ** 2 / dot(kernel.data, kernel.data)],
				},
			];
		});
	},
};

/** exp(-sum p_k log p_k), p_k = lambda_k / sum; eigenvalues that are 0 to rounding, of either sign, have no weight. */
function exponentialEntropy({ eigenvalues, resolution }: KernelSpectrum): number {
	const weights = eigenvalues.filter((value) => value > resolution);
	const total = weights.reduce((sum, value) => sum + value, 0);
	return Math.exp(weights.reduce((sum, value) => sum - (value / total) * Math.log(value / total), 0));
}
