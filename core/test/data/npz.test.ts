import { readNpz } from "@finitude/core";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../helpers/data-files.ts";
import { faultOf } from "../helpers/fault-of.ts";
import { fixture } from "./fixture-files.ts";

const twelve = Array.from({ length: 12 }, (_, i) => i);

describe("readNpz", () => {
	it.each(["stored.npz", "deflated.npz"])("reads NumPy's %s", (name) => {
		const arrays = readNpz(fixture(name), ["trainInputs", "trainTargets"], name);
		expect(arrays.trainInputs.shape).toStrictEqual([2, 3, 2]);
		expect([...arrays.trainInputs.data]).toStrictEqual(twelve);
		expect([...arrays.trainTargets.data]).toStrictEqual([1.5, -2.5]);
	});

	/** The archive with bytes changed at an offset after the `n`-th appearance of a ZIP signature. */
	function changed(signature: number, offset: number, bytes: readonly number[]): Uint8Array {
		const file = fixture("deflated.npz");
		const view = new DataView(file.buffer);
		let at = 0;
		while (view.getUint32(at, true) !== signature) at++;
		file.set(bytes, at + offset);
		return file;
	}
	const entry = 0x02014b50;
	const zip = (files: Record<string, Uint8Array>) => zipSync(files);
	const cases: [string, Uint8Array, string][] = [
		[
			"an empty file",
			new Uint8Array(0),
			"x.npz: wanted a ZIP archive; got an empty file. It may be cut short.",
		],
		[
			"a file that is no archive",
			fixture("bool.npy"),
			"x.npz: wanted a ZIP archive; got a file without a ZIP directory. It may be cut short.",
		],
		[
			"an archive cut short",
			fixture("stored.npz").subarray(0, 300),
			"x.npz: wanted a ZIP archive; got a file without a ZIP directory. It may be cut short.",
		],
		[
			"an archive without the array",
			zip({ "trainInput.npy": fixture("bool.npy") }),
			"x.npz: wanted an array named trainInputs; got an archive with trainInput. Did you mean trainInput?",
		],
		[
			"an archive without arrays",
			zip({}),
			"x.npz: wanted an array named trainInputs; got an archive without arrays.",
		],
		[
			"a checksum that is wrong",
			changed(entry, 16, [1, 2, 3, 4]),
			"x.npz: trainInputs.npy: wanted an undamaged ZIP archive; got a fault in its checksum.",
		],
		[
			"a claim of 4 GB",
			changed(entry, 24, [255, 255, 255, 255]),
			"x.npz: trainInputs.npy: wanted at most 108360 bytes; got a claim of 4294967295 bytes.",
		],
		[
			"a claim that its packed bytes cannot hold",
			changed(entry, 24, [0, 0, 0, 16]),
			"x.npz: trainInputs.npy: wanted at most 108360 bytes; got a claim of 268435456 bytes.",
		],
		[
			"a length that is wrong",
			changed(entry, 24, [10, 0, 0, 0]),
			"x.npz: trainInputs.npy: wanted an undamaged ZIP archive; got a fault in its checksum.",
		],
		[
			"packed bytes beyond the end",
			changed(entry, 20, [255, 255, 255, 15]),
			"x.npz: trainInputs.npy: wanted an undamaged ZIP archive; got a fault in its length.",
		],
		[
			"a header elsewhere",
			changed(entry, 42, [255, 255, 255, 15]),
			"x.npz: trainInputs.npy: wanted an undamaged ZIP archive; got a fault in its header.",
		],
		[
			"another compression",
			changed(entry, 10, [12, 0]),
			"x.npz: trainInputs.npy: wanted a stored or deflated entry; got compression method 12.",
		],
		[
			"compressed data that is damaged",
			changed(0x04034b50, 60, Array(20).fill(0xff)),
			"x.npz: trainInputs.npy: wanted an undamaged ZIP archive; got a fault in its compressed data.",
		],
		[
			"a directory elsewhere",
			changed(0x06054b50, 16, [255, 255, 255, 255]),
			"x.npz: wanted an undamaged ZIP archive; got a fault in entry 0 of its directory.",
		],
		[
			"a directory with more entries",
			changed(0x06054b50, 10, [9, 0]),
			"x.npz: wanted an undamaged ZIP archive; got a fault in entry 2 of its directory.",
		],
		[
			"an entry that is no array",
			zip({ "trainInputs.npy": bytesOf("hello hello") }),
			"x.npz: trainInputs.npy: wanted an NPY file, which begins with \\x93NUMPY; got another beginning.",
		],
	];
	it.each(cases)("refuses %s", (_, bytes, message) => {
		expect(faultOf(() => readNpz(bytes, ["trainInputs"], "x.npz"))).toBe(message);
	});
});
