/**
 * Weights of a quadrature rule on given nodes: on every interval the mean of the parabolas through its ends and the next node on
 * either side, whose errors of third order have opposite signs. Exact for parabolas; with two nodes the trapezoidal rule.
 *
 * @param nodes at least 2, strictly monotonic
 */
export function parabolaWeights(nodes: readonly number[]): number[] {
	const weights = nodes.map(() => 0);
	for (let left = 0; left < nodes.length - 1; left++) {
		const right = left + 1;
		const h = nodes[right]! - nodes[left]!;
		weights[left]! += h / 2;
		weights[right]! += h / 2;
		const others = [left - 1, right + 1].filter((i) => i >= 0 && i < nodes.length);
		for (const other of others) {
			// Linear part + f[left, right, other] (x - left) (x - right), and the integral of the product is -h^3 / 6.
			const three = [left, right, other];
			for (const i of three) {
				const [j, k] = three.filter((node) => node !== i);
				const divided = 1 / ((nodes[i]! - nodes[j!]!) * (nodes[i]! - nodes[k!]!));
				weights[i]! -= (h ** 3 / 6 / others.length) * divided;
			}
		}
	}
	return weights;
}
