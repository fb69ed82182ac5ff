import { inflateSync, strFromU8 } from "fflate";
import { InputError } from "../errors.ts";
import { crc32 } from "./crc32.ts";
import { byteText } from "./numeric-array.ts";

/** Deflate cannot expand beyond 1032 to 1, so a larger claim is false. */
const MAX_EXPANSION = 1032;
const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;

/** One file of a ZIP archive, not yet unpacked. */
export interface ZipEntry {
	readonly name: string;
	readonly method: number;
	readonly packedSize: number;
	readonly size: number;
	readonly crc: number;
	readonly headerOffset: number;
}

/**
 * The entries of a ZIP archive, from its central directory (APPNOTE 6.3.10, sections 4.3.12 and 4.3.16).
 * @throws InputError for a damaged directory, two entries of one name, and more than 10,000 entries.
 */
export function readZipDirectory(bytes: Uint8Array, where: string): ZipEntry[] {
	const view = viewOf(bytes);
	const end = endOfDirectory(view, where);
	const count = view.getUint16(end + 10, true);
	if (count > 10_000) {
		throw new InputError({ where, wanted: "at most 10000 entries", got: String(count) });
	}
	const entries: ZipEntry[] = [];
	let at = view.getUint32(end + 16, true);
	for (let i = 0; i < count; i++) {
		if (at + 46 > end || view.getUint32(at, true) !== DIRECTORY_ENTRY)
			throw damaged(where, `entry ${i} of its directory`);
		const nameEnd = at + 46 + view.getUint16(at + 28, true);
		if (nameEnd > end) throw damaged(where, `entry ${i} of its directory`);
		const name = strFromU8(bytes.subarray(at + 46, nameEnd));
		if (entries.some((entry) => entry.name === name)) {
			throw new InputError({ where, wanted: "every entry once", got: `${JSON.stringify(name)} again` });
		}
		entries.push({
			name,
			method: view.getUint16(at + 10, true),
			crc: view.getUint32(at + 16, true),
			packedSize: view.getUint32(at + 20, true),
			size: view.getUint32(at + 24, true),
			headerOffset: view.getUint32(at + 42, true),
		});
		at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
	}
	return entries;
}

/**
 * The content of one entry, stored or deflated, its checksum verified.
 * @param limit The most bytes to unpack.
 * @throws InputError for a claim above the limit or above what its packed bytes can hold, and for damaged content.
 */
export function unpackZipEntry(bytes: Uint8Array, entry: ZipEntry, where: string, limit: number): Uint8Array {
	const { name, method, packedSize, size, headerOffset } = entry;
	const file = `${where}: ${name}`;
	if (size > limit || size > MAX_EXPANSION * packedSize) {
		throw new InputError({
			where: file,
			wanted: `at most ${byteText(Math.min(limit, MAX_EXPANSION * packedSize))}`,
			got: `a claim of ${byteText(size)}`,
		});
	}
	const view = viewOf(bytes);
	if (headerOffset + 30 > bytes.length || view.getUint32(headerOffset, true) !== LOCAL_HEADER)
		throw damaged(file, "its header");
	const start =
		headerOffset + 30 + view.getUint16(headerOffset + 26, true) + view.getUint16(headerOffset + 28, true);
	if (start + packedSize > bytes.length) throw damaged(file, "its length");
	const packed = bytes.subarray(start, start + packedSize);
	if (method !== 0 && method !== 8) {
		throw new InputError({
			where: file,
			wanted: "a stored or deflated entry",
			got: `compression method ${method}`,
		});
	}
	const content = method === 0 ? packed : inflate(packed, size, file);
	if (content.length !== size || crc32(content) !== entry.crc) throw damaged(file, "its checksum");
	return content;
}

function inflate(packed: Uint8Array, size: number, where: string): Uint8Array {
	try {
		// Given the output array, fflate never allocates more; what does not fit fails the checksum.
		return inflateSync(packed, { out: new Uint8Array(size) });
	} catch {
		throw damaged(where, "its compressed data");
	}
}

function endOfDirectory(view: DataView, where: string): number {
	// The record is 22 bytes and a comment of at most 65,535 bytes follows it.
	for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 65_535); at--) {
		if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
	}
	throw new InputError({
		where,
		wanted: "a ZIP archive",
		got: view.byteLength === 0 ? "an empty file" : "a file without a ZIP directory",
		advice: "It may be cut short.",
	});
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(where: string, part: string): InputError {
	return new InputError({ where, wanted: "an undamaged ZIP archive", got: `a fault in ${part}` });
}
