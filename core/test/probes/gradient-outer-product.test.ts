import { dot, matrix, multiply, seedStream, symmetricEigen } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/index.ts";
import { priorReadings } from "../../src/probes/evaluate-draws.ts";
import { gradientOuterProduct } from "../../src/probes/gradient-outer-product.ts";
import { convolution, dense, engine, normalMatrix, randomProblem } from "../samplers/problems.ts";
import { networkOf, priorWeights, readingsOf, type Weights } from "./networks.ts";

/** Sums of some dozens of products of numbers of order 1. */
const DIGITS = 11;

function expectClose(found: Record<string, number[] | string>, expected: typeof found, digits = DIGITS) {
	expect(Object.keys(found)).toEqual(Object.keys(expected));
	for (const [place, values] of Object.entries(expected)) {
		if (typeof values === "string") expect(found[place], place).toBe(values);
		else {
			expect(found[place], place).toHaveLength(values.length);
			values.forEach((value, k) => {
				expect((found[place] as number[])[k], place).toBeCloseTo(value, digits);
			});
		}
	}
}

const said = (problem: Problem, weights: Weights, teacherDirection?: Float64Array) =>
	readingsOf(gradientOuterProduct, problem, weights, teacherDirection && { teacherDirection });

/** Of unit length. */
function direction(d: number): Float64Array {
	const w = normalMatrix(5, 1, d).data;
	const norm = Math.sqrt(dot(w, w));
	return w.map((x) => x / norm);
}

