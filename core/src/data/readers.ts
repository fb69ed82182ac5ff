/** What each kind of data file offers: one reader for each source. */
import type { Matrix } from "@finitude/engine";
import { InputError } from "../errors.ts";
import { inFile } from "../problem/faults.ts";
import { parseMatrix } from "../problem/parse-matrix.ts";
import { parseText } from "../problem/parse-text.ts";
import { readCifar10 } from "./cifar10.ts";
import { columnIndex, readCsv, selectColumns } from "./csv.ts";
import { type FileAccess, readFile } from "./file-access.ts";
import { readIdx } from "./idx.ts";
import { readNpy } from "./npy.ts";
import { readNpz } from "./npz.ts";
import { entrySize, type NumericArray, shapeText, toMatrix } from "./numeric-array.ts";
import type { FileSource } from "./schema.ts";

/** Points as a file holds them: `targets` are labels (P x 1) where the settings name classes. */
export interface RawPoints {
	readonly inputs: NumericArray;
	readonly targets: Matrix;
}

export interface RawData {
	readonly train: RawPoints;
	readonly test?: RawPoints;
}

type Reader<Source extends FileSource["source"]> = (
	settings: Extract<FileSource, { source: Source }>,
	files: FileAccess,
) => RawData;

export const readers: { readonly [Source in FileSource["source"]]: Reader<Source> } = {
	mnist(_, { mnist }) {
		const files = mnist();
		return {
			train: labeledImages(
				files.trainImages,
				files.trainLabels,
				"MNIST training images",
				"MNIST training labels",
			),
			test: labeledImages(files.testImages, files.testLabels, "MNIST test images", "MNIST test labels"),
		};
	},
	idx(settings, files) {
		const read = (images: string, labels: string) =>
			labeledImages(readFile(files, images), readFile(files, labels), images, labels);
		const test = pair(settings, "testImages", "testLabels");
		return {
			train: read(settings.trainImages, settings.trainLabels),
			...(test && { test: read(...test) }),
		};
	},
	cifar10(settings, files) {
		const read = (paths: readonly string[]) =>
			joined(
				paths.map((path) => {
					const { images, labels } = readCifar10(readFile(files, path), path);
					return { inputs: images, targets: toMatrix({ shape: [labels.length], data: labels }, path) };
				}),
			);
		return {
			train: read(settings.trainFiles),
			...(settings.testFiles && { test: read(settings.testFiles) }),
		};
	},
	csv(settings, files) {
		const read = (path: string): RawPoints => {
			const { header, delimiter } = settings;
			const table = readCsv(readFile(files, path), path, {
				...(header !== undefined && { header }),
				...(delimiter !== undefined && { delimiter }),
			});
			const targets = settings.targets.map((column, k) => columnIndex(table, column, `data.targets[${k}]`));
			refuseRepeats(targets, "data.targets", "no column twice");
			const inputs =
				settings.inputs?.map((column, k) => columnIndex(table, column, `data.inputs[${k}]`)) ??
				Array.from({ length: table.values.columns }, (_, j) => j).filter((j) => !targets.includes(j));
			refuseRepeats([...targets, ...inputs], "data.inputs", "no column twice, and none of the targets");
			return {
				inputs: asArray(selectColumns(table, inputs, "data.inputs")),
				targets: selectColumns(table, targets, "data.targets"),
			};
		};
		return { train: read(settings.train), ...(settings.test !== undefined && { test: read(settings.test) }) };
	},
	npy(settings, files) {
		const read = (inputs: string, targets: string): RawPoints => ({
			inputs: readNpy(readFile(files, inputs), inputs),
			targets: toMatrix(readNpy(readFile(files, targets), targets), targets),
		});
		const test = pair(settings, "testInputs", "testTargets");
		return { train: read(settings.trainInputs, settings.trainTargets), ...(test && { test: read(...test) }) };
	},
	npz(settings, files) {
		const test = pair(settings, "testInputs", "testTargets");
		const names = [settings.trainInputs, settings.trainTargets, ...(test ?? [])];
		const arrays = readNpz(readFile(files, settings.file), names, settings.file);
		const points = (inputs: string, targets: string): RawPoints => ({
			inputs: arrays[inputs]!,
			targets: toMatrix(arrays[targets]!, `${settings.file}: ${targets}`),
		});
		return {
			train: points(settings.trainInputs, settings.trainTargets),
			...(test && { test: points(...test) }),
		};
	},
	json({ file }, files) {
		const value = parseText(readFile(files, file), file);
		if (typeof value !== "object" || value === null || Array.isArray(value)) {
			throw new InputError({
				where: file,
				wanted: "an object with trainInputs and trainTargets",
				got: "another value",
			});
		}
		const object = value as Record<string, unknown>;
		const points = (inputs: string, targets: string): RawPoints =>
			inFile(file, () => ({
				inputs: asArray(parseMatrix(object[inputs], inputs)),
				targets: parseMatrix(object[targets], targets, { flat: true }),
			}));
		const test = pair(object, "testInputs", "testTargets", file);
		return {
			train: points("trainInputs", "trainTargets"),
			...(test && { test: points("testInputs", "testTargets") }),
		};
	},
};

function labeledImages(
	images: Uint8Array,
	labels: Uint8Array,
	imagesName: string,
	labelsName: string,
): RawPoints {
	const inputs = readIdx(images, imagesName);
	const read = readIdx(labels, labelsName);
	if (read.shape.length !== 1) {
		throw new InputError({
			where: labelsName,
			wanted: "one axis of labels",
			got: `shape ${shapeText(read.shape)}`,
		});
	}
	return { inputs, targets: toMatrix(read, labelsName) };
}

/** A column that is both input and target would hand the answer to the network. */
function refuseRepeats(columns: readonly number[], where: string, wanted: string): void {
	const again = columns.find((column, k) => columns.indexOf(column) !== k);
	if (again !== undefined) throw new InputError({ where, wanted, got: `column ${again} again` });
}

/** Two fields that are given together or not at all. */
function pair<Key extends string>(
	settings: { readonly [K in Key]?: unknown },
	first: Key,
	second: Key,
	where = "data",
): [string, string] | undefined {
	const [a, b] = [settings[first], settings[second]];
	if ((a === undefined) !== (b === undefined)) {
		const [missing, present] = a === undefined ? [first, second] : [second, first];
		throw new InputError({
			where: where === "data" ? `data.${missing}` : `${where}: ${missing}`,
			wanted: `a value, as ${present} is given`,
			got: "nothing",
		});
	}
	return a === undefined ? undefined : [a as string, b as string];
}

function asArray(m: Matrix): NumericArray {
	return { shape: [m.rows, m.columns], data: m.data };
}

/** Batches of equal shape, one after the other. */
function joined(parts: readonly RawPoints[]): RawPoints {
	if (parts.length === 1) return parts[0]!;
	const count = parts.reduce((sum, part) => sum + part.targets.rows, 0);
	const size = entrySize(parts[0]!.inputs);
	const data = new Uint8Array(count * size);
	const labels = new Float64Array(count);
	let at = 0;
	for (const { inputs, targets } of parts) {
		data.set(inputs.data, at * size);
		labels.set(targets.data, at);
		at += targets.rows;
	}
	return {
		inputs: { shape: [count, ...parts[0]!.inputs.shape.slice(1)], data },
		targets: { rows: count, columns: 1, data: labels },
	};
}
