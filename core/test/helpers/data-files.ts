/** Writers of the binary formats that the readers read, as their specifications say. */

export function concat(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
	return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export function bytesOf(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}

function uint32(value: number, littleEndian: boolean): Uint8Array {
	const bytes = new Uint8Array(4);
	new DataView(bytes.buffer).setUint32(0, value, littleEndian);
	return bytes;
}

/** An IDX file of unsigned bytes. */
export function idxFile(shape: readonly number[], data: readonly number[]): Uint8Array {
	return concat([0, 0, 8, shape.length], ...shape.map((n) => uint32(n, false)), data);
}

/** An NPY file, version 1, with a header text of the caller's choice. */
export function npyFile(header: string, data: Uint8Array | readonly number[] = []): Uint8Array {
	const text = bytesOf(`${header}\n`);
	return concat([0x93], bytesOf("NUMPY"), [1, 0, text.length & 255, text.length >> 8], text, data);
}

export function npyHeader(type: string, shape: string, fortranOrder = "False"): string {
	return `{'descr': '${type}', 'fortran_order': ${fortranOrder}, 'shape': ${shape}, }`;
}

export function float64Bytes(values: readonly number[]): Uint8Array {
	return new Uint8Array(Float64Array.from(values).buffer);
}

/** One CIFAR-10 record: planes[channel](row, column). */
export function cifarRecord(label: number, pixel: (row: number, column: number, channel: number) => number) {
	const record = new Uint8Array(3073);
	record[0] = label;
	for (let channel = 0; channel < 3; channel++) {
		for (let row = 0; row < 32; row++) {
			for (let column = 0; column < 32; column++) {
				record[1 + 1024 * channel + 32 * row + column] = pixel(row, column, channel);
			}
		}
	}
	return record;
}
