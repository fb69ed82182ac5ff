import { maximumSpanningTree } from "./spanning-tree.ts";

/**
 * The 2-norm of how long the connected components of a weighted bipartite graph live, sqrt(sum_e (1 - w_e)^2 / (n - 1)) over the n - 1
 * edges e of a maximum spanning tree of its n vertices: 0 where all weights are 1, 1 where they all vanish. A component is born at 1 and
 * dies at the weight of the heaviest edge that joins it to another; the last one, which does not die, is left out.
 *
 * Rieck et al. 2019, arXiv 1812.09764, definitions 2 and 3 with p = 2.
 *
 * @param weights rows x columns, row-major, from 0 to 1
 */
export function normalizedPersistence(weights: Float64Array, rows: number, columns: number): number {
	const tree = maximumSpanningTree(weights, rows, columns);
	return Math.sqrt(tree.reduce((sum, w) => sum + (1 - w) ** 2, 0) / tree.length);
}
