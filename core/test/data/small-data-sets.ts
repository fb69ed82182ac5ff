/** Small data sets in every format, under the names of files. */
import { dataSchema, makeDataSet } from "@finitude/core";
import { createEngine, type Matrix, matrixToRows } from "@finitude/engine";
import { cifarRecord, concat, idxFile } from "../helpers/data-files.ts";
import { filesOf } from "../helpers/experiments.ts";
import { fixture } from "./fixture-files.ts";

const engine = await createEngine({ engine: "reference" });

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

export function make(settings: object, seed = 1) {
	return makeDataSet(dataSchema.parse(settings), {
		files: {
			readBytes: files,
			mnist: () => ({ trainImages: images, trainLabels: labels, testImages: images, testLabels: labels }),
		},
		engine,
		seed,
	});
}

export const rows = (m: Matrix | undefined) => m && matrixToRows(m);
export const idx = { source: "idx", trainImages: "images", trainLabels: "labels", classes: [0, 1] };
export const csv = { source: "csv", train: "table.csv", targets: ["z"] };
