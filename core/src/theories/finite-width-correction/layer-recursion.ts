/** The cumulants V and K1 of the random kernel, layer by layer. */
import { type Engine, type Matrix, matrix } from "@finitude/engine";
import { dualOf } from "../../kernels/dual-of.ts";
import { type GaussianPairs, pairsBuilder } from "../../kernels/gaussian-pairs.ts";
import { joinedKernel } from "../../kernels/joined-kernel.ts";
import type { PriorKernels } from "../../kernels/prior-kernels.ts";
import { chi, layerWidth, type Network } from "../../network/network.ts";
import { pairCount } from "./kernel-covariance.ts";
import type { KernelCumulants } from "./tensor-correction.ts";

/**
 * V of one unit of a layer, <phi_a phi_b phi_c phi_d> - G_ab G_cd, T x T over pairs of points.
 *
 * @param covariance C of the pre-activations, n x n
 */
export type UnitCovariance = (layer: number, covariance: Float64Array, n: number) => Float64Array;

/**
 * (K, V, K1) of dense layers from the input up, section "Depth" of docs/theories/finite-width-correction.md. One hidden layer
 * has K1 = 0, and none is returned. Time and memory O(n^4) with small constants: two arrays of n^4 / 4 numbers.
 *
 * @param prior with the blocks between test points
 */
export function kernelCumulants(
	engine: Engine,
	network: Network,
	prior: PriorKernels,
	unitCovariance: UnitCovariance,
): KernelCumulants {
	let V: Float64Array | undefined;
	let shift: Float64Array | undefined;
	let n = 0;
	network.layers.forEach((layer, l) => {
		const covariance = joinedKernel(prior.preactivation[l]![0]!);
		n = Math.sqrt(covariance.length);
		const above = network.layers[l + 1];
		const gain = above ? above.weightVariance : network.readout.weightVariance / chi(network);
		const own = unitCovariance(l, covariance, n);
		const scale = (gain * gain) / layerWidth(layer);
		for (let k = 0; k < own.length; k++) own[k]! *= scale;
		if (V) {
			const derivatives = dualOf(layer.activation).derivatives(engine, pairsOf(covariance, n));
			shift = propagatedShift(derivatives.gradient, derivatives.hessian, shift, V, n, gain);
			addPropagated(own, derivatives.gradient, V, n, gain);
		}
		V = own;
	});
	return { covariance: V!, ...(shift && { meanShift: unpacked(shift, n) }) };
}

/** Every pair of points in the order of their places. */
export function pairsOf(covariance: Float64Array, n: number): GaussianPairs {
	const variances = Float64Array.from({ length: n }, (_, i) => covariance[i * n + i]!);
	const builder = pairsBuilder(variances, pairCount(n));
	builder.addTriangle(matrix(n, n, covariance), 0);
	return builder.pairs;
}

/** Adds gain^2 J V J^T to `own`. J has three entries a row: those of the pair itself and of its two points. */
function addPropagated(own: Float64Array, J: Float64Array, V: Float64Array, n: number, gain: number): void {
	const T = pairCount(n);
	const { first, second } = diagonalPlaces(n);
	const row = new Float64Array(T);
	for (let p = 0; p < T; p++) {
		const [aa, bb, ab] = [first[p]! * T, second[p]! * T, p * T];
		const [ja, jb, jc] = [J[3 * p]!, J[3 * p + 1]!, J[3 * p + 2]!];
		for (let q = 0; q < T; q++) row[q] = ja * V[aa + q]! + jb * V[bb + q]! + jc * V[ab + q]!;
		for (let q = 0; q <= p; q++) {
			const change = J[3 * q]! * row[first[q]!]! + J[3 * q + 1]! * row[second[q]!]! + J[3 * q + 2]! * row[q]!;
			own[p * T + q]! += gain * gain * change;
			if (q < p) own[q * T + p]! += gain * gain * change;
		}
	}
}

/** gain (J K1 + 1/2 H V), over pairs. */
function propagatedShift(
	J: Float64Array,
	H: Float64Array,
	shift: Float64Array | undefined,
	V: Float64Array,
	n: number,
	gain: number,
): Float64Array {
	const T = pairCount(n);
	const { first, second } = diagonalPlaces(n);
	return Float64Array.from({ length: T }, (_, p) => {
		const [aa, bb] = [first[p]!, second[p]!];
		const curvature =
			0.5 * (H[6 * p]! * V[aa * T + aa]! + H[6 * p + 1]! * V[bb * T + bb]! + H[6 * p + 2]! * V[p * T + p]!) +
			H[6 * p + 3]! * V[aa * T + bb]! +
			H[6 * p + 4]! * V[aa * T + p]! +
			H[6 * p + 5]! * V[bb * T + p]!;
		const drift = shift ? J[3 * p]! * shift[aa]! + J[3 * p + 1]! * shift[bb]! + J[3 * p + 2]! * shift[p]! : 0;
		return gain * (drift + curvature);
	});
}

/** For each pair the places of its first and of its second point, each paired with itself. */
function diagonalPlaces(n: number): { readonly first: Int32Array; readonly second: Int32Array } {
	const first = new Int32Array(pairCount(n));
	const second = new Int32Array(pairCount(n));
	let p = 0;
	for (let a = 0; a < n; a++) {
		for (let b = 0; b <= a; b++, p++) {
			first[p] = (a * (a + 3)) / 2;
			second[p] = (b * (b + 3)) / 2;
		}
	}
	return { first, second };
}

function unpacked(packed: Float64Array, n: number): Matrix {
	const result = matrix(n, n);
	let p = 0;
	for (let a = 0; a < n; a++) {
		for (let b = 0; b <= a; b++) result.data[a * n + b] = result.data[b * n + a] = packed[p++]!;
	}
	return result;
}
