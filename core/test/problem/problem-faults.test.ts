import { parseProblem } from "@finitude/core";
import { describe, expect, it } from "vitest";
import { faultOf } from "../helpers/fault-of.ts";

const dense = { type: "dense", width: 20, activation: "erf", weightVariance: 1 };
const convolution = { type: "convolution", channels: 5, patch: 2, activation: "erf", weightVariance: 1 };

function problem(changes: Record<string, unknown> = {}): Record<string, unknown> {
	return {
		trainInputs: [
			[0.1, -0.3],
			[1.2, 0.4],
		],
		trainTargets: [0.5, -0.2],
		network: { layers: [dense], readout: { weightVariance: 1 }, scaling: "standard" },
		noiseVariance: 0.05,
		...changes,
	};
}

function network(...layers: unknown[]): Record<string, unknown> {
	return problem({ network: { layers, readout: { weightVariance: 1 }, scaling: "standard" } });
}

describe("parseProblem refuses, and says what, where and what to do", () => {
	const cases: [string, unknown, string][] = [
		["text instead of a problem", "hello", 'file: wanted an object; got "hello".'],
		[
			"a name that steers the terminal",
			problem({ name: "\u001b[31mred" }),
			'name: wanted one line of text without control characters; got "\\u001b[31mred".',
		],
		[
			"a key that steers the terminal",
			problem({ "\u001b[31mred\n": 1 }),
			"\\u001b[31mred\\u000a: wanted one of the keys name, trainInputs, trainTargets, testInputs, testTargets, inputShape, network or noiseVariance; got an unknown key.",
		],
		[
			"a key without end",
			problem({ ["k".repeat(100_000)]: 1 }),
			`${"k".repeat(57)}...: wanted one of the keys name, trainInputs, trainTargets, testInputs, testTargets, inputShape, network or noiseVariance; got an unknown key.`,
		],
		[
			"an input whose square overflows",
			problem({
				trainInputs: [
					[1, 2],
					[3, -1e200],
				],
			}),
			"trainInputs[1][1]: wanted a number between -1e+70 and 1e+70; got -1e+200. Rescale the data.",
		],
		["null", null, "file: wanted an object; got null."],
		[
			"nothing in it",
			{},
			"trainInputs: wanted a list of rows of numbers; got nothing. There are 3 more faults.",
		],
		[
			"a ragged matrix",
			problem({ trainInputs: [[1, 2], [3]] }),
			"trainInputs[1]: wanted a row of 2 numbers, as many as in row 0; got a row of 1.",
		],
		[
			"NaN",
			problem({
				trainInputs: [
					[1, 2],
					[3, Number.NaN],
				],
			}),
			"trainInputs[1][1]: wanted a finite number; got NaN.",
		],
		[
			"null as a number",
			problem({ trainTargets: [[1], [null]] }),
			"trainTargets[1][0]: wanted a finite number; got null.",
		],
		[
			"text as a number",
			problem({
				trainInputs: [
					[1, "2"],
					[3, 4],
				],
			}),
			'trainInputs[0][1]: wanted a finite number; got "2".',
		],
		[
			"infinity in a flat list",
			problem({ trainTargets: [1, Number.POSITIVE_INFINITY] }),
			"trainTargets[1]: wanted a finite number; got Infinity.",
		],
		["flat inputs", problem({ trainInputs: [1, 2] }), "trainInputs[0]: wanted a row of numbers; got 1."],
		[
			"P = 0",
			problem({ trainInputs: [], trainTargets: [] }),
			"trainInputs: wanted a list of rows of numbers, at least one row; got an empty list.",
		],
		[
			"d = 0",
			problem({ trainInputs: [[], []] }),
			"trainInputs[0]: wanted a row of at least one number; got an empty list.",
		],
		[
			"inputs missing",
			problem({ trainInputs: undefined }),
			"trainInputs: wanted a list of rows of numbers; got nothing.",
		],
		[
			"inputs of another type",
			problem({ trainInputs: { a: 1 } }),
			"trainInputs: wanted a list of rows of numbers; got an object with a.",
		],
		[
			"a residual block of another width",
			network(dense, { ...dense, type: "residual", width: 10, residualScale: 1 }),
			"network.layers[1].width: wanted 20, the width of the layer below, to which a residual block adds; got 10.",
		],
		[
			"a residual block on the inputs",
			network({ ...dense, type: "residual", residualScale: 1 }),
			"network.layers[0].type: wanted a dense or a residual layer below a residual one; got the inputs. Put a dense layer of the same width below it.",
		],
		[
			"a residual block on a convolution",
			network(convolution, { ...dense, type: "residual", width: 5, residualScale: 1 }),
			"network.layers[1].type: wanted a dense or a residual layer below a residual one; got a convolution. Put a dense layer of the same width below it.",
		],
		[
			"a residual block without its scale",
			network(dense, { ...dense, type: "residual" }),
			"network.layers[1].residualScale: wanted a finite number of at least 0; got nothing.",
		],
		[
			"a negative residual scale",
			network(dense, { ...dense, type: "residual", residualScale: -1 }),
			"network.layers[1].residualScale: wanted a finite number of at least 0; got -1.",
		],
		[
			"fewer targets than inputs",
			problem({ trainTargets: [1] }),
			"trainTargets: wanted 2 rows, one for each of trainInputs; got 1.",
		],
		[
			"test inputs of another dimension",
			problem({ testInputs: [[1, 2, 3]] }),
			"testInputs: wanted rows of 2 numbers, as in trainInputs; got rows of 3.",
		],
		[
			"test targets without test inputs",
			problem({ testTargets: [1] }),
			"testInputs: wanted a row for each row of testTargets; got nothing. Give testInputs, or leave testTargets out.",
		],
		[
			"fewer test targets than test inputs",
			problem({
				testInputs: [
					[1, 2],
					[1, 2],
				],
				testTargets: [1],
			}),
			"testTargets: wanted 2 rows, one for each of testInputs; got 1.",
		],
		[
			"test targets of another dimension",
			problem({ testInputs: [[1, 2]], testTargets: [[1, 2]] }),
			"testTargets: wanted rows of 1 number, as in trainTargets; got rows of 2.",
		],
		[
			"zero width",
			network({ ...dense, width: 0 }),
			"network.layers[0].width: wanted an integer of at least 1; got 0.",
		],
		[
			"fractional width",
			network({ ...dense, width: 2.5 }),
			"network.layers[0].width: wanted an integer of at least 1; got 2.5.",
		],
		[
			"a width as text",
			network({ ...dense, width: "20" }),
			'network.layers[0].width: wanted an integer of at least 1; got "20".',
		],
		[
			"negative weight variance",
			network({ ...dense, weightVariance: -1 }),
			"network.layers[0].weightVariance: wanted a finite number above 0; got -1.",
		],
		[
			"zero weight variance",
			network({ ...dense, weightVariance: 0 }),
			"network.layers[0].weightVariance: wanted a finite number above 0; got 0.",
		],
		[
			"negative bias variance",
			network({ ...dense, biasVariance: -0.1 }),
			"network.layers[0].biasVariance: wanted a finite number of at least 0; got -0.1.",
		],
		[
			"negative noise variance",
			problem({ noiseVariance: -0.1 }),
			"noiseVariance: wanted a finite number of at least 0; got -0.1.",
		],
		[
			"infinite noise variance",
			problem({ noiseVariance: Number.POSITIVE_INFINITY }),
			"noiseVariance: wanted a finite number of at least 0; got Infinity.",
		],
		[
			"no noise variance",
			problem({ noiseVariance: undefined }),
			"noiseVariance: wanted a finite number of at least 0; got nothing.",
		],
		[
			"an unknown activation",
			network({ ...dense, activation: "erff" }),
			'network.layers[0].activation: wanted linear, erf, relu, quadratic, tanh, gelu, sigmoid, sin or softplus; got "erff". Did you mean erf?',
		],
		[
			"an activation unlike any",
			network({ ...dense, activation: "swish" }),
			'network.layers[0].activation: wanted linear, erf, relu, quadratic, tanh, gelu, sigmoid, sin or softplus; got "swish".',
		],
		[
			"an unknown layer type",
			network({ ...dense, type: "Dense" }),
			'network.layers[0].type: wanted dense, convolution or residual; got "Dense". Did you mean dense?',
		],
		[
			"a layer without type",
			network({ ...dense, type: undefined }),
			"network.layers[0].type: wanted dense, convolution or residual; got nothing.",
		],
		["no layers", network(), "network.layers: wanted a list of at least one layer; got an empty list."],
		[
			"an unknown scaling",
			problem({ network: { layers: [dense], readout: { weightVariance: 1 }, scaling: "meanfield" } }),
			'network.scaling: wanted standard or mean-field; got "meanfield". Did you mean mean-field?',
		],
		[
			"an unknown key",
			problem({ noiseVarience: 1 }),
			"noiseVarience: wanted one of the keys name, trainInputs, trainTargets, testInputs, testTargets, inputShape, network or noiseVariance; got an unknown key. Did you mean noiseVariance?",
		],
		[
			"an unknown key in a layer",
			network({ ...dense, bias: 1 }),
			"network.layers[0].bias: wanted one of the keys type, width, activation, weightVariance or biasVariance; got an unknown key.",
		],
		[
			"several faults",
			network({ ...dense, width: 0, activation: "erff" }),
			"network.layers[0].width: wanted an integer of at least 1; got 0. There is 1 more fault.",
		],
		[
			"a stride that is not the patch",
			network({ ...convolution, stride: 1 }),
			"network.layers[0].stride: wanted 2, equal to patch; got 1. Overlapping patches and gaps between them are not supported; leave stride out.",
		],
		[
			"a patch that does not tile a sequence",
			network({ ...convolution, patch: 3 }),
			"network.layers[0].patch: wanted a patch that tiles the 2 positions of the input; got 3. Patches that fit: 1, 2. If the inputs are an image, give inputShape.",
		],
		[
			"a patch that does not tile a later layer",
			network({ ...convolution, patch: 2 }, { ...convolution, patch: 2 }),
			"network.layers[1].patch: wanted a patch that tiles the 1 position of layer 0; got 2. Patches that fit: 1.",
		],
		[
			"a patch after a dense layer",
			network(dense, convolution),
			"network.layers[1].patch: wanted a patch that tiles the 1 position of layer 0; got 2. Patches that fit: 1.",
		],
		[
			"a patch that does not tile an image",
			{
				...network({ ...convolution, patch: 4 }),
				trainInputs: [Array(36).fill(0.5), Array(36).fill(1)],
				inputShape: [6, 6, 1],
			},
			"network.layers[0].patch: wanted a patch that tiles the 6 x 6 positions of the input; got 4. Patches that fit: 1, 2, 3, 6.",
		],
		[
			"an input shape with another product",
			problem({ inputShape: [2, 2, 1] }),
			"inputShape: wanted height x width x channels = 2, the length of the rows of trainInputs; got 2 x 2 x 1 = 4.",
		],
		[
			"an input shape of two numbers",
			problem({ inputShape: [2, 1] }),
			"inputShape: wanted [height, width, channels]; got a list of 2.",
		],
		[
			"a zero in the input shape",
			problem({ inputShape: [2, 1, 0] }),
			"inputShape[2]: wanted an integer of at least 1; got 0.",
		],
	];
	it.each(cases)("%s", (_, json, message) => {
		expect(faultOf(() => parseProblem(json))).toBe(message);
	});
	it("puts the place of the problem in the file before the field", () => {
		expect(faultOf(() => parseProblem(network({ ...dense, width: 0 }), "problem"))).toBe(
			"problem.network.layers[0].width: wanted an integer of at least 1; got 0.",
		);
	});
});
