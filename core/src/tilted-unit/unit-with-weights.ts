/** A hidden unit with the coordinates of its weights beside its features, and sums of w w^T over points. */
import { matrix } from "@finitude/engine";
import type { FeatureMap } from "./features.ts";
import type { HiddenUnit } from "./hidden-unit.ts";
import type { Integrand } from "./unit-averages.ts";

export interface UnitWithWeights {
	/** Of n + r rows, or 2 n + r with the pre-activations. */
	readonly unit: HiddenUnit;
	/** phi in the first n rows, then h where asked for, then w. */
	readonly evaluate: FeatureMap;
	/** The row of the first coordinate of w. */
	readonly firstWeight: number;
}

/**
 * The unit with r more rows, whose pre-activations are the coordinates of w.
 *
 * @param unit of one position, n x r
 * @param preactivations whether the n rows of h are to be kept beside those of phi
 */
export function unitWithWeights(unit: HiddenUnit, { preactivations = false } = {}): UnitWithWeights {
	const { activation, points: n, dimension: r } = unit;
	const firstWeight = preactivations ? 2 * n : n;
	const inputs = matrix(firstWeight + r, r);
	for (let row = 0; row < firstWeight; row += n) inputs.data.set(unit.inputs.data, row * r);
	for (let k = 0; k < r; k++) inputs.data[(firstWeight + k) * r + k] = 1;
	return {
		unit: { ...unit, points: inputs.rows, inputs },
		firstWeight,
		evaluate(engine, h, phi) {
			const length = n * h.columns;
			activation.evaluate(engine, h.block.slice(0, length), phi.block.slice(0, length));
			phi.block.data.set(h.block.data.subarray(length), length);
		},
	};
}

/** <w w^T>, r x r, of a unit with its weights. */
export function weightMoment({ unit, firstWeight }: UnitWithWeights): Integrand {
	const r = unit.dimension;
	return {
		size: r * r,
		add({ features, count }, weights, sums) {
			const first = features.offset + firstWeight * count;
			addWeightMoment(sums, r, features.block.data.subarray(first, first + r * count), weights.data);
		},
	};
}

/**
 * Adds sum_s weights_s w_i(s) w_j(s) to both triangles of a matrix.
 *
 * @param sums r x r
 * @param points w, r x S, coordinate by coordinate
 * @param weights of the S points
 */
export function addWeightMoment(
	sums: Float64Array,
	r: number,
	points: Float64Array,
	weights: Float64Array,
): void {
	const count = weights.length;
	for (let i = 0; i < r; i++) {
		for (let j = 0; j <= i; j++) {
			const [x, y] = [i * count, j * count];
			let sum = 0;
			for (let s = 0; s < count; s++) sum += weights[s]! * points[x + s]! * points[y + s]!;
			sums[i * r + j]! += sum;
			if (j < i) sums[j * r + i]! += sum;
		}
	}
}
