/** The exact Gaussian conditional of one layer's weights in a linear network, given all other weights and the data. */
import { type Engine, submatrix, transpose, type View, view } from "@finitude/engine";
import { allocateView } from "./block-operations.ts";
import { createRidge } from "./ridge.ts";
import type { WhitenedLayer } from "./whitened-network.ts";

export interface LayerConditional {
	/**
	 * Turns a draw from the prior into one from the conditional, in place (Matheron's rule).
	 *
	 * @param weights W, N x fan-in: independent standard normals on entry
	 * @param features F below, fan-in x (J P)
	 * @param sensitivity A, N x (J D): f = scale sum_j F_j^T W^T A_j + what does not depend on W
	 * @param residual P x D, contiguous: the targets minus what does not depend on W minus a draw of the noise; used up. Where a
	 * bias is integrated out, a draw of it is subtracted too.
	 * @throws InputError when the noise is lost in the rounding of the features
	 */
	draw(weights: View, features: View, sensitivity: View, residual: View): void;
}

export interface LayerConditionalShape {
	readonly layer: Pick<WhitenedLayer, "width" | "fanIn" | "positions" | "scale">;
	/** P. */
	readonly points: number;
	/** D. */
	readonly outputs: number;
	/** kappa > 0. */
	readonly noiseVariance: number;
	/** Variance of a bias of every output that is integrated out as well; 0 where it is given or there is none. */
	readonly integratedBias: number;
}

/** Allocates the work space. */
export function createLayerConditional(engine: Engine, shape: LayerConditionalShape): LayerConditional {
	return shape.layer.positions === 1 ? createDense(engine, shape) : createShared(engine, shape);
}

/**
 * One position: f = scale F^T (W^T A). In the eigenbasis A^T A = U diag(s) U^T the outputs are independent regressions on F with
 * gains g_k = s_k scale^2, so that the P D x P D covariance is never formed: with R the residual of the prior draw,
 * W <- W + scale sum_k (A u_k) v_k^T, v_k = F (g_k F^T F + kappa + bias)^-1 R u_k. An output direction that no unit feeds
 * (s_k = 0, N < D) leaves its prior alone.
 */
function createDense(engine: Engine, shape: LayerConditionalShape): LayerConditional {
	const { layer, points, outputs, noiseVariance, integratedBias } = shape;
	const { width, fanIn, scale } = layer;
	const rows = fanIn + (integratedBias > 0 ? 1 : 0);
	const ridge = createRidge(engine, { features: rows, points, outputs: 1, noiseVariance });
	const gram = allocateView(engine, outputs, outputs);
	const eigenvalues = engine.allocate(outputs);
	const effective = allocateView(engine, fanIn, outputs);
	const rotated = allocateView(engine, outputs, points);
	const direction = allocateView(engine, width, outputs);
	const corrections = allocateView(engine, outputs, rows);
	const augmented = integratedBias > 0 ? allocateView(engine, rows, points) : undefined;

	/** F, and below it the bias as one more feature in units of the gain. */
	const featuresFor = (features: View, gain: number): View => {
		if (augmented === undefined) return features;
		copyStrided(features, augmented);
		augmented.block.data.fill(Math.sqrt(integratedBias / gain), fanIn * points);
		return augmented;
	};

	return {
		draw(weights, features, sensitivity, residual) {
			engine.gemm(1, transpose(weights), sensitivity, 0, effective);
			engine.gemm(-scale, transpose(features), effective, 1, residual);
			engine.gemm(1, transpose(sensitivity), sensitivity, 0, gram);
			if (!engine.eigh(gram, eigenvalues)) throw new Error("layer conditional: a sensitivity is not finite.");
			engine.gemm(1, transpose(gram), transpose(residual), 0, rotated);
			corrections.block.data.fill(0);
			for (let k = 0; k < outputs; k++) {
				const gain = eigenvalues.data[k]! * scale ** 2;
				// Also a zero that rounding made negative.
				if (gain <= 0) continue;
				const right = view(rotated.block, points, 1, k * points);
				ridge.apply(featuresFor(features, gain), gain, right, view(corrections.block, rows, 1, k * rows));
			}
			engine.gemm(1, sensitivity, gram, 0, direction);
			engine.gemm(scale, direction, submatrix(corrections, 0, 0, outputs, fanIn), 1, weights);
		},
	};
}

/** Weights shared over J positions: the regression on all N x fan-in weights at once, its features written out. */
function createShared(engine: Engine, shape: LayerConditionalShape): LayerConditional {
	const { layer, points, outputs, noiseVariance, integratedBias } = shape;
	const { width, fanIn, positions, scale } = layer;
	const count = width * fanIn;
	const columns = points * outputs;
	const rows = count + (integratedBias > 0 ? outputs : 0);
	const ridge = createRidge(engine, { features: rows, points: columns, outputs: 1, noiseVariance });
	// Row (i, k): df[p, d] / dW_ik, column p D + d. Below, one row for the bias of each output.
	const design = allocateView(engine, rows, columns);
	const correction = allocateView(engine, rows, 1);
	for (let i = 0; i < (rows - count) * columns; i++) {
		const isOwnOutput = i % outputs === Math.floor(i / columns);
		design.block.data[count * columns + i] = isOwnOutput ? Math.sqrt(integratedBias) : 0;
	}
	const ofWeights = view(design.block, count, columns);

	/** sum_j A_j[i, d] F_j[k, p] for all i and p: one product for every k and d. */
	const fillDesign = (features: View, sensitivity: View) => {
		for (let k = 0; k < fanIn; k++) {
			const below: View = {
				...features,
				offset: features.offset + k * features.rowStride,
				rows: positions,
				columns: points,
				rowStride: points * features.columnStride,
			};
			for (let d = 0; d < outputs; d++) {
				const above: View = {
					...sensitivity,
					offset: sensitivity.offset + d,
					columns: positions,
					columnStride: outputs,
				};
				const to: View = {
					block: design.block,
					offset: k * columns + d,
					rows: width,
					columns: points,
					rowStride: fanIn * columns,
					columnStride: outputs,
				};
				engine.gemm(scale, above, below, 0, to);
			}
		}
	};

	return {
		draw(weights, features, sensitivity, residual) {
			fillDesign(features, sensitivity);
			const w = view(weights.block, count, 1, weights.offset);
			const right = view(residual.block, columns, 1, residual.offset);
			engine.gemm(-1, transpose(ofWeights), w, 1, right);
			ridge.apply(design, 1, right, correction);
			const [to, change] = [weights.block.data, correction.block.data];
			for (let i = 0; i < count; i++) to[weights.offset + i]! += change[i]!;
		},
	};
}

/** Copies a view of any strides into the first rows of a row-major one. */
function copyStrided(from: View, to: View): void {
	const [source, target] = [from.block.data, to.block.data];
	for (let i = 0; i < from.rows; i++) {
		for (let j = 0; j < from.columns; j++) {
			target[to.offset + i * to.rowStride + j] =
				source[from.offset + i * from.rowStride + j * from.columnStride]!;
		}
	}
}
