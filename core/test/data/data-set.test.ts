import { readFileSync } from "node:fs";
import { dataSchema, isInputError, makeDataSet } from "@finitude/core";
import { createEngine, type Matrix, matrixToRows } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { cifarRecord, concat, idxFile } from "../helpers/data-files.ts";
import { filesOf } from "../helpers/experiments.ts";

const engine = await createEngine({ engine: "reference" });
const fixture = (name: string) =>
	new Uint8Array(readFileSync(new URL(`../../../fixtures/data/${name}`, import.meta.url)));

/** Twelve images of 2 x 2 pixels; image i holds i everywhere but for one pixel of 100. Labels 0 0 0 0 1 1 1 1 7 7 7 7. */
const images = idxFile(
	[12, 2, 2],
	Array.from({ length: 48 }, (_, k) => (k % 4 === 3 ? 100 : Math.floor(k / 4))),
);
const labels = idxFile(
	[12],
	Array.from({ length: 12 }, (_, i) => [0, 1, 7][Math.floor(i / 4)]!),
);
const table = `x,y,z,label\n${Array.from({ length: 8 }, (_, i) => `${i},${i * i},5,${i % 3}`).join("\n")}\n`;

const files = filesOf({
	images,
	labels,
	"two-axes": idxFile([12, 1], Array(12).fill(0)),
	"short-labels": idxFile([3], [0, 1, 7]),
	"table.csv": table,
	"other.csv": "x,y,z,label\n100,1,2,0\n",
	"words.csv": "x,y\n1,a\n",
	"x.npy": fixture("little-f8.npy"),
	"arrays.npz": fixture("deflated.npz"),
	"data.json":
		'{"trainInputs": [[1, 2], [3, 4]], "trainTargets": [5, 6], "testInputs": [[7, 8]], "testTargets": [9]}',
	"ragged.json": '{"trainInputs": [[1, 2], [3]], "trainTargets": [5, 6]}',
	"half.json": '{"trainInputs": [[1, 2]], "trainTargets": [5], "testInputs": [[7, 8]]}',
	"list.json": "[1, 2]",
	"batch-1": concat(
		cifarRecord(3, () => 10),
		cifarRecord(5, () => 20),
	),
	"batch-2": concat(cifarRecord(5, (row, column, channel) => (row === 1 && column === 2 ? 50 * channel : 0))),
});

function make(settings: object, seed = 1) {
	return makeDataSet(dataSchema.parse(settings), {
		files: {
			readBytes: files,
			mnist: () => ({ trainImages: images, trainLabels: labels, testImages: images, testLabels: labels }),
		},
		engine,
		seed,
	});
}

const rows = (m: Matrix | undefined) => m && matrixToRows(m);
const idx = { source: "idx", trainImages: "images", trainLabels: "labels", classes: [0, 1] };
const csv = { source: "csv", train: "table.csv", targets: ["z"] };

