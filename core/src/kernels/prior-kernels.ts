/** The infinite-width prior of a network: its kernel recursion, layer by layer. */
import { type Engine, gram, type Matrix, matrix, matrixRow, multiply } from "@finitude/engine";
import { InputError } from "../errors.ts";
import { chi, type Layer } from "../network/network.ts";
import { inputColumns, patchMembers } from "../network/patches.ts";
import type { Problem } from "../problem/problem.ts";
import { layerPositions, type Positions, positionCount } from "../problem/tiling.ts";
import { dualOf } from "./dual-of.ts";
import { combineBlocks, type KernelBlocks, mapBlocks } from "./kernel-blocks.ts";
import { residualCovariance } from "./residual.ts";

/** Every kernel of the prior at the problem's points. */
export interface PriorKernels {
	/** For each hidden layer, in order, the covariance of its pre-activations at each position (one for a dense layer). */
	readonly preactivation: readonly (readonly KernelBlocks[])[];
	/** K = (s_a^2 / chi) E[phi phi^T], averaged over positions, without the readout bias. */
	readonly outputWeights: KernelBlocks;
	/** K with the readout bias: the prior covariance of f. */
	readonly output: KernelBlocks;
}

/**
 * Equations (1)-(6a) of docs/theories/nngp.md: dense layers, residual blocks and convolutions whose patches tile their input,
 * in any number.
 * Without pooling the covariance between different positions is never needed.
 *
 * @param testCovariance also the P* x P* blocks
 * @throws InputError for an unknown activation, a patch that does not tile its input, a quadrature that does not converge, or
 * covariances that overflow.
 */
export function priorKernels(
	engine: Engine,
	problem: Pick<Problem, "trainInputs" | "testInputs" | "inputShape" | "network">,
	{ testCovariance = false } = {},
): PriorKernels {
	const { network } = problem;
	const positions = layerPositions(network.layers, problem.trainInputs.columns, problem.inputShape);
	const preactivation: KernelBlocks[][] = [];
	let kernels: KernelBlocks[] = [];
	network.layers.forEach((layer, l) => {
		const covariances =
			l === 0
				? inputCovariances(engine, problem, layer, positions[0]!, testCovariance)
				: nextCovariances(layer, positions[l]!, preactivation[l - 1]!, kernels);
		for (const { train, test } of covariances) {
			refuseOverflow(train.data, `network.layers[${l}]`);
			if (test) refuseOverflow(test.diagonal, `network.layers[${l}]`);
		}
		preactivation.push(covariances);
		const dual = dualOf(layer.activation, `network.layers[${l}].activation`);
		kernels = covariances.map((covariance) => mapBlocks(engine, dual, covariance));
	});
	const { weightVariance, biasVariance } = network.readout;
	const outputWeights = combineBlocks(kernels, weightVariance / chi(network) / kernels.length, 0);
	refuseOverflow(outputWeights.train.data, "network.readout");
	if (outputWeights.test) refuseOverflow(outputWeights.test.diagonal, "network.readout");
	const output = biasVariance === 0 ? outputWeights : combineBlocks([outputWeights], 1, biasVariance);
	return { preactivation, outputWeights, output };
}

/** Products of two variances, which the next layer forms, must not overflow either. */
const LARGEST_VARIANCE = Math.sqrt(Number.MAX_VALUE);

function refuseOverflow(entries: Float64Array, where: string): void {
	const at = entries.findIndex((x) => !(Math.abs(x) < LARGEST_VARIANCE));
	if (at < 0) return;
	throw new InputError({
		where,
		wanted: `inputs whose kernel stays below ${LARGEST_VARIANCE.toExponential(0)}, so that nothing overflows`,
		got: `an entry of ${entries[at]}`,
		advice: "Rescale trainInputs and testInputs, or lower the weight variances.",
	});
}

/** Of the first layer: one covariance for each group of inputs that it reads. */
function inputCovariances(
	engine: Engine,
	problem: Pick<Problem, "trainInputs" | "testInputs">,
	layer: Layer,
	inputs: Positions,
	testCovariance: boolean,
): KernelBlocks[] {
	return groupsOf(layer, inputs).map((group) =>
		inputCovariance(engine, problem, layer, inputColumns(group, inputs.channels), testCovariance),
	);
}

/** Of a layer above another. @param kernels E[phi phi^T] of the layer below, position by position */
function nextCovariances(
	layer: Layer,
	below: Positions,
	covariances: readonly KernelBlocks[],
	kernels: readonly KernelBlocks[],
): KernelBlocks[] {
	if (layer.type === "residual") return [residualCovariance(covariances[0]!, kernels[0]!, layer)];
	return groupsOf(layer, below).map((group) =>
		combineBlocks(
			group.map((i) => kernels[i]!),
			layer.weightVariance / group.length,
			layer.biasVariance,
		),
	);
}

/** The positions below that each position of a layer reads. */
function groupsOf(layer: Layer, below: Positions): number[][] {
	return layer.type === "convolution" ? patchMembers(below, layer.patch) : [allOf(below)];
}

/** Every position: what a dense layer reads. */
function allOf(positions: Positions): number[] {
	return Array.from({ length: positionCount(positions) }, (_, i) => i);
}

/** s^2 x . x' / S + s_b^2 over the S inputs in `columns`. */
function inputCovariance(
	engine: Engine,
	{ trainInputs, testInputs }: Pick<Problem, "trainInputs" | "testInputs">,
	{ weightVariance, biasVariance }: Layer,
	columns: readonly number[],
	testCovariance: boolean,
): KernelBlocks {
	const alpha = weightVariance / columns.length;
	const x = selectColumns(trainInputs, columns);
	const train = shifted(gram(engine, x, { alpha }), biasVariance);
	if (!testInputs) return { train };
	const xTest = selectColumns(testInputs, columns);
	const cross = shifted(multiply(engine, xTest, x, { transposeB: true, alpha }), biasVariance);
	if (testCovariance) {
		const covariance = shifted(gram(engine, xTest, { alpha }), biasVariance);
		const n = covariance.rows;
		const diagonal = Float64Array.from({ length: n }, (_, i) => covariance.data[i * n + i]!);
		return { train, test: { cross, diagonal, covariance } };
	}
	const diagonal = Float64Array.from(
		{ length: xTest.rows },
		(_, i) => alpha * matrixRow(xTest, i).reduce((sum, value) => sum + value * value, 0) + biasVariance,
	);
	return { train, test: { cross, diagonal } };
}

function shifted(m: Matrix, shift: number): Matrix {
	return shift === 0
		? m
		: matrix(
				m.rows,
				m.columns,
				m.data.map((x) => x + shift),
			);
}

/** The given columns of a matrix, in that order. */
export function selectColumns(m: Matrix, columns: readonly number[]): Matrix {
	const selected = matrix(m.rows, columns.length);
	for (let i = 0; i < m.rows; i++) {
		columns.forEach((column, j) => {
			selected.data[i * columns.length + j] = m.data[i * m.columns + column]!;
		});
	}
	return selected;
}
