/** The folder a run leaves behind. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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

/** Writes the files into `base`/<name>-<hash>/ (made when missing, files replaced) and returns the folder. */
export function writeResults(base: string, name: string, hash: string, files: ResultFiles): string {
	const folder = join(base, `${slug(name)}-${hash}`);
	mkdirSync(folder, { recursive: true });
	for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
	return folder;
}

/** A word of a command line, quoted for a POSIX shell where needed. */
export function shellWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
