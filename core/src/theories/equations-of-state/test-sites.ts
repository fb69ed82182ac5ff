/** Kernels at the test points: the conditional of each layer's optimal joint Gaussian, equation (10). */
import {
	type Engine,
	gram,
	type Matrix,
	matrix,
	multiply,
	solveLower,
	symmetricPart,
	transposed,
} from "@finitude/engine";
import type { TestBlocks } from "../../kernels/kernel-blocks.ts";
import type { WhitenedInputs } from "../../samplers/whitened-inputs.ts";
import type { LayerKernels, LayerModel } from "./free-energy.ts";
import type { PairMap } from "./pair-map.ts";

/** Covariances that involve test points, in blocks over the positions of one layer. */
interface TestSites {
	/** P* x P: the test points at one position, the training points at another. */
	cross(testPosition: number, trainPosition: number): Matrix;
	/** For positions i and j: P* numbers, each test point with itself; or P* x P*. */
	within(first: number, second: number): Float64Array;
}

/** P* and whether `within` holds whole matrices. */
interface TestShape {
	readonly count: number;
	readonly joint: boolean;
}

/**
 * Q_f between test and training points, on the diagonal of the test points and, with `covariance`, between all of them.
 *
 * @param factors T_l of the solution
 */
export function testOutputKernel(
	engine: Engine,
	model: LayerModel,
	factors: readonly Matrix[],
	kernels: LayerKernels,
	test: NonNullable<WhitenedInputs["test"]>,
	covariance: boolean,
): TestBlocks {
	return testKernels(engine, model, factors, kernels, test, covariance).output;
}

/** K_l between all test points at every position of every layer, by its place, and Q_f with `covariance`. */
export function jointTestKernels(
	engine: Engine,
	model: LayerModel,
	factors: readonly Matrix[],
	kernels: LayerKernels,
	test: NonNullable<WhitenedInputs["test"]>,
): { readonly preactivation: Matrix[][]; readonly output: Required<TestBlocks> } {
	const { layers, output } = testKernels(engine, model, factors, kernels, test, true);
	const { rows: count } = output.cross;
	return {
		preactivation: layers.map(({ within }, l) => {
			const byPlace: Matrix[] = [];
			model.maps[l]!.layer.places.forEach((place, i) => {
				byPlace[place] = matrix(count, count, within(i, i));
			});
			return byPlace;
		}),
		output: output as Required<TestBlocks>,
	};
}

function testKernels(
	engine: Engine,
	model: LayerModel,
	factors: readonly Matrix[],
	{ sites, priorFactors }: LayerKernels,
	test: NonNullable<WhitenedInputs["test"]>,
	joint: boolean,
): { layers: TestSites[]; output: TestBlocks } {
	const shape: TestShape = { count: test.inside.rows / model.maps[0]!.layer.positions, joint };
	const layers = [firstLayer(engine, model, factors[0]!, test, shape)];
	let above = readAbove(engine, model.maps[0]!, sites[0]!.variances, layers[0]!, shape);
	for (let l = 1; l < model.maps.length; l++) {
		const here = conditional(
			engine,
			model,
			{ above, factor: factors[l]!, prior: priorFactors[l - 1]!, l },
			shape,
		);
		layers.push(here);
		above = readAbove(engine, model.maps[l]!, sites[l]!.variances, here, shape);
	}
	const cross = above.cross(0, 0);
	const within = above.within(0, 0);
	const { count } = shape;
	if (!joint) return { layers, output: { cross, diagonal: within } };
	const diagonal = Float64Array.from({ length: count }, (_, i) => within[i * count + i]!);
	return { layers, output: { cross, diagonal, covariance: symmetricPart(matrix(count, count, within)) } };
}

/** k_1* = X Sigma x*, k_1** = x*^T Sigma x*; what of a test input lies outside the row space keeps its prior variance. */
function firstLayer(
	engine: Engine,
	{ inputs, maps }: LayerModel,
	factor: Matrix,
	{ inside, outside }: NonNullable<WhitenedInputs["test"]>,
	{ count, joint }: TestShape,
): TestSites {
	const train = multiply(engine, inputs, factor);
	const learned = multiply(engine, inside, factor);
	const P = maps[0]!.points;
	return {
		cross: (i, j) => multiply(engine, rows(learned, i, count), rows(train, j, P), { transposeB: true }),
		within(i, j) {
			const parts = [learned, outside].filter((m) => m.columns > 0);
			const products = parts.map((m) => rowProducts(engine, rows(m, i, count), rows(m, j, count), joint));
			return products.reduce((sum, x) => sum.map((value, k) => value + x[k]!));
		},
	};
}

