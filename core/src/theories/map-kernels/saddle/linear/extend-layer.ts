import { type Engine, type Matrix, multiply, plus, scaled, symmetricPart } from "@finitude/engine";
import { combineBlocks, type KernelBlocks } from "../../../../kernels/kernel-blocks.ts";
import type { KernelMap } from "../../layers.ts";

/**
 * C^(l) at all points from C^(l-1) at all points: pre-activations of test points follow those of the training points, which
 * alone are tilted, so that C^(l) = g (C + (2/N) C_.,train Ct^(l-1) C_train,.) + s_b^2 with C = C^(l-1).
 *
 * @param below C^(l-1)
 * @param conjugate Ct^(l-1), P x P
 * @param train C^(l) - s_b^2 of the training points, as the saddle has it
 */
export function extendLayer(
	engine: Engine,
	{ width, prefactor, biasVariance }: KernelMap,
	below: KernelBlocks,
	conjugate: Matrix,
	train: Matrix,
): KernelBlocks {
	const { test } = below;
	if (test === undefined) return combineBlocks([{ train }], 1, biasVariance);
	const pulled = multiply(engine, test.cross, conjugate, { alpha: 2 / width });
	const cross = plus(test.cross, multiply(engine, pulled, below.train));
	const P = train.rows;
	const diagonal = test.diagonal.map((value, b) => {
		let sum = value;
		for (let a = b * P; a < (b + 1) * P; a++) sum += pulled.data[a]! * test.cross.data[a]!;
		return prefactor * sum;
	});
	const covariance =
		test.covariance && plus(test.covariance, multiply(engine, pulled, test.cross, { transposeB: true }));
	const above: KernelBlocks = {
		train,
		test: {
			cross: scaled(cross, prefactor),
			diagonal,
			...(covariance && { covariance: symmetricPart(scaled(covariance, prefactor)) }),
		},
	};
	return combineBlocks([above], 1, biasVariance);
}
