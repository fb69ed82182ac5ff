import { InputError } from "../errors.ts";
import { byteText, type NumericArray } from "./numeric-array.ts";

const PIXELS = 32 * 32;
const RECORD = 1 + 3 * PIXELS;

/** Images with one label each. */
export interface LabeledImages {
	/** P x height x width x channels, the channel fastest. */
	readonly images: NumericArray;
	readonly labels: Uint8Array;
}

/**
 * A batch of CIFAR-10 in its binary version (Krizhevsky 2009): records of a label byte and 32 x 32 pixels, one color
 * plane after the other. The pixels come out as [row][column][channel].
 *
 * @throws InputError for a length that is no multiple of 3073 and for labels above 9.
 */
export function readCifar10(bytes: Uint8Array, where: string): LabeledImages {
	const count = bytes.length / RECORD;
	if (count === 0 || !Number.isInteger(count)) {
		throw new InputError({
			where,
			wanted: `a CIFAR-10 binary batch, a whole number of records of ${RECORD} bytes`,
			got: bytes.length === 0 ? "an empty file" : byteText(bytes.length),
			advice: "The file is cut short or of another format (wanted is the binary version, data_batch_1.bin).",
		});
	}
	const labels = Uint8Array.from({ length: count }, (_, i) => bytes[i * RECORD]!);
	const bad = labels.findIndex((label) => label > 9);
	if (bad >= 0) {
		throw new InputError({
			where: `${where}, record ${bad}`,
			wanted: "a label from 0 to 9",
			got: String(labels[bad]),
		});
	}
	const data = new Uint8Array(count * 3 * PIXELS);
	for (let i = 0; i < count; i++) {
		const planes = i * RECORD + 1;
		const image = i * 3 * PIXELS;
		for (let pixel = 0; pixel < PIXELS; pixel++) {
			for (let channel = 0; channel < 3; channel++) {
				data[image + 3 * pixel + channel] = bytes[planes + channel * PIXELS + pixel]!;
			}
		}
	}
	return { images: { shape: [count, 32, 32, 3], data }, labels };
}
