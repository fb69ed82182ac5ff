/** Whatever the bytes: an answer or an InputError, never another exception, a hang or a huge allocation. */
import { readFileSync } from "node:fs";
import { isInputError, readCifar10, readCsv, readIdx, readNpy, readNpz } from "@finitude/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf, cifarRecord, concat, idxFile } from "../helpers/data-files.ts";

const fixture = (name: string) =>
	new Uint8Array(readFileSync(new URL(`../../../fixtures/data/${name}`, import.meta.url)));

/** A file with some bytes changed, some cut off or added, or random bytes after its beginning. */
function broken(file: Uint8Array): fc.Arbitrary<Uint8Array> {
	const changes = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 4 });
	const changed = fc.tuple(changes, fc.integer({ min: -20, max: 20 })).map(([edits, growth]) => {
		const bytes = concat(file, new Array(Math.max(0, growth)).fill(65));
		for (const [at, value] of edits) bytes[at] = value;
		return growth < 0 ? bytes.subarray(0, Math.max(0, bytes.length + growth)) : bytes;
	});
	const tail = fc
		.tuple(fc.nat(Math.min(40, file.length)), fc.uint8Array({ maxLength: 80 }))
		.map(([head, rest]) => concat(file.subarray(0, head), rest));
	return fc.oneof({ weight: 3, arbitrary: changed }, tail);
}

/** A million numbers: a hundred times what any of the files here holds, far below what a false claim asks for. */
const MOST_NUMBERS = 1e6;

function survives(files: fc.Arbitrary<Uint8Array>, read: (bytes: Uint8Array) => { length: number }) {
	let refused = 0;
	fc.assert(
		fc.property(files, (bytes) => {
			try {
				expect(read(bytes).length).toBeLessThan(MOST_NUMBERS);
			} catch (error) {
				if (!isInputError(error)) throw error;
				expect(error.message).toMatch(/^file.*: wanted .+; got .+\./s);
				expect(error.message.length).toBeLessThan(2000);
				refused++;
			}
		}),
		{ numRuns: 1000, seed: 1 },
	);
	// Most broken files must have been noticed; some changes (of pixels, of digits) leave a valid file.
	expect(refused).toBeGreaterThan(300);
}

describe("1,000 random broken files", () => {
	it("of NPY", () => {
		const files = fc
			.constantFrom("little-f8.npy", "version-2.npy", "fortran.npy", "big-i8.npy")
			.chain((name) => broken(fixture(name)));
		survives(files, (bytes) => readNpy(bytes, "file").data);
	});
	it("of NPZ", () => {
		const files = fc.constantFrom("stored.npz", "deflated.npz").chain((name) => broken(fixture(name)));
		survives(files, (bytes) => readNpz(bytes, ["trainInputs", "trainTargets"], "file").trainInputs.data);
	});
	it("of IDX", () => {
		survives(
			broken(idxFile([3, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])),
			(bytes) => readIdx(bytes, "file").data,
		);
	});
	it("of CIFAR-10", () => {
		survives(
			broken(
				concat(
					cifarRecord(1, () => 7),
					cifarRecord(2, () => 8),
				),
			),
			(bytes) => readCifar10(bytes, "file").labels,
		);
	});
	it("of CSV", () => {
		const table = bytesOf('x,"y ",z\n1,2.5,-3e2\n4,"5",6\n');
		const text = fc
			.array(fc.constantFrom(...'0123456789,;.-+eE"\n\r \tx'), { maxLength: 60 })
			.map((characters) => bytesOf(characters.join("")));
		survives(fc.oneof(broken(table), text), (bytes) => readCsv(bytes, "file").values.data);
	});
});
