/** The kernel map of one layer at the pairs of sites that the layer above reads, forward and backward. */
import { type Engine, type Matrix, matrix, mirrorLower } from "@finitude/engine";
import type { GaussianPairs } from "../../kernels/gaussian-pairs.ts";
import type { SiteLayer } from "./site-layers.ts";

/** K_l at the sites: its diagonal, and the covariance of every pair of the layer in the order of `forEachPair`. */
export interface SiteCovariances {
	readonly variances: Float64Array;
	readonly covariances: Float64Array;
}

/** What a layer does to covariances. Pairs are those of `layer.pairs`, lower triangles where both positions are one. */
export interface PairMap {
	readonly layer: SiteLayer;
	/** P */
	readonly points: number;
	/** Picks the entries from a kernel over all sites, n x n with n = J P. */
	pick(kernel: Matrix): SiteCovariances;
	/** Equation (1): Q over the sites of the layer above, exactly symmetric. */
	forward(engine: Engine, at: SiteCovariances): Matrix;
	/**
	 * Equation (9): for symmetric A over the sites above, the M of d tr(A Q) = tr(M dK), one number for each pair and one
	 * for each diagonal entry. A number of a pair of different sites stands for both its entries in M.
	 */
	backward(engine: Engine, at: SiteCovariances, cotangent: Matrix): PairCotangent;
	/** The same M as a symmetric matrix over all sites. */
	cotangent(engine: Engine, at: SiteCovariances, cotangent: Matrix): Matrix;
}

/** M of equation (9) in the layout of `SiteCovariances`: the diagonal apart from the pairs. */
export interface PairCotangent {
	readonly diagonal: Float64Array;
	/** 0 for a pair of a site with itself: it is counted in `diagonal`. */
	readonly pairs: Float64Array;
}

/** Calls `visit(site, site, site above, site above)` for every pair, block by block. */
function forEachPair(
	{ pairs }: SiteLayer,
	P: number,
	visit: (first: number, second: number, firstAbove: number, secondAbove: number) => void,
): void {
	for (const { first, second, above } of pairs) {
		for (let a = 0; a < P; a++) {
			const last = first === second ? a : P - 1;
			for (let b = 0; b <= last; b++)
				visit(first * P + a, second * P + b, above[0] * P + a, above[1] * P + b);
		}
	}
}

/** The map of a layer for P points; the table of pairs is made once. */
export function pairMap(layer: SiteLayer, P: number): PairMap {
	let count = 0;
	for (const { first, second } of layer.pairs) count += first === second ? (P * (P + 1)) / 2 : P * P;
	const first = new Int32Array(count);
	const second = new Int32Array(count);
	const above = new Int32Array(count);
	const n = layer.positions * P;
	const nAbove = layer.positionsAbove * P;
	let filled = 0;
	forEachPair(layer, P, (a, b, aAbove, bAbove) => {
		first[filled] = a;
		second[filled] = b;
		above[filled++] = aAbove * nAbove + bAbove;
	});
	const gaussian = ({ variances, covariances }: SiteCovariances): GaussianPairs => ({
		variances,
		first,
		second,
		covariances,
	});
	const backward: PairMap["backward"] = (engine, at, { data }) => {
		const diagonal = new Float64Array(n);
		const pairs = new Float64Array(count);
		const slopes = layer.dual.gradient(engine, gaussian(at));
		for (let k = 0; k < count; k++) {
			const weight = layer.scale * data[above[k]!]!;
			const [a, b] = [first[k]!, second[k]!];
			if (a === b) {
				diagonal[a]! += weight * (slopes[3 * k]! + slopes[3 * k + 1]! + slopes[3 * k + 2]!);
			} else {
				diagonal[a]! += 2 * weight * slopes[3 * k]!;
				diagonal[b]! += 2 * weight * slopes[3 * k + 1]!;
				pairs[k] = weight * slopes[3 * k + 2]!;
			}
		}
		return { diagonal, pairs };
	};
	return {
		layer,
		points: P,
		pick({ data }) {
			const variances = new Float64Array(n);
			for (let i = 0; i < n; i++) variances[i] = data[i * n + i]!;
			const covariances = new Float64Array(count);
			for (let k = 0; k < count; k++) covariances[k] = data[first[k]! * n + second[k]!]!;
			return { variances, covariances };
		},
		forward(engine, at) {
			const values = layer.dual.kernel(engine, gaussian(at));
			const sum = matrix(nAbove, nAbove);
			for (let k = 0; k < count; k++) sum.data[above[k]!]! += values[k]!;
			for (let k = 0; k < sum.data.length; k++) sum.data[k] = layer.scale * sum.data[k]! + layer.shift;
			return mirrorLower(sum);
		},
		backward,
		cotangent(engine, at, above) {
			const { diagonal, pairs } = backward(engine, at, above);
			const result = matrix(n, n);
			for (let k = 0; k < count; k++) {
				const [a, b] = [first[k]!, second[k]!];
				const value = a === b ? diagonal[a]! : pairs[k]!;
				result.data[a * n + b] = value;
				result.data[b * n + a] = value;
			}
			return result;
		},
	};
}