describe("gradient-outer-product", () => {
	it.each([
		{ inputs: 3, points: 4 },
		{ inputs: 7, points: 2 },
	])("of a linear network is (A W)^T (A W): $inputs inputs, $points points", ({ inputs, points }) => {
		const problem = randomProblem({
			points,
			inputs,
			outputs: 2,
			layers: [dense(4, "linear"), dense(3, "linear")],
		});
		const weights = priorWeights(problem, 3);
		const w = direction(inputs);
		const A = matrix(3, 2, weights.readout_weights);
		const W2 = matrix(3, 4, weights.weights_2);
		const W1 = matrix(4, inputs, weights.weights_1);
		const expected = (J: ReturnType<typeof matrix>, W: typeof J, layer: string, count: number) => {
			const G = multiply(engine, J, J, { transposeA: true });
			const WW = multiply(engine, W, W, { transposeA: true });
			const { values, vectors } = symmetricEigen(engine, G);
			const n = values.length;
			const trace = values.reduce((sum, x) => sum + x, 0);
			const norm = Math.sqrt(dot(G.data, G.data));
			const top = Float64Array.from({ length: n }, (_, i) => vectors.data[i * n + n - 1]!);
			const along = (v: Float64Array) => dot(multiply(engine, G, matrix(n, 1, v)).data, v);
			return {
				[`${layer} eigenvalues`]: Array.from(values).reverse().slice(0, count),
				[`${layer} topEigenvalue`]: [values[n - 1]!],
				[`${layer} trace`]: [trace],
				[`${layer} participationRatio`]: [(trace / norm) ** 2],
				[`${layer} featureAnsatz`]: [dot(WW.data, G.data) / Math.sqrt(dot(WW.data, WW.data)) / norm],
				...(layer === "layer 1" && {
					"layer 1 topOverlap": [dot(top, w) ** 2],
					"layer 1 teacherShare": [along(w) / trace],
				}),
			};
		};
		const upper = multiply(engine, A, W2, { transposeA: true });
		expectClose(said(problem, weights, w), {
			...expected(multiply(engine, upper, W1), W1, "layer 1", Math.min(inputs, 4)),
			...expected(upper, W2, "layer 2", 3),
		});
	});

	it("agrees with differences of the output", () => {
		const shape = { points: 3, inputs: 4, layers: [dense(5, "tanh", 2, 0.3), dense(4, "gelu", 1.5, 0.2)] };
		const problem = randomProblem({
			...shape,
			outputs: 2,
			readout: { weightVariance: 2, biasVariance: 0.1 },
		});
		const weights = priorWeights(problem, 4);
		const output = (inputs: Float64Array) => {
			const network = networkOf({ ...problem, trainInputs: matrix(3, 4, inputs) }, weights);
			return multiply(engine, matrix(2, 4, network.weights("readout_weights")), network.train[1]!.features)
				.data;
		};
		// Central differences: errors of step^2 and of rounding over step, both 1e-10 here.
		const step = 1e-5;
		const jacobian = matrix(4, 6);
		for (let j = 0; j < 4; j++) {
			const moved = (by: number) =>
				output(problem.trainInputs.data.map((x, k) => (k % 4 === j ? x + by : x)));
			const [above, below] = [moved(step), moved(-step)];
			for (let c = 0; c < 6; c++) jacobian.data[j * 6 + c] = (above[c]! - below[c]!) / (2 * step);
		}
		const G = multiply(engine, jacobian, jacobian, { transposeB: true, alpha: 1 / 3 });
		const { values } = symmetricEigen(engine, G);
		const w = direction(4);
		const found = said(problem, weights, w);
		const trace = values.reduce((sum, x) => sum + x, 0);
		const share = dot(multiply(engine, G, matrix(4, 1, w)).data, w) / trace;
		expect((found["layer 1 trace"] as number[])[0]).toBeCloseTo(trace, 8);
		expect((found["layer 1 teacherShare"] as number[])[0]).toBeCloseTo(share, 8);
		Array.from(values)
			.reverse()
			.forEach((value, k) => {
				expect((found["layer 1 eigenvalues"] as number[])[k]).toBeCloseTo(value, 8);
			});
	});

	it("does not change when points or units are permuted, or inputs, weights and teacher rotated", () => {
		const problem = randomProblem({
			points: 3,
			inputs: 4,
			layers: [dense(3, "erf", 1, 0.2), dense(2, "relu")],
		});
		const weights = priorWeights(problem, 6);
		const w = direction(4);
		const plain = said(problem, weights, w);
		const order = [2, 0, 1];
		const rows = (m: Float64Array, size: number) =>
			Float64Array.from(order.flatMap((i) => [...m.subarray(i * size, (i + 1) * size)]));
		const columns = (m: Float64Array) => m.map((_, k) => m[Math.floor(k / 3) * 3 + order[k % 3]!]!);
		expectClose(
			said({ ...problem, trainInputs: matrix(3, 4, rows(problem.trainInputs.data, 4)) }, weights, w),
			plain,
		);
		const units = {
			...weights,
			weights_1: rows(weights.weights_1!, 4),
			biases_1: rows(weights.biases_1!, 1),
			weights_2: columns(weights.weights_2!),
		};
		expectClose(said(problem, units, w), plain);
		const seed = normalMatrix(2, 4, 4);
		const { vectors } = symmetricEigen(engine, multiply(engine, seed, seed, { transposeB: true }));
		const turned = (m: Float64Array) => multiply(engine, matrix(m.length / 4, 4, m), vectors).data;
		expectClose(
			said(
				{ ...problem, trainInputs: matrix(3, 4, turned(problem.trainInputs.data)) },
				{ ...weights, weights_1: turned(weights.weights_1!) },
				turned(w),
			),
			plain,
		);
	});

	it("has the mean of the prior: E tr G = s_a^2 s_w^2 of a linear network, half of it with relu", () => {
		const [linear, relu] = ["linear", "relu"].map((activation) => {
			const problem = randomProblem({
				points: 2,
				inputs: 6,
				layers: [dense(5, activation, 1.5)],
				readout: { weightVariance: 2, biasVariance: 0 },
			});
			const context = { problem, prior: { kernels: [] } };
			const [{ readings }] = priorReadings(engine, [gradientOuterProduct], context, {
				networks: 1000,
				stream: seedStream(2),
			}) as [ReturnType<typeof priorReadings>[0]];
			const trace = readings.find(({ quantity }) => quantity === "trace")!;
			if (!("values" in trace)) throw new Error(trace.reason);
			return [trace.values[0]!, trace.standardErrors![0]!] as const;
		}) as [readonly [number, number], readonly [number, number]];
		// Two comparisons, each beyond 4 standard errors once in 16 000 seeds.
		expect(Math.abs(linear[0] - 3) / linear[1]).toBeLessThan(4);
		expect(Math.abs(relu[0] - 1.5) / relu[1]).toBeLessThan(4);
	});

	it("has the ansatz of the prior of a wide linear network: sqrt(1/N + 1/d)", () => {
		const problem = randomProblem({ points: 1, inputs: 60, layers: [dense(90, "linear", 1.5)] });
		const context = { problem, prior: { kernels: [] } };
		const [{ readings }] = priorReadings(engine, [gradientOuterProduct], context, {
			networks: 100,
			stream: seedStream(3),
		}) as [ReturnType<typeof priorReadings>[0]];
		const ansatz = readings.find(({ quantity }) => quantity === "featureAnsatz")!;
		if (!("values" in ansatz)) throw new Error(ansatz.reason);
		// Leading order in 1/N and 1/d, which are 1 to 2 %; the standard error is 1 %.
		expect(ansatz.values[0]! / Math.sqrt(1 / 90 + 1 / 60)).toBeCloseTo(1, 1);
	});

	it("says why there is nothing", () => {
		const problem = randomProblem({ points: 2, inputs: 3, layers: [dense(2, "relu")] });
		const still = { ...problem, trainInputs: matrix(2, 3, Float64Array.of(1, 0, 0, 1, 1, 0)) };
		const away = { weights_1: Float64Array.of(-1, 0, 0, -2, 0, 0), readout_weights: Float64Array.of(1, 1) };
		const nothing = "the output does not depend on the inputs";
		expect(said(still, away)).toEqual({
			"layer 1 eigenvalues": [0, 0],
			"layer 1 topEigenvalue": [0],
			"layer 1 trace": [0],
			"layer 1 participationRatio": nothing,
			"layer 1 featureAnsatz": nothing,
			"layer 1 topOverlap": nothing,
			"layer 1 teacherShare": nothing,
		});
		const blind = said(problem, priorWeights(problem, 1));
		expect(blind["layer 1 topOverlap"]).toBe("no direction of a teacher is known");
		expect(blind["layer 1 teacherShare"]).toBe("no direction of a teacher is known");
		// Both outputs see one input each, alike.
		const even = randomProblem({ points: 1, inputs: 3, outputs: 2, layers: [dense(2, "linear")] });
		const alike = {
			weights_1: Float64Array.of(1, 0, 0, 0, 1, 0),
			readout_weights: Float64Array.of(1, 0, 0, 1),
		};
		expect(said(even, alike, Float64Array.of(1, 0, 0))["layer 1 topOverlap"]).toBe(
			"the two largest eigenvalues are equal",
		);
		expect(
			gradientOuterProduct.applies(
				randomProblem({ points: 2, inputs: 4, layers: [convolution(2, 2, "erf")] }),
			),
		).toBe("This probe looks at dense layers only; layer 1 is a convolution.");
	});
});
