/**
 * Neural persistence.
 *
 * 1. Quantity: the graph of a layer's units and inputs, its edges added in the order of falling |weight|: how long connected components
 *    live, which the maximum spanning tree says; normalized by the largest value possible (docs/probes/neural-persistence.md).
 * 2. Range: 0 to 1. Weights are divided by the largest |weight| of the whole network, as in the source: their common scale drops out, and
 *    that of one layer against another does not.
 * 3. Cost: (N_l + N_(l-1))^2 a layer.
 */
import { denseOnly } from "./dense-only.ts";
import { normalizedPersistence } from "./persistence/normalized-persistence.ts";
import { largestMagnitude, weightMatrices, weightsOf } from "./persistence/weight-matrices.ts";
import type { DrawProbe } from "./probe.ts";

export const neuralPersistence: DrawProbe = {
	id: "neural-persistence",
	title: "Neural persistence",
	aliases: ["persistence"],
	summary:
		"How long the connected components of a layer's graph live as weak weights are added to strong ones.",
	references: [
		{
			key: "rieck2019neural",
			authors: [
				"Rieck, Bastian",
				"Togninalli, Matteo",
				"Bock, Christian",
				"Moor, Michael",
				"Horn, Max",
				"Gumbsch, Thomas",
				"Borgwardt, Karsten",
			],
			title: "Neural persistence: a complexity measure for deep neural networks using algebraic topology",
			year: 2019,
			journal: "International Conference on Learning Representations",
			arxiv: "1812.09764",
		},
	],
	needs: "weights",
	of: "draws",
	descriptive: true,
	quantities: [
		{ id: "neuralPersistence", symbol: "NP", title: "normalized neural persistence", range: [0, 1] },
	],
	applies: denseOnly,
	prepare(_engine, { problem }) {
		const matrices = weightMatrices(problem);
		return (network) => {
			const layers = matrices.map((matrix) => ({ ...matrix, weights: weightsOf(network, matrix) }));
			const largest = Math.max(...layers.map(({ weights }) => largestMagnitude(weights)));
			return layers.map(({ layer, rows, columns, weights }) => {
				const place = { quantity: "neuralPersistence", layer };
				if (largest === 0) return { ...place, reason: "all weights are zero" };
				const magnitudes = weights.map((w) => Math.abs(w) / largest);
				return { ...place, values: [normalizedPersistence(magnitudes, rows, columns)] };
			});
		};
	},
};
