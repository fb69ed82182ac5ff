/** The kernels of a deep saddle at the test points. */
import { dot, type Engine, type Matrix, matrix, minus, multiply, symmetricEigen } from "@finitude/engine";
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

/** K at all points. */
export interface ExtendedKernels {
	readonly blocks: KernelBlocks;
	/** The largest relative lift of a test point's variance in a hidden layer to what the training points say of it. */
	readonly lift: number;
}

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
): ExtendedKernels {
	let below = inputs;
	let lift = 0;
	layers.forEach(({ activation: name, prefactor, biasVariance }, l) => {
		const train = kernels[l]!;
		if (below.test === undefined) {
			below = { train };
			return;
		}
		const root = covarianceRoot(engine, below.train)!;
		const whitened = multiply(engine, below.test.cross, root.inverse);
		const joint = { train: below.train, test: consistent(below.test, whitened) };
		lift = Math.max(lift, largestLift(below.test.diagonal, joint.test.diagonal));
		const unit = conditionalUnit(engine, name, joint, l === 0 ? inputFactor : root.root, root, whitened);
		const covariance = joint.test.covariance !== undefined;
		const change = conditionalMoments(engine, unit, rules[l]!, tilted[l]!.excess, covariance);
		const prior = mapBlocks(engine, dualOf(name), joint);
		const above = combineBlocks([prior, { train: prior.train, test: change }], prefactor, biasVariance);
		below = { train, test: above.test! };
	});
	return { blocks: below, lift };
}

function largestLift(before: Float64Array, after: Float64Array): number {
	return after.reduce((most, x, b) => (x > before[b]! ? Math.max(most, 1 - before[b]! / x) : most), 0);
}

/**
 * Averages over points and nodes, each with its own error, leave the variance of a test point that nearly repeats a training
 * point below what the training points say of it, and its covariance with another test point above their variances: the
 * variance is then all that the training points say, the correlation 1.
 */
function consistent({ cross, diagonal, covariance }: TestBlocks, whitened: Matrix): TestBlocks {
	const P = whitened.columns;
	const variances = diagonal.map((variance, b) => {
		const row = whitened.data.subarray(b * P, (b + 1) * P);
		return Math.max(variance, dot(row, row));
	});
	if (covariance === undefined) return { cross, diagonal: variances };
	const tests = covariance.rows;
	const bounded = covariance.data.map((x, at) => {
		const [b, c] = [Math.floor(at / tests), at % tests];
		const most = Math.sqrt(variances[b]! * variances[c]!);
		return b === c ? variances[b]! : Math.min(most, Math.max(-most, x));
	});
	return { cross, diagonal: variances, covariance: matrix(tests, tests, bounded) };
}

/** The unit at all points, as a function of the training points' z and of what they do not see. */
function conditionalUnit(
	engine: Engine,
	name: string,
	{ train, test }: { readonly train: Matrix; readonly test: TestBlocks },
	factor: Matrix,
	{ inverse }: CovarianceRoot,
	whitened: Matrix,
): HiddenUnit {
	const { cross, diagonal, covariance } = test;
	const [P, tests, r] = [train.rows, cross.rows, factor.columns];
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
	return minus(covariance, multiply(engine, whitened, whitened, { transposeB: true }));
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
