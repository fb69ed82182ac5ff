import { createEngine, type Matrix, matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type ConvolutionLayer, findActivation, priorKernels } from "../../src/index.ts";
import { messageOf } from "../helpers/message-of.ts";
import { denseLayer, largestDifference, networkOf, normalMatrix, smallProblem } from "../helpers/problems.ts";

const engine = await createEngine({ engine: "reference" });

function convolution(patch: number, changes: Partial<ConvolutionLayer> = {}): ConvolutionLayer {
	return {
		type: "convolution",
		channels: 8,
		patch,
		stride: patch,
		activation: "erf",
		weightVariance: 1.5,
		biasVariance: 0,
		...changes,
	};
}

const trainOf = (kernels: { output: { train: Matrix } }) => kernels.output.train;

/** Sums of at most 12 products in another order: a few rounding units of numbers of order 1. */
const ROUNDING = 1e-14;

describe("the prior recursion", () => {
	it("gives a linear convolution the kernel of the dense linear network", () => {
		const dense = priorKernels(engine, smallProblem(networkOf([denseLayer("linear")])));
		const convolved = priorKernels(
			engine,
			smallProblem(networkOf([convolution(3, { activation: "linear" })])),
		);
		expect(convolved.preactivation[0]!.length).toBe(4);
		expect(largestDifference(trainOf(dense), trainOf(convolved))).toBeLessThan(ROUNDING);
	});

	it("gives one patch over the whole input the kernel of a dense layer, in a sequence and in an image", () => {
		const dense = trainOf(priorKernels(engine, smallProblem(networkOf([denseLayer("erf")]))));
		const sequence = smallProblem(networkOf([convolution(12)]));
		const image = smallProblem(networkOf([convolution(2)]), { inputShape: [2, 2, 3] });
		for (const problem of [sequence, image]) {
			expect(largestDifference(trainOf(priorKernels(engine, problem)), dense)).toBeLessThan(ROUNDING);
		}
	});

	it.each(["tanh", "gelu", "sigmoid", "softplus"])(
		"takes patches without any input, such as the border of an image: %s",
		(activation) => {
			const trainInputs = matrix(2, 4, Float64Array.of(0, 0, 1, 2, 0, 0, -1, 0.5));
			const phi = findActivation(activation);
			const kernels = priorKernels(engine, {
				trainInputs,
				testInputs: matrix(1, 4),
				network: networkOf([convolution(2, { activation }), denseLayer("linear", { weightVariance: 1 })]),
			});
			const filled = priorKernels(engine, {
				trainInputs: matrix(2, 2, Float64Array.of(1, 2, -1, 0.5)),
				network: networkOf([convolution(2, { activation }), denseLayer("linear", { weightVariance: 1 })]),
			});
			const constant = phi.value(0) ** 2;
			const expected = filled.preactivation[1]![0]!.train.data.map((g) => (g + constant) / 2);
			const got = kernels.preactivation[1]![0]!;
			expect(largestDifference(got.train, matrix(2, 2, expected))).toBeLessThan(ROUNDING);
			expect(got.test!.diagonal[0]).toBeCloseTo(constant, 14);
		},
	);

	it.each(["relu", "tanh", "gelu"])("does not underflow at tiny inputs: %s", (activation) => {
		const inputs = normalMatrix(3, 4, 7);
		/** In units of the squared inputs: homogeneous of degree 1 at and near 0, so the same at every tiny scale. */
		const kernelAt = (scale: number) => {
			const trainInputs = matrix(
				3,
				4,
				inputs.data.map((x) => scale * x),
			);
			const kernel = trainOf(
				priorKernels(engine, { trainInputs, network: networkOf([denseLayer(activation)]) }),
			);
			return matrix(
				3,
				3,
				kernel.data.map((g) => g / scale / scale),
			);
		};
		expect(largestDifference(kernelAt(1e-100), kernelAt(1e-20))).toBeLessThan(ROUNDING);
	});

	it("cuts an image into squares, row by row, all channels of a pixel together", () => {
		// A 2 x 4 image with one channel: patches are columns {0, 1, 4, 5} and {2, 3, 6, 7}.
		const trainInputs = matrix(
			2,
			8,
			Float64Array.from({ length: 16 }, (_, i) => i + 1),
		);
		const problem = {
			trainInputs,
			inputShape: [2, 4, 1] as const,
			network: networkOf([convolution(2, { weightVariance: 1 })]),
		};
		const [left, right] = priorKernels(engine, problem).preactivation[0]!;
		const covariance = (columns: number[]) =>
			columns.reduce((sum, k) => sum + trainInputs.data[k]! * trainInputs.data[8 + k]!, 0) / 4;
		expect(left!.train.data[1]).toBe(covariance([0, 1, 4, 5]));
		expect(right!.train.data[1]).toBe(covariance([2, 3, 6, 7]));
	});

	it("averages positions over the patches of a second convolution and over all in a dense layer", () => {
		const layers = [convolution(2), convolution(3, { biasVariance: 0.1 }), denseLayer("erf")];
		const { preactivation } = priorKernels(engine, smallProblem(networkOf(layers)));
		expect(preactivation.map((positions) => positions.length)).toEqual([6, 2, 1]);
		// Two convolutions of linear units are one linear map of each patch of 6.
		const linear = [2, 3].map((patch) => convolution(patch, { activation: "linear" }));
		const twice = priorKernels(engine, smallProblem(networkOf(linear))).preactivation[1]!;
		const once = priorKernels(
			engine,
			smallProblem(networkOf([convolution(6, { weightVariance: 1.5 * 1.5 })])),
		).preactivation[0]!;
		twice.forEach(({ train }, i) => {
			expect(largestDifference(train, once[i]!.train)).toBeLessThan(ROUNDING);
		});
	});

	it("divides the output kernel by the width in the mean-field scaling", () => {
		const standard = priorKernels(engine, smallProblem(networkOf([denseLayer("relu")])));
		const meanField = priorKernels(
			engine,
			smallProblem(networkOf([denseLayer("relu")], { scaling: "mean-field" })),
		);
		standard.output.train.data.forEach((k, i) => {
			expect(Math.abs(meanField.output.train.data[i]! - k / 20)).toBeLessThan(1e-16);
		});
	});

	it("gives test blocks that agree with those of the joint data", () => {
		const network = networkOf([denseLayer("tanh", { biasVariance: 0.1 }), denseLayer("relu")]);
		const problem = smallProblem(network);
		const joint = matrix(
			9,
			12,
			Float64Array.from([...problem.trainInputs.data, ...problem.testInputs!.data]),
		);
		const together = trainOf(priorKernels(engine, { trainInputs: joint, network }));
		const { train, test } = priorKernels(engine, problem, { testCovariance: true }).output;
		const at = (i: number, j: number) => together.data[i * 9 + j]!;
		for (let i = 0; i < 9; i++) {
			for (let j = 0; j < 9; j++) {
				const block =
					i < 6
						? j < 6 && train.data[i * 6 + j]
						: j < 6
							? test!.cross.data[(i - 6) * 6 + j]
							: test!.covariance!.data[(i - 6) * 3 + j - 6];
				// The rule and the order of the expansion are chosen for another largest variance: 1e-12 each.
				if (block !== false) expect(Math.abs(block! - at(i, j))).toBeLessThan(1e-11);
			}
			if (i >= 6) expect(Math.abs(test!.diagonal[i - 6]! - at(i, i))).toBeLessThan(1e-11);
		}
		const withoutCovariance = priorKernels(engine, problem).output.test!;
		expect(withoutCovariance.covariance).toBe(undefined);
		expect([...withoutCovariance.diagonal]).toEqual([...test!.diagonal]);
	});

	it("matches the empirical kernel of one very wide random network", () => {
		const width = 40_000;
		const problem = smallProblem(networkOf([denseLayer("softplus", { width, weightVariance: 2 })]));
		const { trainInputs: x } = problem;
		const weights = normalMatrix(width, 12, 11);
		const h = (unit: number, point: number) => {
			let sum = 0;
			for (let k = 0; k < 12; k++) sum += weights.data[unit * 12 + k]! * x.data[point * 12 + k]!;
			return sum * Math.sqrt(2 / 12);
		};
		const expected = trainOf(priorKernels(engine, problem));
		let [sum, squares] = [0, 0];
		for (let unit = 0; unit < width; unit++) {
			const product = 1.2 * Math.log1p(Math.exp(h(unit, 0))) * Math.log1p(Math.exp(h(unit, 1)));
			sum += product;
			squares += product ** 2;
		}
		const standardError = Math.sqrt((squares / width - (sum / width) ** 2) / width);
		expect(Math.abs(sum / width - expected.data[1]!) / standardError).toBeLessThan(5);
	});

	it("names the layer of an unknown activation", () => {
		const network = networkOf([denseLayer("erf"), denseLayer("swish")]);
		expect(messageOf(() => priorKernels(engine, smallProblem(network)))).toMatch(
			/^network\.layers\[1\]\.activation: wanted one of linear, erf, .*; got "swish"\./,
		);
	});
});
