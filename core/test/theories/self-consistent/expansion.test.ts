/** The theory against what is known exactly of linear networks: expansions in 1/N, mixtures over scales. */
import {
	choleskyFactor,
	choleskyInverse,
	createEngine,
	dot,
	gram,
	logDeterminant,
	type Matrix,
	matrix,
	matrixFromColumn,
	multiply,
	solveLower,
	symmetricEigen,
} from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Layer, layerWidth, type Problem } from "../../../src/index.ts";
import { nngp } from "../../../src/theories/nngp.ts";
import { linearProblem as windowsOf } from "../../../src/theories/self-consistent/linear/windows.ts";
import type { Variant } from "../../../src/theories/self-consistent/variants.ts";
import { selfConsistent } from "../../../src/theories/self-consistent.ts";
import { goldenFiles } from "../../helpers/golden.ts";
import { linearProblem, meansOf, relativeDifference } from "./linear-problems.ts";

const engine = await createEngine({ engine: "reference" });
const solve = (problem: Problem, variant: Variant) => selfConsistent.solve(problem, { variant }, { engine });

function withWidth(problem: Problem, width: number, noiseVariance = problem.noiseVariance): Problem {
	const layer = problem.network.layers[0]!;
	const wide = layer.type === "dense" ? { ...layer, width } : { ...layer, channels: width };
	return { ...problem, noiseVariance, network: { ...problem.network, layers: [wide as Layer] } };
}

function inverse(m: Matrix): Matrix {
	const cholesky = choleskyFactor(engine, m);
	if (!cholesky.positiveDefinite) throw new Error("not positive definite");
	return choleskyInverse(engine, cholesky.factor);
}

/**
 * The first correction in 1/N to the means at the training points: kappa (K + kappa)^-1 [-(1/6) U ggg + (1/2) U Q g], from
 * the quartic term V(t) = (C/4)(lam/C)^2 tr(T^T T)^2 of W, whose differences along straight lines are exact.
 */
function firstOrderShift(problem: Problem): Float64Array {
	const { train, variance, units, windows, patch } = windowsOf(problem);
	const P = train.rows;
	const quartic = (t: Float64Array) => {
		const T = multiply(engine, matrix(1, P, t), train).data;
		const square = gram(engine, matrix(windows, patch, T)).data;
		return (variance ** 2 / (4 * units)) * square.reduce((sum, x) => sum + x * x, 0);
	};
	const plus = (a: Float64Array, s: number, b: Float64Array) => a.map((x, i) => x + s * b[i]!);
	const noisy = gram(engine, train, { alpha: variance });
	for (let i = 0; i < P; i++) noisy.data[i * P + i]! += problem.noiseVariance;
	const Q = inverse(noisy);
	const g = multiply(engine, Q, problem.trainTargets).data;
	const { values, vectors } = symmetricEigen(engine, Q);
	const directions = Array.from(values, (value, k) =>
		Float64Array.from({ length: P }, (_, i) => Math.sqrt(value) * vectors.data[i * P + k]!),
	);
	// The sum over directions is V'' contracted with Q, up to a constant.
	const fluctuation = (t: Float64Array) =>
		directions.reduce((sum, D) => sum + quartic(plus(t, 1, D)) + quartic(plus(t, -1, D)) - 2 * quartic(t), 0);
	const force = Float64Array.from({ length: P }, (_, j) => {
		const unit = Float64Array.from({ length: P }, (_, i) => (i === j ? 1 : 0));
		const [near, far] = [1, 2].map((s) => quartic(plus(g, s, unit)) - quartic(plus(g, -s, unit)));
		const tree = (8 * near! - far!) / 12;
		const loop = (fluctuation(plus(g, 1, unit)) - fluctuation(plus(g, -1, unit))) / 2;
		return tree - loop / 2;
	});
	return multiply(engine, Q, matrixFromColumn(force)).data.map((x) => problem.noiseVariance * x);
}

describe.each([
	["dense", linearProblem()],
	["convolution", linearProblem({ patch: 2 })],
])("loop minus infinite width, %s", (_name, problem) => {
	it("is the first correction in 1/N, up to 1/N^2", () => {
		const limit = nngp.solve(problem, {}, { engine }).trainMean!.data;
		const rest = [1000, 4000].map((width) => {
			const wide = withWidth(problem, width);
			const shift = firstOrderShift(wide);
			const loop = solve(wide, "loop").trainMean!.data;
			return Math.max(...loop.map((x, i) => Math.abs(x - limit[i]! - shift[i]!)));
		});
		// Sixteen, up to terms of relative order 1/N.
		expect(Math.abs(rest[0]! / rest[1]! / 16 - 1)).toBeLessThan(0.05);
	});
});

