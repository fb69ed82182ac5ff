/** The theory against what is known exactly of linear networks: expansions in 1/N, mixtures over scales, the dual problem. */
import {
	choleskyFactor,
	choleskyInverse,
	createEngine,
	gram,
	type Matrix,
	matrix,
	matrixFromColumn,
	multiply,
	symmetricEigen,
} from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { Layer, Problem } from "../../../src/index.ts";
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

/**
 * The exact mean at training and test points: given the readout weights f is a Gaussian process with kernel q K0 and q N a
 * chi-square variable of N degrees of freedom; trapezoids in log q.
 */
function exactMeans(problem: Problem, width: number): Float64Array {
	const { train, test, variance } = windowsOf(problem);
	const { values, vectors } = symmetricEigen(engine, gram(engine, train, { alpha: variance }));
	const y = multiply(engine, vectors, problem.trainTargets, { transposeA: true }).data;
	const cross = multiply(engine, test!, train, { transposeB: true, alpha: variance });
	const project = multiply(engine, cross, vectors);
	const kappa = problem.noiseVariance;
	const scales = Array.from({ length: 4001 }, (_, i) => Math.exp(-8 + (16 * i) / 4000));
	const logs = scales.map((q) =>
		values.reduce(
			(sum, l, k) => sum - Math.log(q * l + kappa) / 2 - y[k]! ** 2 / (2 * (q * l + kappa)),
			(width / 2) * (Math.log(q) - q),
		),
	);
	const top = Math.max(...logs);
	const weights = logs.map((x) => Math.exp(x - top));
	const total = weights.reduce((sum, w) => sum + w, 0);
	const modes = Float64Array.from(values, (l, k) =>
		scales.reduce((sum, q, i) => sum + (weights[i]! / total) * ((q * y[k]!) / (q * l + kappa)), 0),
	);
	const atTrain = multiply(engine, vectors, matrixFromColumn(modes.map((x, k) => values[k]! * x))).data;
	return Float64Array.of(...atTrain, ...multiply(engine, project, matrixFromColumn(modes)).data);
}

describe("a dense network with a hidden bias in the mean-field scaling, noise 0.2/N", () => {
	const problem = linearProblem({ points: 3, inputs: 4, biasVariance: 0.5, scaling: "mean-field" });
	const errors = (variant: Variant) =>
		[16, 32, 64].map((width) => {
			const finite = withWidth(problem, width, 0.2 / width);
			return relativeDifference(meansOf(solve(finite, variant)), exactMeans(finite, width));
		});

	// Higher orders in 1/N bend the power laws by 1/16 and less.
	it.each([
		["tree", 1],
		["loop", 2],
		["kernel-saddle", 1],
	] as const)("%s has an error of order 1/N^%d", (variant, order) => {
		const [a, b, c] = errors(variant);
		for (const ratio of [a! / b!, b! / c!]) expect(Math.abs(Math.log2(ratio) - order)).toBeLessThan(0.15);
		expect(a!).toBeLessThan(0.05);
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
		const layer = problem.network.layers[0]!;
		const before = layer.type === "dense" ? layer.width : layer.channels;
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

describe("the dual problem over Theta", () => {
	/** sigma minimizing (sigma - target)^2/(2 step) + V(sigma), by bisection with V' of (9). */
	function shrunk(target: number, step: number, variance: number, units: number): number {
		let [low, high] = [0, target];
		for (let i = 0; i < 200 && low < high; i++) {
			const middle = (low + high) / 2;
			if (middle === low || middle === high) break;
			const slope =
				(2 * middle) / (variance * (1 + Math.sqrt(1 + (4 * middle * middle) / (variance * units))));
			if ((middle - target) / step + slope > 0) high = middle;
			else low = middle;
		}
		return low;
	}

	it.each([
		[
			"more points than weights",
			goldenFiles().find(({ name }) => name === "scgp-convolution-many-points")!.problem,
		],
		["fewer points than weights", linearProblem({ points: 5, patch: 2, width: 9 })],
	])("has the tree's solution: %s", (_name, problem) => {
		const { train, variance, units, windows, patch } = windowsOf(problem);
		const kappa = problem.noiseVariance;
		const squares = symmetricEigen(engine, gram(engine, train)).values;
		const step = kappa / squares.at(-1)!;
		const y = problem.trainTargets.data;
		let theta = new Float64Array(windows * patch);
		let previous = theta;
		let momentum = 1;
		for (let iteration = 0; iteration < 3000; iteration++) {
			const next = (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
			const ahead = theta.map((x, i) => x + ((momentum - 1) / next) * (x - previous[i]!));
			const residual = multiply(engine, train, matrixFromColumn(ahead)).data.map(
				(f, a) => (f - y[a]!) / kappa,
			);
			const slope = multiply(engine, train, matrixFromColumn(residual), { transposeA: true }).data;
			const moved = matrix(
				windows,
				patch,
				ahead.map((x, i) => x - step * slope[i]!),
			);
			// The prox acts on singular values: moved = U s V^T becomes U diag(s'/s) U^T moved.
			const { values, vectors: U } = symmetricEigen(engine, gram(engine, moved));
			const factors = matrix(windows, windows);
			values.forEach((square, k) => {
				const s = Math.sqrt(Math.max(square, 0));
				factors.data[k * windows + k] = s === 0 ? 0 : shrunk(s, step, variance, units) / s;
			});
			const left = multiply(engine, multiply(engine, U, factors), U, { transposeB: true });
			previous = theta;
			theta = Float64Array.from(multiply(engine, left, moved).data);
			// Restart where momentum points uphill (O'Donoghue and Candes 2015).
			const uphill = theta.reduce((sum, x, i) => sum + (ahead[i]! - x) * (x - previous[i]!), 0) > 0;
			momentum = uphill ? 1 : next;
		}
		const dual = multiply(engine, train, matrixFromColumn(theta)).data;
		expect(relativeDifference(dual, solve(problem, "tree").trainMean!.data)).toBeLessThan(4e-13);
	});
});
