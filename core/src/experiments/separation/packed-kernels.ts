/** Kernels of all positions of a layer as one vector, whose Euclidean norm is their Frobenius norm. */
import type { Engine, Matrix } from "@finitude/engine";
import type { DualActivation } from "../../kernels/dual-activation.ts";
import { pairsBuilder } from "../../kernels/gaussian-pairs.ts";
import { variancesOf } from "../../kernels/kernel-blocks.ts";

/** The lower triangles of symmetric matrices, row by row, entries off the diagonal times sqrt(2). */
export function packed(kernels: readonly Float64Array[]): Float64Array {
	const points = Math.sqrt(kernels[0]!.length);
	const vector = new Float64Array((kernels.length * points * (points + 1)) / 2);
	let k = 0;
	for (const kernel of kernels) {
		for (let i = 0; i < points; i++) {
			for (let j = 0; j < i; j++) vector[k++] = Math.SQRT2 * kernel[i * points + j]!;
			vector[k++] = kernel[i * (points + 1)]!;
		}
	}
	return vector;
}

/** A packed function of kernels, and its derivative. */
export interface PackedFunction {
	readonly value: Float64Array;
	/** Along changes of the kernels, P x P each. */
	derivative(changes: readonly Float64Array[]): Float64Array;
}

/** E[phi phi^T] over Gaussian pre-activations with these covariances. @throws InputError where the dual activation has none */
export function gaussianFeatures(
	engine: Engine,
	dual: DualActivation,
	kernels: readonly Matrix[],
): PackedFunction {
	const points = kernels[0]!.rows;
	const count = (points * (points + 1)) / 2;
	const pairs = kernels.map((train) => {
		const builder = pairsBuilder(variancesOf({ train }), count);
		builder.addTriangle(train, 0);
		return builder.pairs;
	});
	const { first, second } = pairs[0]!;
	const scale = (k: number) => (first[k] === second[k] ? 1 : Math.SQRT2);
	const value = new Float64Array(kernels.length * count);
	pairs.forEach((each, j) => {
		value.set(
			dual.kernel(engine, each).map((g, k) => scale(k) * g),
			j * count,
		);
	});
	let gradients: Float64Array[] | undefined;
	return {
		value,
		derivative(changes) {
			gradients ??= pairs.map((each) => dual.gradient(engine, each));
			const result = new Float64Array(value.length);
			changes.forEach((change, j) => {
				const gradient = gradients![j]!;
				for (let k = 0; k < count; k++) {
					const [a, b] = [first[k]!, second[k]!];
					result[j * count + k] =
						scale(k) *
						(gradient[3 * k]! * change[a * (points + 1)]! +
							gradient[3 * k + 1]! * change[b * (points + 1)]! +
							gradient[3 * k + 2]! * change[a * points + b]!);
				}
			});
			return result;
		},
	};
}
