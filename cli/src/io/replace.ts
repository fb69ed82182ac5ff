/** Large results that appear under their name when they are complete, so that an interrupted run leaves no half of one. */
import { appendFileSync, closeSync, openSync, renameSync, rmSync } from "node:fs";
import { withPath } from "./files.ts";

/**
 * Lets `write` fill a path beside `path`, then gives that file or folder the name `path`, in place of what had it. When
 * `write` fails nothing is left of it, and what was there stays.
 * @throws InputError when the path does not allow it; what `write` throws, as it is.
 */
export async function replaceWhenComplete(
	path: string,
	write: (partial: string) => Promise<void>,
): Promise<void> {
	const partial = `${path}.partial`;
	const remove = (what: string) => rmSync(what, { recursive: true, force: true });
	withPath(path, "a path that can be written", () => remove(partial));
	try {
		await write(partial);
		withPath(path, "a path that can be replaced", () => {
			remove(path);
			renameSync(partial, path);
		});
	} catch (error) {
		remove(partial);
		throw error;
	}
}

/** Writes a file piece by piece. @throws InputError when the path does not allow it. */
export function appendChunks(path: string, chunks: Iterable<string | Uint8Array>): void {
	withPath(path, "a file that can be written", () => {
		const descriptor = openSync(path, "w");
		try {
			for (const chunk of chunks) appendFileSync(descriptor, chunk);
		} finally {
			closeSync(descriptor);
		}
	});
}
