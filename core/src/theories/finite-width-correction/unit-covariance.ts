/** V of one hidden unit: exact four-point moments where there are some, averages over its features elsewhere. */
import { type Engine, load, scoped, transpose, view } from "@finitude/engine";
import { dualOf } from "../../kernels/dual-of.ts";
import {
	averageOverUnit,
	featureSource,
	type HiddenUnit,
	type Integrand,
	type IntegrationRule,
} from "../../tilted-unit/index.ts";
import { exactMoment } from "./exact-moments.ts";
import { channelCovariance, pairCount, unitCovariance } from "./kernel-covariance.ts";
import { pairsOf } from "./layer-recursion.ts";

/** From exact moments, T x T over the pairs of n points. @param covariance C, n x n, of the pre-activations of a dense layer */
export function exactUnitCovariance(
	engine: Engine,
	activation: string,
	covariance: Float64Array,
	n: number,
): Float64Array {
	const moment = exactMoment(activation)!(engine, covariance, n);
	return unitCovariance(moment, dualKernel(engine, activation, covariance, n), n);
}

/** From exact moments, of one channel of a convolution. @param unit its positions and points */
export function exactChannelCovariance(
	engine: Engine,
	activation: string,
	unit: HiddenUnit,
	weightSharing: boolean,
): Float64Array {
	const { points: n, positions: M } = unit;
	const rows = n * M;
	const covariance = scoped(engine, () => {
		const U = load(engine, unit.inputs);
		const C = view(engine.allocate(rows * rows), rows, rows);
		engine.gemm(1, U, transpose(U), 0, C);
		return C.block.data.slice();
	});
	if (M === 1) return exactUnitCovariance(engine, activation, covariance, n);
	const kernels = Array.from({ length: M }, (_, i) => {
		const own = new Float64Array(n * n);
		for (let a = 0; a < n; a++) {
			const start = (i * n + a) * rows + i * n;
			own.set(covariance.subarray(start, start + n), a * n);
		}
		return dualKernel(engine, activation, own, n);
	});
	const moment = exactMoment(activation)!(engine, covariance, rows);
	return channelCovariance(moment, kernels, n, weightSharing);
}

/** G, n x n. */
function dualKernel(engine: Engine, activation: string, covariance: Float64Array, n: number): Float64Array {
	const packed = dualOf(activation).kernel(engine, pairsOf(covariance, n));
	const kernel = new Float64Array(n * n);
	let p = 0;
	for (let a = 0; a < n; a++) {
		for (let b = 0; b <= a; b++) kernel[a * n + b] = kernel[b * n + a] = packed[p++]!;
	}
	return kernel;
}

/** <phi_a phi_b phi_c phi_d> - <phi_a phi_b><phi_c phi_d> by one rule, whose own kernel is subtracted: O(S n^4 / 4). */
export function averagedUnitCovariance(
	engine: Engine,
	unit: HiddenUnit,
	rule: IntegrationRule,
): Float64Array {
	const T = pairCount(unit.points);
	const { averages } = averageOverUnit(engine, featureSource(engine, unit, rule), pairProducts(engine, unit));
	const kernel = averages.slice(T * T);
	const covariance = averages.slice(0, T * T);
	for (let p = 0; p < T; p++) {
		for (let q = 0; q <= p; q++) {
			const value = covariance[p * T + q]! - kernel[p]! * kernel[q]!;
			covariance[p * T + q] = covariance[q * T + p] = value;
		}
	}
	return covariance;
}

/** The T x T averages of products of two pairs, then the T averages of pairs. */
function pairProducts(engine: Engine, { points: n }: HiddenUnit): Integrand {
	const T = pairCount(n);
	return {
		size: T * T + T,
		add({ features, count }, weights, sums) {
			const pairs = view(engine.allocate(T * count), T, count);
			const weighted = view(engine.allocate(T * count), T, count);
			const product = view(engine.allocate(T * T), T, T);
			const [phi, w] = [features.block.data, weights.data];
			const [to, toWeighted] = [pairs.block.data, weighted.block.data];
			let p = 0;
			for (let a = 0; a < n; a++) {
				for (let b = 0; b <= a; b++, p++) {
					for (let s = 0; s < count; s++) {
						const x = phi[features.offset + a * count + s]! * phi[features.offset + b * count + s]!;
						to[p * count + s] = x;
						toWeighted[p * count + s] = w[s]! * x;
						sums[T * T + p]! += w[s]! * x;
					}
				}
			}
			engine.gemm(1, weighted, transpose(pairs), 0, product);
			const data = product.block.data;
			for (let k = 0; k < T * T; k++) sums[k]! += data[k]!;
		},
	};
}
