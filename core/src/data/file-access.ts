import { InputError } from "../errors.ts";

/** How data files are reached; the core itself opens none. */
export interface FileAccess {
	/** The bytes of a file, by its path as the experiment writes it. @throws InputError, or any error, when it cannot be read. */
	readonly readBytes: (path: string) => Uint8Array;
	/** The four original IDX files of MNIST. */
	readonly mnist: () => MnistFiles;
}

/** The bytes of the four files, unpacked. */
export interface MnistFiles {
	readonly trainImages: Uint8Array;
	readonly trainLabels: Uint8Array;
	readonly testImages: Uint8Array;
	readonly testLabels: Uint8Array;
}

/** The bytes of a file; whatever keeps it from being read becomes an InputError. */
export function readFile(files: FileAccess, path: string): Uint8Array {
	try {
		return files.readBytes(path);
	} catch (error) {
		if (error instanceof InputError) throw error;
		throw new InputError({
			where: path,
			wanted: "a file that can be read",
			got: `a fault (${error instanceof Error ? error.message : String(error)})`,
		});
	}
}