interface Exact {
	/** At training, then test points. */
	readonly means: Float64Array;
	readonly variances: Float64Array;
	readonly logEvidence: number;
}

/**
 * The exact posterior: given the readout weights f is a Gaussian process with kernel q K0 + s_b^2, and q N is a chi-square
 * variable of N degrees of freedom (N even here); trapezoids in log q.
 */
function exactPosterior(problem: Problem, width: number): Exact {
	const { train, test, variance, readoutBiasVariance } = windowsOf(problem);
	const P = train.rows;
	const all = matrix(P + test!.rows, train.columns, Float64Array.of(...train.data, ...test!.data));
	const prior = gram(engine, all, { alpha: variance });
	const step = 16 / 4000;
	let logGamma = 0;
	for (let k = 1; k < width / 2; k++) logGamma += Math.log(k);
	const slices = Array.from({ length: 4001 }, (_, i) => {
		const q = Math.exp(-8 + step * i);
		const kernel = (a: number, b: number) => q * prior.data[a * all.rows + b]! + readoutBiasVariance;
		const noisy = matrix(P, P);
		for (let a = 0; a < P; a++) {
			for (let b = 0; b < P; b++)
				noisy.data[a * P + b] = kernel(a, b) + (a === b ? problem.noiseVariance : 0);
		}
		const cholesky = choleskyFactor(engine, noisy);
		if (!cholesky.positiveDefinite) throw new Error("not positive definite");
		const cross = matrix(P, all.rows);
		for (let a = 0; a < P; a++)
			for (let s = 0; s < all.rows; s++) cross.data[a * all.rows + s] = kernel(a, s);
		const reduced = solveLower(engine, cholesky.factor, cross);
		const targets = solveLower(engine, cholesky.factor, problem.trainTargets);
		const column = (s: number) => Float64Array.from({ length: P }, (_, a) => reduced.data[a * all.rows + s]!);
		const means = multiply(engine, reduced, targets, { transposeA: true }).data;
		return {
			means,
			squares: means.map((mean, s) => kernel(s, s) - dot(column(s), column(s)) + mean * mean),
			logWeight:
				(width / 2) * (Math.log(q) - q + Math.log(width / 2)) -
				logGamma -
				dot(targets.data, targets.data) / 2 -
				logDeterminant(cholesky.factor) / 2 -
				(P / 2) * Math.log(2 * Math.PI),
		};
	});
	const top = Math.max(...slices.map(({ logWeight }) => logWeight));
	const weights = slices.map(({ logWeight }) => Math.exp(logWeight - top));
	const total = weights.reduce((sum, w) => sum + w, 0);
	const average = (of: (slice: (typeof slices)[number]) => Float64Array) =>
		slices.reduce(
			(sum, slice, i) => sum.map((x, s) => x + (weights[i]! / total) * of(slice)[s]!),
			new Float64Array(all.rows),
		);
	const means = average((slice) => slice.means);
	return {
		means,
		variances: average((slice) => slice.squares).map((square, s) => square - means[s]! ** 2),
		logEvidence: top + Math.log(total * step),
	};
}

describe("a dense network with hidden and readout biases in the mean-field scaling, noise 0.2/N", () => {
	const problem = linearProblem({
		points: 3,
		inputs: 4,
		biasVariance: 0.5,
		readoutBiasVariance: 0.3,
		scaling: "mean-field",
	});
	const widths = [64, 128, 256];
	const finite = widths.map((width) => withWidth(problem, width, 0.2 / width));
	const exact = finite.map((each, i) => exactPosterior(each, widths[i]!));

	/** The next order changes the exponents by some multiple of 1/N: from N = 64 on by less than 0.2, most for the loop. */
	function expectOrder([a, b, c]: number[], order: number): void {
		for (const ratio of [a! / b!, b! / c!]) expect(Math.abs(Math.log2(ratio) - order)).toBeLessThan(0.2);
	}

	it.each([
		["tree", 1],
		["loop", 2],
		["kernel-saddle", 1],
	] as const)("the mean of %s has an error of order 1/N^%d", (variant, order) => {
		const errors = finite.map((each, i) =>
			relativeDifference(meansOf(solve(each, variant)), exact[i]!.means),
		);
		expectOrder(errors, order);
		expect(errors[0]!).toBeLessThan(0.003);
	});

	it("the variance of the tree has a relative error of order 1/N", () => {
		const errors = finite.map((each, i) => {
			const { trainVariance, testVariance } = solve(each, "tree");
			return relativeDifference([...trainVariance!.data, ...testVariance!.data], exact[i]!.variances);
		});
		expectOrder(errors, 1);
		expect(errors[0]!).toBeLessThan(0.03);
	});

	it("the log evidence of the tree has an error of order 1/N", () => {
		const errors = finite.map((each, i) =>
			Math.abs(solve(each, "tree").logEvidence! - exact[i]!.logEvidence),
		);
		expectOrder(errors, 1);
		expect(errors[0]!).toBeLessThan(0.03);
	});
});

