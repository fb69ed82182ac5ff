/** Reading and writing files, with errors that name the path. */
import {
	accessSync,
	closeSync,
	constants,
	fstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { InputError } from "@finitude/core";

const REASONS: Readonly<Record<string, string>> = {
	ENOENT: "no such file or folder",
	EISDIR: "a folder",
	EACCES: "a path without permission",
	EPERM: "a path without permission",
	EROFS: "a path on a read-only disk",
	ENOSPC: "a full disk",
	ENOTDIR: "a path through something that is not a folder",
	EEXIST: "a path through something that is not a folder",
	ENAMETOOLONG: "a name too long for the file system",
	ELOOP: "a circle of links",
	ERR_FS_FILE_TOO_LARGE: "a file above 2 GiB",
};

/** A pipe or device has no length to check before reading, and may never end. Text inputs end far below. */
const MAX_STREAM_BYTES = 2 ** 28;
const CHUNK = 2 ** 16;

/** Runs a file operation. @throws InputError naming the path for what the system refuses; anything else as it is. */
export function withPath<T>(path: string, wanted: string, operation: () => T): T {
	try {
		return operation();
	} catch (error) {
		const got = REASONS[(error as NodeJS.ErrnoException).code ?? ""];
		if (got === undefined) throw error;
		throw new InputError({ where: path || "path", wanted, got, advice: "Check the path." });
	}
}

/** The bytes of a file, a pipe or a device. @throws InputError when it cannot be read. */
export function readBytes(path: string): Uint8Array {
	return withPath(path, "a file to read", () => {
		const descriptor = openSync(path, "r");
		try {
			return fstatSync(descriptor).isFile() ? readFileSync(descriptor) : readStream(descriptor, path);
		} finally {
			closeSync(descriptor);
		}
	});
}

function readStream(descriptor: number, path: string): Uint8Array {
	const chunks: Uint8Array[] = [];
	for (let total = 0; ; ) {
		const chunk = new Uint8Array(CHUNK);
		const count = readSync(descriptor, chunk);
		if (count === 0) return Buffer.concat(chunks);
		total += count;
		if (total > MAX_STREAM_BYTES) throw streamTooLong(path);
		chunks.push(chunk.subarray(0, count));
	}
}

/** All of standard input. @throws InputError above 256 MiB. */
export async function readStandardInput(): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	let total = 0;
	for await (const chunk of process.stdin) {
		total += chunk.length;
		if (total > MAX_STREAM_BYTES) throw streamTooLong("standard input");
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

function streamTooLong(where: string): InputError {
	return new InputError({
		where,
		wanted: `at most ${MAX_STREAM_BYTES / 2 ** 20} MiB from a pipe or device`,
		got: "more",
		advice: "Give large data as a file.",
	});
}

/** Writes a file, replacing what was there. @throws InputError when the path does not allow it. */
export function writeFile(path: string, content: string | Uint8Array): void {
	withPath(path, "a file that can be written", () => writeFileSync(path, content));
}

/** Makes a folder, and those above it that are missing, where files can be written. @throws InputError when the path does not allow it. */
export function makeFolder(path: string): void {
	withPath(path, "a folder for results", () => {
		makeMissing(path);
		accessSync(path, constants.W_OK);
	});
}

/** @param advice What to do about it, a full sentence. @throws InputError when the folder holds anything. */
export function refuseOccupied(folder: string, advice: string): void {
	const entries = withPath(folder, "a folder", () => readdirSync(folder));
	if (entries.length === 0) return;
	throw new InputError({
		where: folder,
		wanted: "a folder that is empty or does not exist yet",
		got: entries.length === 1 ? "one with 1 entry" : `one with ${entries.length} entries`,
		advice,
	});
}

/** From the top down: where the system makes no folders (/proc), `recursive` of mkdir tries forever. */
function makeMissing(path: string): void {
	const above = dirname(path);
	if (above !== path && !isFolder(above)) makeMissing(above);
	if (!isFolder(path)) mkdirSync(path);
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
