/** The kernel map of one layer where a training point takes part: with every inducing input, and with itself. */
import { type Engine, type Matrix, matrix } from "@finitude/engine";
import type { GaussianPairs } from "../../kernels/gaussian-pairs.ts";
import type { SiteLayer } from "../equations-of-state/site-layers.ts";

/** A kernel between inducing inputs and training points, and on the diagonal of the training points. */
export interface SpreadKernel {
	/** J m x P: row j m + i is inducing input i, and column a training point a, at position j. */
	readonly cross: Matrix;
	/** J P */
	readonly diagonal: Float64Array;
}

/** Derivatives of S with respect to the numbers of a `SpreadKernel`, and what they leave on the inducing inputs. */
export interface SpreadCotangent extends SpreadKernel {
	/** J m: with respect to the variances of the inducing inputs. */
	readonly inducing: Float64Array;
}

export interface SpreadMap {
	/** Equation (1) of docs/theories/equations-of-state.md. @param variances J m, of the inducing inputs */
	forward(engine: Engine, variances: Float64Array, at: SpreadKernel): SpreadKernel;
	/** Equation (9). @param above dS/dQ for every number of Q on its own */
	backward(engine: Engine, variances: Float64Array, at: SpreadKernel, above: SpreadKernel): SpreadCotangent;
}

/** The map of a layer whose layer above has one position, for m inducing inputs and P training points. */
export function spreadMap({ dual, positions, scale, shift }: SiteLayer, m: number, P: number): SpreadMap {
	const crossCount = positions * m * P;
	const count = crossCount + positions * P;
	const first = new Int32Array(count);
	const second = new Int32Array(count);
	for (let j = 0; j < positions; j++) {
		for (let a = 0; a < P; a++) {
			const training = positions * m + j * P + a;
			for (let i = 0; i < m; i++) {
				const k = (j * m + i) * P + a;
				first[k] = j * m + i;
				second[k] = training;
			}
			const k = crossCount + j * P + a;
			first[k] = second[k] = training;
		}
	}
	const pairs = (variances: Float64Array, { cross, diagonal }: SpreadKernel): GaussianPairs => ({
		variances: joined(variances, diagonal),
		first,
		second,
		covariances: joined(cross.data, diagonal),
	});
	return {
		forward(engine, variances, at) {
			const values = dual.kernel(engine, pairs(variances, at));
			const cross = matrix(m, P, new Float64Array(m * P).fill(shift));
			for (let k = 0; k < crossCount; k++) cross.data[k % (m * P)]! += scale * values[k]!;
			const diagonal = new Float64Array(P).fill(shift);
			for (let k = crossCount; k < count; k++) diagonal[(k - crossCount) % P]! += scale * values[k]!;
			return { cross, diagonal };
		},
		backward(engine, variances, at, above) {
			const slopes = dual.gradient(engine, pairs(variances, at));
			const inducing = new Float64Array(positions * m);
			const cross = matrix(positions * m, P);
			const diagonal = new Float64Array(positions * P);
			for (let k = 0; k < crossCount; k++) {
				const weight = scale * above.cross.data[k % (m * P)]!;
				inducing[first[k]!]! += weight * slopes[3 * k]!;
				diagonal[second[k]! - positions * m]! += weight * slopes[3 * k + 1]!;
				cross.data[k] = weight * slopes[3 * k + 2]!;
			}
			for (let k = crossCount; k < count; k++) {
				const weight = scale * above.diagonal[(k - crossCount) % P]!;
				diagonal[k - crossCount]! += weight * (slopes[3 * k]! + slopes[3 * k + 1]! + slopes[3 * k + 2]!);
			}
			return { inducing, cross, diagonal };
		},
	};
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
	const all = new Float64Array(a.length + b.length);
	all.set(a);
	all.set(b, a.length);
	return all;
}
