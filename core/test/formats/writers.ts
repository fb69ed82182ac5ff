/** Each format written to memory and read back. */
import { arvizJson, type DataTree, npzArchive, writeZarr } from "../../src/formats/index.ts";
import { readArvizJson, readNpz, readZarr } from "./readers.ts";
import type { ReadTree } from "./trees.ts";

export const jsonText = (tree: DataTree): string => [...arvizJson(tree)].join("");

export const npzBytes = (tree: DataTree): Uint8Array => new Uint8Array(Buffer.concat([...npzArchive(tree)]));

export async function zarrFiles(tree: DataTree): Promise<Map<string, Uint8Array>> {
	const files = new Map<string, Uint8Array>();
	await writeZarr(tree, { set: async (key, bytes) => void files.set(key, bytes.slice()) });
	return files;
}

export const formats: Record<string, (tree: DataTree) => Promise<ReadTree>> = {
	"arviz-json": async (tree) => readArvizJson(jsonText(tree)),
	npz: async (tree) => readNpz(npzBytes(tree)),
	zarr: async (tree) => readZarr(await zarrFiles(tree)),
};
