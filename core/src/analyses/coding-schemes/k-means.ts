/** Clusters of points by k-means (Lloyd 1982) from k-means++ starts (Arthur and Vassilvitskii 2007). */
import { type Engine, type Matrix, matrix, matrixRow, type RandomState } from "@finitude/engine";
import { uniforms } from "../../data/random.ts";

export interface Clusters {
	/** Of each point. */
	readonly members: Int32Array;
	/** Sum over the points of the squared distance from the center of their cluster. */
	readonly spread: number;
}

/** The best of so many starts. */
const STARTS = 5;

/** Assignments of well separated clusters stand after a few rounds; others are no clusters. */
const MOST_ROUNDS = 50;

/**
 * @param points n x p
 * @param k clusters, at most n
 * @param stream advanced
 */
export function kMeans(engine: Engine, points: Matrix, k: number, stream: RandomState): Clusters {
	let best: Clusters | undefined;
	// One cluster has one solution.
	for (let start = 0; start < (k === 1 ? 1 : STARTS); start++) {
		const found = lloyd(points, spreadCenters(engine, points, k, stream));
		if (best === undefined || found.spread < best.spread) best = found;
	}
	return best!;
}

/** Each further center is a point, drawn in proportion to its squared distance from the centers before it. */
function spreadCenters(engine: Engine, points: Matrix, k: number, stream: RandomState): Matrix {
	const { rows: n, columns: p } = points;
	const centers = matrix(k, p);
	const distances = new Float64Array(n).fill(1);
	const u = uniforms(engine, stream, k);
	for (let c = 0; c < k; c++) {
		const total = distances.reduce((sum, x) => sum + x, 0);
		let [left, chosen] = [u[c]! * total, n - 1];
		for (let i = 0; i < n; i++) {
			left -= distances[i]!;
			if (left < 0) {
				chosen = i;
				break;
			}
		}
		const center = matrixRow(points, chosen);
		centers.data.set(center, c * p);
		for (let i = 0; i < n; i++) {
			const distance = squaredDistance(points.data, i * p, center, 0, p);
			distances[i] = c === 0 ? distance : Math.min(distances[i]!, distance);
		}
	}
	return centers;
}

function lloyd({ rows: n, columns: p, data }: Matrix, centers: Matrix): Clusters {
	const k = centers.rows;
	const members = new Int32Array(n).fill(-1);
	let spread = 0;
	for (let round = 0; round < MOST_ROUNDS; round++) {
		let moved = false;
		spread = 0;
		for (let i = 0; i < n; i++) {
			let [nearest, least] = [0, Number.POSITIVE_INFINITY];
			for (let c = 0; c < k; c++) {
				const distance = squaredDistance(data, i * p, centers.data, c * p, p);
				if (distance < least) [nearest, least] = [c, distance];
			}
			if (members[i] !== nearest) moved = true;
			members[i] = nearest;
			spread += least;
		}
		if (!moved) break;
		const counts = new Float64Array(k);
		const sums = new Float64Array(k * p);
		for (let i = 0; i < n; i++) {
			const c = members[i]!;
			counts[c]!++;
			for (let j = 0; j < p; j++) sums[c * p + j]! += data[i * p + j]!;
		}
		// A center that lost its points stays where it is.
		for (let e = 0; e < k * p; e++) {
			const count = counts[Math.floor(e / p)]!;
			if (count > 0) centers.data[e] = sums[e]! / count;
		}
	}
	return { members, spread };
}

function squaredDistance(a: Float64Array, i: number, b: Float64Array, j: number, p: number): number {
	let sum = 0;
	for (let e = 0; e < p; e++) sum += (a[i + e]! - b[j + e]!) ** 2;
	return sum;
}
