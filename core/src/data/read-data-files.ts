import { InputError } from "../errors.ts";
import type { FileAccess } from "./file-access.ts";
import { entrySize, shapeText } from "./numeric-array.ts";
import { type RawData, type RawPoints, readers } from "./readers.ts";
import type { FileSource } from "./schema.ts";

/** The points of the files that `settings` name, checked. @throws InputError for a file that is missing or malformed, and for inputs and targets that do not match. */
export function readDataFiles(settings: FileSource, files: FileAccess): RawData {
	const raw = readers[settings.source](settings as never, files);
	checkPoints(raw.train, "training");
	if (raw.test) {
		checkPoints(raw.test, "test");
		for (const [name, of] of [
			["inputs", inputSize],
			["targets", targetSize],
		] as const) {
			if (of(raw.test) !== of(raw.train)) {
				throw new InputError({
					where: "data",
					wanted: `test ${name} of ${of(raw.train)} numbers, as for training`,
					got: String(of(raw.test)),
				});
			}
		}
	}
	return raw;
}

const inputSize = (points: RawPoints) => entrySize(points.inputs);
const targetSize = (points: RawPoints) => points.targets.columns;

function checkPoints({ inputs, targets }: RawPoints, name: string): void {
	if (inputs.shape.length === 0 || inputs.data.length === 0) {
		throw new InputError({
			where: "data",
			wanted: `at least one ${name} point`,
			got: `inputs of shape ${shapeText(inputs.shape)}`,
		});
	}
	if (inputs.shape[0] !== targets.rows) {
		throw new InputError({
			where: "data",
			wanted: `${inputs.shape[0]} ${name} targets, one for each input`,
			got: String(targets.rows),
		});
	}
}
