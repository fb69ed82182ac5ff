import { describe, expect, it } from "vitest";
import { faultOf } from "../helpers/fault-of.ts";
import { csv, idx, make } from "./small-data-sets.ts";

describe("makeDataSet refuses", () => {
	const cases: [string, object, string][] = [
		[
			"more training points than a class has",
			{ ...idx, trainCount: 10 },
			"data.trainCount: wanted at most 4 points of class 0, as many as there are; got 5 (10 over all classes). Or say balanced: false.",
		],
		[
			"more test points than are left",
			{ ...idx, trainCount: 6, testCount: 4 },
			"data.testCount: wanted at most 1 point of class 0, as many as there are; got 2 (4 over all classes). Or say balanced: false.",
		],
		[
			"more points than a table has",
			{ ...csv, trainCount: 9 },
			"data.trainCount: wanted at most 8 points, as many as there are; got 9.",
		],
		[
			"classes that no point has",
			{ ...idx, classes: [4, 5], trainCount: "all" },
			"data.trainCount: wanted at least one point of the classes asked for; got none in the file.",
		],
		["a class twice", { ...idx, classes: [1, 1] }, "data.classes: wanted every class once; got 1 again."],
		[
			"too few class targets",
			{ ...idx, classTargets: [1] },
			"data.classTargets: wanted 2 targets, one for each of data.classes; got 1.",
		],
		[
			"class targets of two sizes",
			{ ...idx, classTargets: [1, [1, 2]] },
			"data.classTargets[1]: wanted 1 number, as in the first; got 2.",
		],
		[
			"class targets without classes",
			{ ...csv, classTargets: [1, 2] },
			"data.classes: wanted the classes that classTargets belong to; got nothing.",
		],
		[
			"classes of two target columns",
			{ ...csv, targets: ["z", "label"], classes: [0] },
			"data.classes: wanted one column of labels as targets; got 2 columns.",
		],
		[
			"labels with two axes",
			{ ...idx, trainLabels: "two-axes" },
			"two-axes: wanted one axis of labels; got shape 12 x 1.",
		],
		[
			"fewer labels than images",
			{ ...idx, trainLabels: "short-labels" },
			"data: wanted 12 training targets, one for each input; got 3.",
		],
		[
			"test images without test labels",
			{ ...idx, testImages: "images" },
			"data.testLabels: wanted a value, as testImages is given; got nothing.",
		],
		[
			"a file that is not there",
			{ ...csv, train: "nowhere.csv" },
			"nowhere.csv: wanted a file to read; got no such file.",
		],
		[
			"a column that is not there",
			{ ...csv, targets: ["w"] },
			'data.targets[0]: wanted one of the columns x, y, z or label; got "w".',
		],
		[
			"a target column named twice",
			{ ...csv, targets: ["z", 2] },
			"data.targets: wanted no column twice; got column 2 again.",
		],
		[
			"a target among the inputs",
			{ ...csv, inputs: ["x", "z"] },
			"data.inputs: wanted no column twice, and none of the targets; got column 2 again.",
		],
		[
			"words in a table",
			{ ...csv, train: "words.csv" },
			'words.csv, line 2, column 2 (y): wanted a finite number; got "a".',
		],
		[
			"a test table of other columns",
			{ ...csv, test: "words.csv" },
			'words.csv, line 2, column 2 (y): wanted a finite number; got "a".',
		],
		[
			"a ragged JSON file",
			{ source: "json", file: "ragged.json" },
			"ragged.json: trainInputs[1]: wanted a row of 2 numbers, as many as in row 0; got a row of 1.",
		],
		[
			"a JSON file with half a test set",
			{ source: "json", file: "half.json" },
			"half.json: testTargets: wanted a value, as testInputs is given; got nothing.",
		],
		[
			"a JSON file that is no object",
			{ source: "json", file: "list.json" },
			"list.json: wanted an object with trainInputs and trainTargets; got another value.",
		],
		[
			"an array that is not in the NPZ file",
			{ source: "npz", file: "arrays.npz", trainTargets: "trainTarget" },
			"arrays.npz: wanted an array named trainTarget; got an archive with trainInputs or trainTargets. Did you mean trainTargets?",
		],
		[
			"a point of length zero under unit-norm",
			{ ...csv, inputs: ["x", "y"], normalize: "unit-norm" },
			"data.normalize: wanted points of positive length for unit-norm; got training point 0, whose inputs are all 0. Use normalize: none, or leave the point out.",
		],
	];
	it.each(cases)("%s", (_, settings, message) => {
		expect(faultOf(() => make(settings))).toBe(message);
	});
});