describe("makeDataSet", () => {
	it("draws balanced classes without repetition; test points are others where there is no test file", () => {
		const { data, resolved } = make({ ...idx, trainCount: 4, testCount: 4, divideBy: 1 });
		expect(data.inputShape).toStrictEqual([2, 2, 1]);
		expect(data.trainTargets.data.toSorted()).toStrictEqual(Float64Array.of(-1, -1, 1, 1));
		expect(data.testTargets!.data.toSorted()).toStrictEqual(Float64Array.of(-1, -1, 1, 1));
		const first = [...rows(data.trainInputs)!, ...rows(data.testInputs)!].map(([pixel]) => pixel!);
		expect(first.toSorted((a, b) => a - b)).toStrictEqual([0, 1, 2, 3, 4, 5, 6, 7]);
		for (const [i, [pixel]] of rows(data.trainInputs)!.entries()) {
			expect(data.trainTargets.data[i]).toBe(pixel! < 4 ? -1 : 1);
		}
		expect(resolved).toStrictEqual({
			...idx,
			classTargets: [-1, 1],
			balanced: true,
			trainCount: 4,
			testCount: 4,
			seed: 1,
			divideBy: 1,
			center: "none",
			normalize: "none",
		});
		expect(make(resolved)).toStrictEqual({ data, resolved });
	});

	it("draws other points with another seed, and the same ones with the same", () => {
		const draw = (seed: number) => make({ ...idx, trainCount: 4, testCount: 0 }, seed).data.trainInputs;
		expect(draw(1)).toStrictEqual(draw(1));
		expect(draw(2)).not.toStrictEqual(draw(1));
	});

	it("gives the first classes one point more when the count does not divide", () => {
		const { data } = make({
			...idx,
			classes: [7, 0, 1],
			classTargets: [7, 0, 1],
			trainCount: 5,
			testCount: 0,
		});
		expect(data.trainTargets.data.toSorted()).toStrictEqual(Float64Array.of(0, 0, 1, 7, 7));
		expect(data.testInputs).toBeUndefined();
	});

	it("gives unit vectors to more than two classes, and any targets asked for", () => {
		const all = { ...idx, classes: [0, 1, 7], trainCount: "all", testCount: 0 };
		const unit = rows(make(all).data.trainTargets)!;
		expect([unit[0], unit[4], unit[8]]).toStrictEqual([
			[1, 0, 0],
			[0, 1, 0],
			[0, 0, 1],
		]);
		const pairs = rows(
			make({
				...all,
				classTargets: [
					[1, 2],
					[3, 4],
					[5, 6],
				],
			}).data.trainTargets,
		)!;
		expect([pairs[0], pairs[11]]).toStrictEqual([
			[1, 2],
			[5, 6],
		]);
	});

	it("keeps the order of the file for all points", () => {
		const { data } = make({ ...csv, inputs: ["y", 0] });
		expect(rows(data.trainInputs)).toStrictEqual(Array.from({ length: 8 }, (_, i) => [i * i, i]));
		expect(rows(data.trainTargets)).toStrictEqual(Array(8).fill([5]));
		expect(data.testInputs).toBeUndefined();
	});

	it("takes all columns but the targets as inputs, and a test file where one is given", () => {
		const { data } = make({ ...csv, test: "other.csv", trainCount: 2 });
		expect(rows(data.testInputs)).toStrictEqual([[100, 1, 0]]);
		expect(data.trainInputs.rows).toBe(2);
	});

	it("turns a column of labels into classes", () => {
		const { data } = make({ ...csv, targets: ["label"], inputs: ["x"], classes: [2, 0] });
		expect(rows(data.trainInputs)).toStrictEqual([[0], [2], [3], [5], [6]]);
		expect([...data.trainTargets.data]).toStrictEqual([1, -1, 1, -1, 1]);
	});

	it("reads NPY, NPZ, JSON and CIFAR-10; arrays of images bring their shape", () => {
		const npy = make({ source: "npy", trainInputs: "x.npy", trainTargets: "x.npy" }).data;
		expect(npy.trainInputs.columns).toBe(6);
		expect(npy.inputShape).toStrictEqual([3, 2, 1]);
		const npz = make({ source: "npz", file: "arrays.npz" }).data;
		expect(rows(npz.trainTargets)).toStrictEqual([[1.5], [-2.5]]);
		const json = make({ source: "json", file: "data.json", trainCount: "all" }).data;
		expect([rows(json.trainInputs), rows(json.testTargets)]).toStrictEqual([
			[
				[1, 2],
				[3, 4],
			],
			[[9]],
		]);
		const cifar = make({
			source: "cifar10",
			trainFiles: ["batch-1", "batch-2"],
			classes: [5, 3],
			trainCount: "all",
			testCount: 0,
		}).data;
		expect(cifar.inputShape).toStrictEqual([32, 32, 3]);
		expect([...cifar.trainTargets.data]).toStrictEqual([1, -1, -1]);
		expect(cifar.trainInputs.data[2 * 3072 + (32 + 2) * 3 + 2]).toBe(100 / 255);
	});
});

describe("preprocessing", () => {
	const all = { ...csv, test: "other.csv", inputs: ["x", "y", "z"], targets: ["label"] };
	it("divides, then centers with the training mean", () => {
		const { data } = make({ ...all, divideBy: 2, center: "train-mean" });
		// Means of x, y, z over the 8 training points: 3.5, 17.5, 5.
		expect(rows(data.trainInputs)![1]).toStrictEqual([(1 - 3.5) / 2, (1 - 17.5) / 2, 0]);
		expect(rows(data.testInputs)).toStrictEqual([[(100 - 3.5) / 2, (1 - 17.5) / 2, (2 - 5) / 2]]);
	});
	it("scales every point to |x|^2 = d", () => {
		for (const [x, y, z] of rows(make({ ...all, normalize: "unit-norm" }).data.trainInputs)!) {
			// Three squares and a square root: a few units of the last place of 3.
			expect(Math.abs(x! * x! + y! * y! + z! * z! - 3)).toBeLessThan(1e-14);
		}
	});
	it("standardizes with the training mean and deviation; a constant column is only centered", () => {
		const { data } = make({ ...all, normalize: "standardize" });
		for (const j of [0, 1]) {
			const values = rows(data.trainInputs)!.map((row) => row[j]!);
			// Sums of 8 numbers of order 1.
			expect(Math.abs(values.reduce((sum, x) => sum + x, 0))).toBeLessThan(1e-14);
			expect(Math.abs(values.reduce((sum, x) => sum + x * x, 0) / 8 - 1)).toBeLessThan(1e-14);
		}
		expect(rows(data.trainInputs)!.map((row) => row[2])).toStrictEqual(Array(8).fill(0));
		expect(rows(data.testInputs)![0]![2]).toBe(-3);
	});
});

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
		let text = "no fault";
		try {
			make(settings);
		} catch (error) {
			if (!isInputError(error)) throw error;
			text = error.message;
		}
		expect(text).toBe(message);
	});
});
