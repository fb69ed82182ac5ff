/** The folder a run leaves behind. */
import { join } from "node:path";
import { makeFolder, writeFile } from "../io/files.ts";

/** File name -> text or bytes. */
export type ResultFiles = Readonly<Record<string, string | Uint8Array>>;

/** "My digits, N=100" -> "my-digits-n-100". */
export function slug(name: string): string {
	const plain = name
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-+|-+$/g, "");
	return plain === "" ? "run" : plain.slice(0, 60);
}

/** `base`/<name>-<hash>. */
export function resultsFolder(base: string, name: string, hash: string): string {
	return join(base, `${slug(name)}-${hash}`);
}

/**
 * Writes the files into the folder, which is made when missing; files of the same name are replaced.
 * @throws InputError when the path does not allow it.
 */
export function writeResults(folder: string, files: ResultFiles): void {
	makeFolder(folder);
	for (const [file, content] of Object.entries(files)) writeFile(join(folder, file), content);
}

/** A word of a command line, quoted for a POSIX shell where needed. */
export function shellWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
