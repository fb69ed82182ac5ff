/**
 * The weights of the edges of a maximum spanning tree of the complete bipartite graph between rows and columns, in the order in which
 * Prim's algorithm takes them up; as a multiset they do not depend on how ties are broken. Every edge is there, so the dense form of the
 * algorithm, O(rows columns + vertices^2), needs neither sorting nor a list of edges.
 *
 * Prim 1957, Shortest connection networks and some generalizations, Bell System Technical Journal 36:1389.
 *
 * @param weights rows x columns, row-major
 * @returns rows + columns - 1 weights
 */
export function maximumSpanningTree(weights: Float64Array, rows: number, columns: number): Float64Array {
	const vertices = rows + columns;
	const tree = new Float64Array(vertices - 1);
	// The heaviest edge from the tree to each vertex; the vertices outside are those listed in `outside`.
	const heaviest = new Float64Array(vertices).fill(Number.NEGATIVE_INFINITY);
	const outside = Int32Array.from({ length: vertices - 1 }, (_, k) => k + 1);
	let added = 0;
	for (let left = vertices - 1; left > 0; left--) {
		let next = 0;
		for (let k = 0; k < left; k++) {
			const v = outside[k]!;
			if (added < rows !== v < rows) {
				const weight =
					added < rows ? weights[added * columns + v - rows]! : weights[v * columns + added - rows]!;
				if (weight > heaviest[v]!) heaviest[v] = weight;
			}
			if (heaviest[v]! > heaviest[outside[next]!]!) next = k;
		}
		added = outside[next]!;
		tree[vertices - 1 - left] = heaviest[added]!;
		outside[next] = outside[left - 1]!;
	}
	return tree;
}
