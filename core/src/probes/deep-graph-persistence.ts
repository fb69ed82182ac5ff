/**
 * Deep graph persistence.
 *
 * 1. Quantity: neural persistence of one graph for the whole network: an edge from each input to each output, as strong as the strongest
 *    path between them, a path being as strong as its weakest weight (docs/probes/deep-graph-persistence.md).
 * 2. Each layer's weights are standardized first, so that the scale of one against another drops out.
 * 3. Range: 0 to 1.
 * 4. Cost: D sum_l N_l N_(l-1) + (d + D)^2.
 */
import { type Matrix, matrix } from "@finitude/engine";
import { denseOnly } from "./dense-only.ts";
import { normalizedPersistence } from "./persistence/normalized-persistence.ts";
import { strongestPaths } from "./persistence/strongest-paths.ts";
import { largestMagnitude, weightMatrices, weightsOf } from "./persistence/weight-matrices.ts";
import type { DrawProbe } from "./probe.ts";

/** What the one reading is of. */
const PLACE = { quantity: "deepGraphPersistence", layer: "inputs, output" };

export const deepGraphPersistence: DrawProbe = {
	id: "deep-graph-persistence",
	title: "Deep graph persistence",
	aliases: ["dgp"],
	summary: "Neural persistence of the graph of the strongest paths from inputs to outputs.",
	references: [
		{
			key: "girrbach2023addressing",
			authors: [
				"Girrbach, Leander",
				"Christensen, Anders",
				"Winther, Ole",
				"Akata, Zeynep",
				"Koepke, A. Sophia",
			],
			title: "Addressing caveats of neural persistence with deep graph persistence",
			year: 2023,
			journal: "Transactions on Machine Learning Research",
			arxiv: "2307.10865",
		},
	],
	needs: "weights",
	of: "draws",
	descriptive: true,
	quantities: [{ id: "deepGraphPersistence", symbol: "DGP", title: "deep graph persistence", range: [0, 1] }],
	applies(problem) {
		const dense = denseOnly(problem);
		if (dense !== true) return dense;
		const single = weightMatrices(problem).find(({ rows, columns }) => rows * columns === 1);
		if (single === undefined) return true;
		const owner = single.name === "readout_weights" ? "The readout" : `Layer ${single.layer.split(" ")[1]}`;
		return `${owner} has a single weight, which cannot be standardized.`;
	},
	prepare(_engine, { problem }) {
		const matrices = weightMatrices(problem);
		return (network) => {
			const layers: Matrix[] = [];
			for (const place of matrices) {
				const weights = standardizedMagnitudes(weightsOf(network, place));
				if (weights === undefined)
					return [{ ...PLACE, reason: `the weights of ${place.layer} are all equal` }];
				layers.push(matrix(place.rows, place.columns, weights));
			}
			// From the few outputs down: every product has D rows.
			const paths = layers.reduceRight((above, layer) => strongestPaths(above, layer));
			const largest = largestMagnitude(paths.data);
			if (largest === 0) return [{ ...PLACE, reason: "every path has a weight at the mean of its layer" }];
			const scaled = paths.data.map((w) => w / largest);
			return [{ ...PLACE, values: [normalizedPersistence(scaled, paths.rows, paths.columns)] }];
		};
	},
};

/** |w - mean| / standard deviation of each weight; undefined where all are equal. */
function standardizedMagnitudes(weights: Float64Array): Float64Array | undefined {
	if (weights.every((w) => w === weights[0])) return undefined;
	const mean = weights.reduce((sum, w) => sum + w, 0) / weights.length;
	const centered = weights.map((w) => w - mean);
	const deviation = Math.sqrt(centered.reduce((sum, w) => sum + w * w, 0) / weights.length);
	return centered.map((w) => Math.abs(w) / deviation);
}
