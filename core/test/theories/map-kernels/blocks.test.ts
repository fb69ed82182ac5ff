/** The building blocks of one layer: kernel, responses, contraction of the kernel's covariance. */
import { readFileSync } from "node:fs";
import {
	createEngine,
	dot,
	type Matrix,
	matrix,
	matrixFromRows,
	multiply,
	transposed,
} from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { dualOf, parseProblem, priorKernels } from "../../../src/index.ts";
import { type KernelBlocks, mapBlocks } from "../../../src/kernels/kernel-blocks.ts";
import { pathRule } from "../../../src/theories/finite-width-correction/erf-moment.ts";
import type { PairsOfFour } from "../../../src/theories/finite-width-correction/four-point-moment.ts";
import { signMoment } from "../../../src/theories/finite-width-correction/sign-moment.ts";
import { factorKernel } from "../../../src/theories/kernel-factor.ts";
import { backwardResponse } from "../../../src/theories/map-kernels/backward-response.ts";
import { conjugateKernels } from "../../../src/theories/map-kernels/conjugate-kernels.ts";
import { distinctMoments, exactContraction } from "../../../src/theories/map-kernels/exact-contraction.ts";
import { firstOrderChanges } from "../../../src/theories/map-kernels/first-order-kernels.ts";
import { forwardResponse } from "../../../src/theories/map-kernels/forward-response.ts";
import { layerAverages } from "../../../src/theories/map-kernels/layer-averages.ts";
import { infiniteWidthKernels, kernelMaps } from "../../../src/theories/map-kernels/layers.ts";
import { quadraticPart } from "../../../src/theories/map-kernels/quadratic-part.ts";
import {
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";

const engine = await createEngine();

interface UnitCase {
	readonly options: {
		readonly quantity: string;
		readonly conjugate: number[][];
		readonly layerPrefactor: number;
		readonly correlations?: number[];
	};
	readonly expected: { readonly value: number[][] | number };
	readonly relativeTolerance: number;
}

describe.each(["erf", "relu"])("golden numbers of one %s layer", (activation) => {
	const path = new URL(`../../../../fixtures/golden/map-kernels-blocks-${activation}.json`, import.meta.url);
	const { problem, cases } = JSON.parse(readFileSync(path, "utf8")) as { problem: object; cases: UnitCase[] };
	const C = priorKernels(engine, parseProblem(problem)).preactivation[0]![0]!;
	it.each(cases)("$options.quantity", ({ options, expected, relativeTolerance }) => {
		const M = matrixFromRows(options.conjugate);
		const layer = { activation, prefactor: options.layerPrefactor };
		const value: Record<string, () => Matrix | number> = {
			gaussianKernel: () => mapBlocks(engine, dualOf(activation), C).train,
			forwardResponse: () => forwardResponse(engine, layer, C, { train: M }).train,
			backwardResponse: () => backwardResponse(engine, layer, C.train, M),
			kernelCovarianceContraction: () => exactContraction(engine, activation, C, M, false).train,
			signFourPoint: () => signMoment(pathRule(engine, 1), options.correlations as unknown as PairsOfFour),
		};
		const got = value[options.quantity]!();
		const want = [expected.value].flat(2);
		const have = typeof got === "number" ? [got] : Array.from(got.data);
		expect(have).toHaveLength(want.length);
		const scale = Math.max(...want.map(Math.abs));
		const worst = Math.max(...want.map((x, i) => Math.abs(x - have[i]!)));
		expect(worst).toBeLessThanOrEqual(relativeTolerance * scale);
	});
});

/** A random symmetric matrix. */
function symmetric(n: number, seed: number): Matrix {
	const a = normalMatrix(n, n, seed);
	const at = transposed(a);
	return matrix(
		n,
		n,
		a.data.map((x, k) => x + at.data[k]!),
	);
}

const layersOf = (activation: string) => [
	denseLayer(activation, { biasVariance: 0.1 }),
	denseLayer(activation, { width: 30, weightVariance: 1.3 }),
];

describe.each(["erf", "relu", "linear", "tanh"])("responses of %s", (activation) => {
	const problem = smallProblem(networkOf(layersOf(activation)));
	const C = priorKernels(engine, problem, { testCovariance: true }).preactivation[1]![0]!;
	const layer = { activation, prefactor: 1.7 };

	it("backward is the transpose of forward", () => {
		const [Ct, M] = [symmetric(6, 11), symmetric(6, 12)];
		const forward = dot(Ct.data, forwardResponse(engine, layer, C, { train: M }).train.data);
		const backward = dot(backwardResponse(engine, layer, C.train, Ct).data, M.data);
		// Two orders of the same sum of 36 terms.
		expect(Math.abs(forward - backward)).toBeLessThan(1e-13 * Math.abs(forward) + 1e-13);
	});

	it("forward is the derivative of the kernel map, test points included", () => {
		const [M, cross, test] = [symmetric(6, 13), normalMatrix(3, 6, 14), symmetric(3, 15)];
		const diagonal = Float64Array.from({ length: 3 }, (_, s) => test.data[4 * s]!);
		const change: KernelBlocks = { train: M, test: { cross, diagonal, covariance: test } };
		const step = 1e-6;
		const moved = (sign: number) =>
			mapBlocks(engine, dualOf(activation), {
				train: sum(C.train, M, sign * step),
				test: {
					cross: sum(C.test!.cross, cross, sign * step),
					diagonal: C.test!.diagonal.map((x, s) => x + sign * step * diagonal[s]!),
					covariance: sum(C.test!.covariance!, test, sign * step),
				},
			});
		const [up, down] = [moved(1), moved(-1)];
		const response = forwardResponse(engine, layer, C, change);
		for (const block of [
			(b: KernelBlocks) => b.train,
			(b: KernelBlocks) => b.test!.cross,
			(b: KernelBlocks) => b.test!.covariance!,
		]) {
			const slope = sum(block(up), block(down), -1).data.map((x) => (layer.prefactor * x) / (2 * step));
			const { rows, columns } = block(response);
			// Central differences: step^2, and rounding over the step.
			expect(largestDifference(block(response), matrix(rows, columns, slope))).toBeLessThan(1e-8);
		}
	});
});

describe("the contraction of the kernel's covariance", () => {
	const options = { seed: 3, quadrature: "sobol" } as const;

	it.each(["erf", "relu", "quadratic"])("of %s is its average over random points", (activation) => {
		const problem = smallProblem(networkOf([denseLayer(activation, { biasVariance: 0.1 })]));
		const covariances = infiniteWidthKernels(priorKernels(engine, problem, { testCovariance: true })).slice(
			0,
			1,
		);
		const M = symmetric(6, 5);
		const exact = exactContraction(engine, activation, covariances[0]!, M, true);
		const { random, replicates } = layerAverages(
			engine,
			kernelMaps(problem.network),
			covariances,
			options,
			true,
		);
		expect(random).toBe(true);
		const sampled = replicates(12).map((contract) => contract(0, covariances[0]!, M));
		for (const block of [
			(b: KernelBlocks) => b.train.data,
			(b: KernelBlocks) => b.test!.cross.data,
			(b: KernelBlocks) => b.test!.diagonal,
			(b: KernelBlocks) => b.test!.covariance!.data,
		]) {
			const values = sampled.map(block);
			block(exact).forEach((truth, k) => {
				const mean = values.reduce((total, x) => total + x[k]!, 0) / values.length;
				const spread = values.reduce((total, x) => total + (x[k]! - mean) ** 2, 0);
				const error = Math.sqrt(spread / (values.length * (values.length - 1)));
				// Student's t of 7 degrees of freedom, 63 entries: 7 is exceeded once in 80 runs of other seeds.
				expect(Math.abs(mean - truth)).toBeLessThan(7 * error);
			});
		}
	});

	it("of linear units is that of Isserlis' theorem", () => {
		const problem = smallProblem(networkOf([denseLayer("linear", { biasVariance: 0.1 })]));
		const C = priorKernels(engine, problem).preactivation[0]![0]!.train;
		const M = symmetric(6, 5);
		const exact = exactContraction(engine, "linear", { train: C }, M, false).train;
		// Entries of size 100.
		expect(largestDifference(exact, isserlis(C, M))).toBeLessThan(1e-12);
	});

	it("of linear units is quadratic in the pre-activations altogether", () => {
		const problem = smallProblem(networkOf([denseLayer("linear", { biasVariance: 0.1 })]));
		const C = priorKernels(engine, problem).preactivation[0]![0]!;
		const M = symmetric(6, 5);
		const { form, offset, contraction } = quadraticPart(engine, "linear", C, M, false);
		expect(form).toEqual(M);
		expect(offset).toBe(0);
		expect(contraction).toEqual(exactContraction(engine, "linear", C, M, false));
	});

	it("counts its moments", () => {
		// P = 2: aaaa, baaa, bbaa, bbba, bbbb; one test point: 4 triples, 3 pairs.
		expect(distinctMoments(2, 0, false)).toBe(5);
		expect(distinctMoments(2, 1, false)).toBe(5 + 4 + 3);
		expect(distinctMoments(2, 2, true)).toBe(5 + 8 + 9);
	});
});

it("the strict first order is Cov(C^(L), C^(L)) : Ct over sampled prior networks", () => {
	const width = 256;
	const P = 3;
	const network = networkOf([
		denseLayer("erf", { width, biasVariance: 0.1 }),
		denseLayer("erf", { width, weightVariance: 2, biasVariance: 0.2 }),
	]);
	const problem = smallProblem(network, {
		trainInputs: normalMatrix(P, 4, 7),
		trainTargets: normalMatrix(P, 1, 8),
	});
	const { testInputs: _, ...training } = problem;
	const layers = kernelMaps(network);
	const kernels = infiniteWidthKernels(priorKernels(engine, training));
	const conjugates = conjugateKernels(
		engine,
		layers,
		kernels.map(({ train }) => train),
		symmetric(P, 9),
	);
	const change = firstOrderChanges(engine, layers, kernels, conjugates, (l, C, M) =>
		exactContraction(engine, layers[l]!.activation, C, M, false),
	).at(-1)!.train;
	const draws = 1500;
	const normals = normalMatrix(draws * 2 * P, width, 10).data;
	const K: Float64Array[] = [];
	for (let draw = 0; draw < draws; draw++) {
		let C = kernels[0]!.train;
		for (let l = 0; l < 2; l++) {
			const at = (draw * 2 + l) * P * width;
			const z = matrix(P, width, normals.subarray(at, at + P * width));
			const h = multiply(engine, factorKernel(engine, C, 0), z);
			const phi = matrix(P, width, h.data.map(erf));
			const { prefactor, biasVariance } = layers[l]!;
			const next = multiply(engine, phi, phi, { transposeB: true, alpha: prefactor / width });
			C = matrix(
				P,
				P,
				next.data.map((x) => x + biasVariance),
			);
		}
		K.push(C.data);
	}
	const forces = K.map((kernel) => dot(kernel, conjugates.at(-1)!.data));
	const force = forces.reduce((total, x) => total + x, 0) / draws;
	for (let k = 0; k < P * P; k++) {
		const mean = K.reduce((total, kernel) => total + kernel[k]!, 0) / draws;
		const products = K.map((kernel, s) => (kernel[k]! - mean) * (forces[s]! - force));
		const covariance = products.reduce((total, x) => total + x, 0) / (draws - 1);
		const spread = products.reduce((total, x) => total + (x - covariance) ** 2, 0);
		const error = Math.sqrt(spread / (draws * (draws - 1)));
		// Four standard errors of some 3 % each; what is of order 1/N^2 is 1 % here.
		expect(Math.abs(covariance - change.data[k]!)).toBeLessThan(4 * error + 0.01 * Math.abs(change.data[k]!));
	}
});

/** Abramowitz and Stegun 7.1.26: to 1.5e-7, far below the sampling error. */
function erf(x: number): number {
	const t = 1 / (1 + 0.3275911 * Math.abs(x));
	const tail =
		t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
	return Math.sign(x) * (1 - tail * Math.exp(-x * x));
}

function isserlis(C: Matrix, M: Matrix): Matrix {
	const n = C.rows;
	const c = (i: number, j: number) => C.data[i * n + j]!;
	return matrix(
		n,
		n,
		Float64Array.from({ length: n * n }, (_, at) => {
			const [a, b] = [Math.floor(at / n), at % n];
			return M.data.reduce((total, m, k) => {
				const [i, j] = [Math.floor(k / n), k % n];
				return total + m * (c(a, i) * c(b, j) + c(a, j) * c(b, i));
			}, 0);
		}),
	);
}

function sum(a: Matrix, b: Matrix, factor: number): Matrix {
	return matrix(
		a.rows,
		a.columns,
		a.data.map((x, k) => x + factor * b.data[k]!),
	);
}
