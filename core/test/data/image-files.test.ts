import { readCifar10, readIdx } from "@finitude/core";
import { describe, expect, it } from "vitest";
import { bytesOf, cifarRecord, concat, idxFile } from "../helpers/data-files.ts";
import { faultOf } from "../helpers/fault-of.ts";

describe("readIdx", () => {
	it("reads bytes without copying them, and other formats", () => {
		const file = idxFile([2, 2, 1], [1, 2, 3, 255]);
		const { shape, data } = readIdx(file, "f");
		expect(shape).toStrictEqual([2, 2, 1]);
		expect([...data]).toStrictEqual([1, 2, 3, 255]);
		expect(data.buffer).toBe(file.buffer);
		expect([...readIdx(concat([0, 0, 0x0b, 1, 0, 0, 0, 2], [0xff, 0xfe, 1, 0]), "f").data]).toStrictEqual([
			-2, 256,
		]);
		expect([...readIdx(concat([0, 0, 0x0d, 1, 0, 0, 0, 1], [0x3f, 0xc0, 0, 0]), "f").data]).toStrictEqual([
			1.5,
		]);
	});
	const cases: [string, Uint8Array, string][] = [
		[
			"an empty file",
			new Uint8Array(0),
			"images-idx3-ubyte: wanted an IDX file, which begins with 00 00, a number format (08, 09, 0b, 0c, 0d or 0e) and the number of axes; got an empty file.",
		],
		[
			"another magic number",
			bytesOf("hello"),
			"images-idx3-ubyte: wanted an IDX file, which begins with 00 00, a number format (08, 09, 0b, 0c, 0d or 0e) and the number of axes; got a file that begins with 68 65 6c 6c.",
		],
		[
			"a compressed file",
			Uint8Array.of(0x1f, 0x8b, 8, 0, 0),
			"images-idx3-ubyte: wanted an IDX file, which begins with 00 00, a number format (08, 09, 0b, 0c, 0d or 0e) and the number of axes; got a file that begins with 1f 8b 08 00. It is compressed: run gunzip on it first.",
		],
		[
			"an unknown number format",
			Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 0),
			"images-idx3-ubyte: wanted an IDX file, which begins with 00 00, a number format (08, 09, 0b, 0c, 0d or 0e) and the number of axes; got a file that begins with 00 00 07 01.",
		],
		[
			"no axes",
			Uint8Array.of(0, 0, 8, 0),
			"images-idx3-ubyte: wanted an IDX file, which begins with 00 00, a number format (08, 09, 0b, 0c, 0d or 0e) and the number of axes; got a file that begins with 00 00 08 00.",
		],
		[
			"a header cut short",
			Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1),
			"images-idx3-ubyte: wanted an IDX header of 16 bytes for 3 axes; got a file of 8 bytes. The file is cut short.",
		],
		[
			"numbers cut short",
			idxFile([10, 2, 2], [1, 2, 3]),
			"images-idx3-ubyte: wanted 40 bytes for the shape 10 x 2 x 2 that its header claims; got 3 bytes. The file is cut short or its header is damaged.",
		],
		[
			"numbers in excess",
			idxFile([1], [1, 2]),
			"images-idx3-ubyte: wanted 1 byte for the shape 1 that its header claims; got 2 bytes. The file has more than its header says.",
		],
		[
			"a claim beyond all memory",
			idxFile([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], []),
			"images-idx3-ubyte: wanted over 2^53 bytes for the shape 4294967295 x 4294967295 x 4294967295 that its header claims; got 0 bytes. The file is cut short or its header is damaged.",
		],
	];
	it.each(cases)("refuses %s", (_, bytes, message) => {
		expect(faultOf(() => readIdx(bytes, "images-idx3-ubyte"))).toBe(message);
	});
});

describe("readCifar10", () => {
	it("turns color planes into [row][column][channel]", () => {
		const pixel = (row: number, column: number, channel: number) =>
			(row * 7 + column * 3 + channel * 101) % 256;
		const { images, labels } = readCifar10(
			concat(
				cifarRecord(3, () => 0),
				cifarRecord(9, pixel),
			),
			"f",
		);
		expect([...labels]).toStrictEqual([3, 9]);
		expect(images.shape).toStrictEqual([2, 32, 32, 3]);
		const second = images.data.subarray(3072);
		for (const [row, column, channel] of [
			[0, 0, 0],
			[0, 1, 2],
			[5, 31, 1],
			[31, 31, 2],
		] as const) {
			expect(second[(row * 32 + column) * 3 + channel]).toBe(pixel(row, column, channel));
		}
	});
	const cases: [string, Uint8Array, string][] = [
		[
			"an empty file",
			new Uint8Array(0),
			"batch.bin: wanted a CIFAR-10 binary batch, a whole number of records of 3073 bytes; got an empty file. The file is cut short or of another format (wanted is the binary version, data_batch_1.bin).",
		],
		[
			"a record cut short",
			new Uint8Array(3072),
			"batch.bin: wanted a CIFAR-10 binary batch, a whole number of records of 3073 bytes; got 3072 bytes. The file is cut short or of another format (wanted is the binary version, data_batch_1.bin).",
		],
		[
			"a label above 9",
			concat(
				cifarRecord(1, () => 0),
				cifarRecord(10, () => 0),
			),
			"batch.bin, record 1: wanted a label from 0 to 9; got 10.",
		],
	];
	it.each(cases)("refuses %s", (_, bytes, message) => {
		expect(faultOf(() => readCifar10(bytes, "batch.bin"))).toBe(message);
	});
});