describe("golden files of dense linear networks", () => {
	const files = goldenFiles().filter(({ name }) => name.startsWith("scgp-linear"));

	it.each(files)("$name: the saddle over the readout norm", ({ problem, cases }) => {
		const golden = cases.find(({ options }) => options.variant === "kernel-saddle") as unknown as {
			intermediate: { readoutNormSaddle: { q: number; trainMean: number[][]; testMean: number[][] } };
		};
		const { q, trainMean } = golden.intermediate.readoutNormSaddle;
		// 1/q = 1 - (1/N)(g K0 g - tr Q K0) with the prior kernel of this code, Q = (q K0 + kappa)^-1 and g = Q y.
		const { train, variance, units } = windowsOf(problem);
		const prior = gram(engine, train, { alpha: variance });
		const Q = inverse(noisyKernel(prior, q, problem.noiseVariance));
		const g = multiply(engine, Q, problem.trainTargets);
		const image = multiply(engine, prior, g).data;
		const pull = image.reduce((sum, x, i) => sum + x * g.data[i]!, 0);
		const shrink = Q.data.reduce((sum, x, i) => sum + x * prior.data[i]!, 0);
		// Fourteen digits are given, and kappa divides the rounding.
		expect(Math.abs(1 / q - (1 - (pull - shrink) / units))).toBeLessThan(1e-11);
		expect(
			relativeDifference(
				image.map((x) => q * x),
				trainMean.flat(),
			),
		).toBeLessThan(1e-11);
		// Both are saddles over one kernel: they differ by the fluctuations that they leave out, of order P/N.
		const difference = relativeDifference(solve(problem, "kernel-saddle").trainMean!.data, trainMean.flat());
		expect(difference).toBeLessThan(problem.trainInputs.rows / units / 2);
	});

	it("says that four units in the standard scaling have no loop root near the tree", () => {
		const { problem } = files.find(({ name }) => name === "scgp-linear-standard-n8")!;
		const { convergence, validity, trainMean, absent, orderParameters } = solve(
			withWidth(problem, 4),
			"loop",
		);
		expect(convergence.converged).toBe(false);
		expect(convergence.advice).toBe(
			"No root of the loop equation was found from the tree solution; at small width there may be none. Use the tree variant.",
		);
		expect(trainMean).toBeUndefined();
		expect([absent.trainMean, absent.testMean]).toEqual(
			Array(2).fill("the equations of the loop variant were not solved"),
		);
		expect(orderParameters).toEqual({});
		expect(validity.map(({ name }) => name)).toEqual(["P/N", "domainDistance"]);
	});

	// The ratios of the independent implementation, which found these roots too.
	it.each([
		["scgp-linear-mean-field-n8", 2, "1.03"],
		["scgp-convolution-mean-field-c8", 4, "0.06"],
	])("%s at width %d has its loop root at a distance of %s from the tree", (name, width, expected) => {
		const { problem } = goldenFiles().find((file) => file.name === name)!;
		const before = layerWidth(problem.network.layers[0]!);
		const noise = (problem.noiseVariance * before) / width;
		const { convergence, validity } = solve(withWidth(problem, width, noise), "loop");
		expect(convergence.converged).toBe(true);
		const note = validity.find((candidate) => candidate.name === "loopTreeDistance")!;
		expect((note.value as number).toFixed(2)).toBe(expected);
	});

	it("flags the loop root of four channels, which is worse than the tree", () => {
		const { problem } = goldenFiles().find(({ name }) => name === "scgp-convolution-standard-c4")!;
		const { validity, convergence } = solve(problem, "loop");
		expect(convergence.converged).toBe(true);
		const note = validity.find(({ name }) => name === "loopTreeDistance")!;
		expect((note.value as number).toFixed(2)).toBe("0.90");
		expect(note.message).toBe(
			"the loop solution is far from the tree solution and is usually worse: use the tree variant",
		);
	});
});

function noisyKernel(kernel: Matrix, scale: number, noise: number): Matrix {
	const result = matrix(
		kernel.rows,
		kernel.columns,
		kernel.data.map((x) => scale * x),
	);
	for (let i = 0; i < kernel.rows; i++) result.data[i * kernel.rows + i]! += noise;
	return result;
}
