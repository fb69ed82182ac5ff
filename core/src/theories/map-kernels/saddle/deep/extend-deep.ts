/** The kernels of a deep saddle at the test points. */
import { type Engine, type Matrix, matrix, multiply, symmetricEigen } from "@finitude/engine";
import { findActivation } from "../../../../activations/registry.ts";
import { dualOf } from "../../../../kernels/dual-of.ts";
import {
	combineBlocks,
	type KernelBlocks,
	mapBlocks,
	type TestBlocks,
} from "../../../../kernels/kernel-blocks.ts";
import { conditionalMoments, type HiddenUnit } from "../../../../tilted-unit/index.ts";
import { type CovarianceRoot, covarianceRoot } from "./covariance-root.ts";
import type { DeepPoints, DeepProblem } from "./deep-equations.ts";
import type { DeepSaddle } from "./find-deep-saddle.ts";

/**
 * K at all points, from C^(0) up. Only the pre-activations h of the training points are tilted; given them, those of a test
 * point are normal with mean C_*a C^-1 h and the variance that the prior leaves.
 *
 * @param inputs C^(0), with `test.covariance` where the covariance of the test points is wanted
 */
export function outputBlocks(
	engine: Engine,
	{ layers, inputFactor }: DeepProblem,
	{ rules }: DeepPoints,
	{ kernels, tilted }: DeepSaddle,
	inputs: KernelBlocks,
): KernelBlocks {
	let below = inputs;
	layers.forEach(({ activation: name, prefactor, biasVariance }, l) => {
		const train = kernels[l]!;
		if (below.test === undefined) {
			below = { train };
			return;
		}
		const root = covarianceRoot(engine, below.train)!;
		const unit = conditionalUnit(engine, name, below, l === 0 ? inputFactor : root.root, root);
		const covariance = below.test.covariance !== undefined;
		const change = conditionalMoments(engine, unit, rules[l]!, tilted[l]!.excess, covariance);
		const prior = mapBlocks(engine, dualOf(name), below);
		const above = combineBlocks(
			[prior, { train: prior.train, test: change }].map(({ test }) => ({ train, test: test! })),
			prefactor,
			biasVariance,
		);
		below = { train, test: above.test! };
	});
	return below;
}

/** The unit at all points, as a function of the training points' z and of what they do not see. */
function conditionalUnit(
	engine: Engine,
	name: string,
	{ train, test }: { readonly train: Matrix; readonly test?: TestBlocks },
	factor: Matrix,
	{ inverse }: CovarianceRoot,
): HiddenUnit {
	const { cross, diagonal, covariance } = test!;
	const [P, tests, r] = [train.rows, cross.rows, factor.columns];
	const whitened = multiply(engine, cross, inverse);
	const means = multiply(engine, whitened, multiply(engine, inverse, factor));
	const inputs = matrix(P + tests, r);
	inputs.data.set(factor.data);
	inputs.data.set(means.data, P * r);
	return {
		activation: findActivation(name),
		trainPoints: P,
		points: P + tests,
		positions: 1,
		dimension: r,
		inputs,
		outside: covariance
			? rootOf(engine, remainder(engine, covariance, whitened))
			: diagonalRoot(diagonal, whitened),
	};
}

function remainder(engine: Engine, covariance: Matrix, whitened: Matrix): Matrix {
	const seen = multiply(engine, whitened, whitened, { transposeB: true });
	return matrix(
		covariance.rows,
		covariance.rows,
		covariance.data.map((x, k) => x - seen.data[k]!),
	);
}

/** U sqrt(ev); what rounding makes negative is 0: a test point in the span of the training points. */
function rootOf(engine: Engine, covariance: Matrix): Matrix {
	const n = covariance.rows;
	const { values, vectors } = symmetricEigen(engine, covariance);
	return matrix(
		n,
		n,
		vectors.data.map((x, at) => x * Math.sqrt(Math.max(0, values[at % n]!))),
	);
}

/** The same point by point, where correlations between test points are not asked for. */
function diagonalRoot(variances: Float64Array, whitened: Matrix): Matrix {
	const { rows: n, columns: P } = whitened;
	const root = matrix(n, n);
	variances.forEach((variance, b) => {
		let left = variance;
		for (let a = b * P; a < (b + 1) * P; a++) left -= whitened.data[a]! ** 2;
		root.data[b * n + b] = Math.sqrt(Math.max(0, left));
	});
	return root;
}