/** (10) with V = C^-1 q*: k* = C T T^T V, k** = q** + V^T (T T^T - I) V, written for the rows of each position. */
function conditional(
	engine: Engine,
	{ ranges, jitters, maps }: LayerModel,
	{ above, factor, prior, l }: { above: TestSites; factor: Matrix; prior: Matrix; l: number },
	{ count, joint }: TestShape,
): TestSites {
	const { positions } = maps[l]!.layer;
	const P = maps[l]!.points;
	const range = ranges[l - 1];
	const jitter = jitters[l - 1]!;
	const solved = Array.from({ length: positions }, (_, i) => {
		const q = transposed(sideBySide(Array.from({ length: positions }, (_, j) => above.cross(i, j))));
		return solveLower(engine, prior, range ? multiply(engine, range, q, { transposeA: true }) : q);
	});
	const turned = solved.map((v) => multiply(engine, factor, v, { transposeA: true }));
	const kernels = turned.map((v) => {
		const k = multiply(engine, prior, multiply(engine, factor, v));
		return transposed(range ? multiply(engine, range, k) : k);
	});
	return {
		cross: (i, j) => columns(kernels[i]!, j, P),
		within(i, j) {
			const start = above.within(i, j).slice();
			const gained = rowProducts(engine, transposed(turned[i]!), transposed(turned[j]!), joint);
			const lost = rowProducts(engine, transposed(solved[i]!), transposed(solved[j]!), joint);
			for (let k = 0; k < start.length; k++) start[k]! += gained[k]! - lost[k]!;
			if (i === j) for (let s = 0; s < count; s++) start[joint ? s * count + s : s]! += jitter;
			return start;
		},
	};
}

/** The kernel map of a layer at its test sites, summed into the blocks of the layer above. */
function readAbove(
	engine: Engine,
	{ layer, points: P }: PairMap,
	trainVariances: Float64Array,
	here: TestSites,
	{ count, joint }: TestShape,
): TestSites {
	const { positions, pairs, positionsAbove, scale, shift } = layer;
	const diagonals = Array.from({ length: positions }, (_, i) => diagonalOf(here.within(i, i), count, joint));
	const variances = new Float64Array(positions * (P + count));
	variances.set(trainVariances);
	diagonals.forEach((diagonal, i) => {
		variances.set(diagonal, positions * P + i * count);
	});
	const testSite = (position: number, s: number) => positions * P + position * count + s;
	const map = (values: Float64Array, site: (k: number) => readonly [number, number]) => {
		const first = new Int32Array(values.length);
		const second = new Int32Array(values.length);
		for (let k = 0; k < values.length; k++) [first[k], second[k]] = site(k) as [number, number];
		return layer.dual.kernel(engine, { variances, first, second, covariances: values });
	};
	const cross = emptyBlocks(positionsAbove, () => new Float64Array(count * P));
	const within = emptyBlocks(positionsAbove, () => new Float64Array(joint ? count * count : count));
	for (const { first, second, above } of pairs) {
		const orders =
			first === second
				? [[first, second, ...above]]
				: [
						[first, second, ...above],
						[second, first, above[1], above[0]],
					];
		for (const [i, j, iAbove, jAbove] of orders as [number, number, number, number][]) {
			const values = map(here.cross(i, j).data, (k) => [testSite(i, Math.floor(k / P)), j * P + (k % P)]);
			accumulate(cross[iAbove]![jAbove]!, values, scale);
			const own = map(here.within(i, j), (k) =>
				joint
					? [testSite(i, Math.floor(k / count)), testSite(j, k % count)]
					: [testSite(i, k), testSite(j, k)],
			);
			accumulate(within[iAbove]![jAbove]!, own, scale);
		}
	}
	return {
		cross: (i, j) =>
			matrix(
				count,
				P,
				cross[i]![j]!.map((x) => x + shift),
			),
		within: (i, j) => within[i]![j]!.map((x) => x + shift),
	};
}

function emptyBlocks(positions: number, create: () => Float64Array): Float64Array[][] {
	return Array.from({ length: positions }, () => Array.from({ length: positions }, create));
}

function accumulate(sum: Float64Array, values: Float64Array, scale: number): void {
	for (let k = 0; k < sum.length; k++) sum[k]! += scale * values[k]!;
}

function diagonalOf(within: Float64Array, count: number, joint: boolean): Float64Array {
	return joint ? Float64Array.from({ length: count }, (_, i) => within[i * count + i]!) : within;
}

/** a_i . b_i of equal rows, or all of A B^T. */
function rowProducts(engine: Engine, a: Matrix, b: Matrix, joint: boolean): Float64Array {
	if (joint) return a === b ? gram(engine, a).data : multiply(engine, a, b, { transposeB: true }).data;
	const n = a.columns;
	return Float64Array.from({ length: a.rows }, (_, i) => {
		let sum = 0;
		for (let k = 0; k < n; k++) sum += a.data[i * n + k]! * b.data[i * n + k]!;
		return sum;
	});
}

/** The rows of one position, `count` of them. */
function rows(m: Matrix, position: number, count: number): Matrix {
	const size = count * m.columns;
	return matrix(count, m.columns, m.data.slice(position * size, (position + 1) * size));
}

/** The columns of one position, `count` of them. */
function columns(m: Matrix, position: number, count: number): Matrix {
	const result = matrix(m.rows, count);
	for (let i = 0; i < m.rows; i++) {
		const from = i * m.columns + position * count;
		result.data.set(m.data.subarray(from, from + count), i * count);
	}
	return result;
}

function sideBySide(parts: readonly Matrix[]): Matrix {
	const height = parts[0]!.rows;
	const total = parts.reduce((sum, { columns: width }) => sum + width, 0);
	const result = matrix(height, total);
	let offset = 0;
	for (const { columns: width, data } of parts) {
		for (let i = 0; i < height; i++)
			result.data.set(data.subarray(i * width, (i + 1) * width), i * total + offset);
		offset += width;
	}
	return result;
}
