/** Reading files and standard input, with errors that name the path. */
import { readFileSync } from "node:fs";
import { InputError } from "@finitude/core";

const REASONS: Readonly<Record<string, string>> = {
	ENOENT: "no such file",
	EISDIR: "a folder",
	EACCES: "a file that may not be read",
	ENOTDIR: "a path through something that is not a folder",
	ERR_FS_FILE_TOO_LARGE: "a file above 2 GiB",
};

/** The bytes of a file; "-" is standard input. @throws InputError when it cannot be read. */
export function readBytes(path: string): Uint8Array {
	try {
		return readFileSync(path === "-" ? process.stdin.fd : path);
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code ?? "";
		const got = REASONS[code];
		if (got === undefined) throw error;
		throw new InputError({ where: path, wanted: "a file to read", got, advice: "Check the path." });
	}
}

/** The text of a UTF-8 file. @throws InputError when it cannot be read or is not UTF-8. */
export function readText(path: string): string {
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(readBytes(path));
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		throw new InputError({
			where: path,
			wanted: "a text file in UTF-8",
			got: "bytes that are not UTF-8",
			advice: "Save it as UTF-8, or give binary data by path under `data`.",
		});
	}
}
