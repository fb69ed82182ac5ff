/**
 * Diffusion spectral entropy.
 *
 * 1. Quantity: the entropy of the eigenvalues of a random walk between the points of a layer, which prefers neighbors: the logarithm of the number of
 *    clusters that it tells apart (docs/probes/spectral-entropy.md).
 * 2. Range: 0 to log2 P, in bits.
 * 3. The bandwidth of the walk is the median distance of the points in that layer; it is a quantity of its own.
 * 4. Cost: P^3 a layer, eigenvalues only.
 */
import type { MomentProbe, ProbeReading } from "./probe.ts";
import { diffusionEntropy, medianDistance, squaredDistances } from "./spectral-entropy/diffusion.ts";

export const spectralEntropy: MomentProbe = {
	id: "spectral-entropy",
	title: "Diffusion spectral entropy",
	aliases: ["diffusion-spectral-entropy", "dse"],
	summary:
		"The entropy of a random walk between the representations of the points: how many clusters they form.",
	references: [
		{
			key: "liao2023assessing",
			authors: [
				"Liao, Danqi",
				"Liu, Chen",
				"Christensen, Benjamin W.",
				"Tong, Alexander",
				"Huguet, Guillaume",
				"Wolf, Guy",
				"Nickel, Maximilian",
				"Adelstein, Ian",
				"Krishnaswamy, Smita",
			],
			title:
				"Assessing neural network representations during training using noise-resilient diffusion spectral entropy",
			year: 2023,
			arxiv: "2312.04823",
		},
		{
			key: "coifman2006diffusion",
			authors: ["Coifman, Ronald R.", "Lafon, Stéphane"],
			title: "Diffusion maps",
			year: 2006,
			journal: "Applied and Computational Harmonic Analysis",
			doi: "10.1016/j.acha.2006.04.006",
		},
	],
	needs: "kernel",
	of: "moments",
	descriptive: true,
	quantities: [
		{
			id: "spectralEntropy",
			symbol: "S_D",
			title: "diffusion spectral entropy (bits)",
			range: [0, undefined],
		},
		{
			id: "bandwidth",
			symbol: "sigma",
			title: "bandwidth: median distance of the points",
			range: [0, undefined],
		},
	],
	applies: ({ trainInputs }) =>
		trainInputs.rows > 1 ||
		"spectral-entropy looks at distances between points, and there is one point only.",
	evaluate(engine, { kernels }) {
		return kernels.flatMap(({ layer, kernel }): ProbeReading[] => {
			const squares = squaredDistances(kernel);
			if (squares === undefined) {
				const reason = "the kernel has a negative squared distance between two points, as no covariance has";
				return [
					{ quantity: "spectralEntropy", layer, reason },
					{ quantity: "bandwidth", layer, reason },
				];
			}
			const bandwidth = medianDistance(squares);
			return [
				{ quantity: "spectralEntropy", layer, values: [diffusionEntropy(engine, squares, bandwidth)] },
				{ quantity: "bandwidth", layer, values: [bandwidth] },
			];
		});
	},
};
