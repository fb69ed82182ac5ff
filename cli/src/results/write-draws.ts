/** The draws of a sampled problem as files that other programs open. */
import { join } from "node:path";
import { arvizJson, type DataTree, npzArchive, writeZarr } from "@finitude/core/formats";
import { makeFolder, writeFile } from "../io/files.ts";
import { appendChunks, replaceWhenComplete } from "../io/replace.ts";
import { DRAW_FILES, type DrawFormat } from "./draw-formats.ts";

/**
 * Writes the tree into a folder, which is made when missing: `draws.json` for ArviZ, `draws.npz` for NumPy or the folder
 * `draws.zarr` for xarray. What had that name is replaced, but not before all is written.
 * @returns the path written
 * @throws InputError when the path does not allow it, and for more numbers than the format holds.
 */
export async function writeDraws(folder: string, format: DrawFormat, tree: DataTree): Promise<string> {
	makeFolder(folder);
	const path = join(folder, DRAW_FILES[format]);
	await replaceWhenComplete(path, async (partial) => {
		if (format === "arviz-json") appendChunks(partial, arvizJson(tree));
		else if (format === "npz") appendChunks(partial, npzArchive(tree));
		else await writeZarr(tree, folderStore(partial));
	});
	return path;
}

/** A Zarr store in a folder: a key is a path below it. */
function folderStore(folder: string) {
	return {
		async set(key: string, bytes: Uint8Array): Promise<void> {
			const file = join(folder, key);
			makeFolder(join(file, ".."));
			writeFile(file, bytes);
		},
	};
}
