/**
 * The tree as one NPZ archive for NumPy: an array GROUP/VARIABLE for each variable, coordinates included, and
 * `metadata.json` with the names of the dimensions and all attributes, for which NPY files have no room:
 * {attributes, groups: {group: {attributes, variables: {variable: {dimensions, attributes}}}}}.
 */
import { strToU8, Zip, ZipPassThrough } from "fflate";
import { InputError } from "../errors.ts";
import { checkDataTree, type DataTree, sizeOf } from "./data-tree.ts";
import { npyFile } from "./npy.ts";

/** The earliest time that ZIP can hold, without a time zone: the same draws give the same bytes. */
const TIME = "1980-01-01T00:00:00";

/** ZIP counts bytes in 32 bits; the rest is for headers and the directory. */
const MAX_BYTES = 2 ** 32 - 2 ** 24;

/**
 * The archive in chunks. Entries are stored, not compressed: digits of draws are noise to a compressor.
 * @throws InputError above 4 GiB, which an archive that every reader opens cannot hold.
 */
export function* npzArchive(tree: DataTree): Generator<Uint8Array> {
	checkDataTree(tree);
	refuseTooLarge(tree);
	let ready: Uint8Array[] = [];
	const zip = new Zip((error, chunk) => {
		if (error) throw error;
		ready.push(chunk);
	});
	const drain = () => {
		const chunks = ready;
		ready = [];
		return chunks;
	};
	const addEntry = function* (name: string, pieces: Iterable<Uint8Array>) {
		const entry = new ZipPassThrough(name);
		entry.mtime = TIME;
		zip.add(entry);
		for (const piece of pieces) {
			entry.push(piece);
			yield* drain();
		}
		entry.push(new Uint8Array(0), true);
		yield* drain();
	};
	yield* addEntry("metadata.json", [strToU8(`${JSON.stringify(metadataOf(tree), null, 1)}\n`)]);
	for (const [group, { variables }] of Object.entries(tree.groups)) {
		for (const [name, variable] of Object.entries(variables)) {
			yield* addEntry(`${group}/${name}.npy`, npyFile(variable, name));
		}
	}
	zip.end();
	yield* drain();
}

function metadataOf(tree: DataTree): object {
	const groups = Object.entries(tree.groups).map(([group, { attributes, variables }]) => {
		const described = Object.entries(variables).map(([name, { dimensions, attributes: own }]) => [
			name,
			{ dimensions, attributes: own },
		]);
		return [group, { attributes, variables: Object.fromEntries(described) }];
	});
	return { attributes: tree.attributes, groups: Object.fromEntries(groups) };
}

function refuseTooLarge(tree: DataTree): void {
	const bytes = Object.values(tree.groups)
		.flatMap(({ variables }) => Object.values(variables))
		.reduce((sum, { shape, read }) => sum + sizeOf(shape) * read(0, 1).BYTES_PER_ELEMENT, 0);
	if (bytes <= MAX_BYTES) return;
	throw new InputError({
		where: "format npz",
		wanted: "at most 4 GiB, the limit of ZIP archives",
		got: `${(bytes / 2 ** 30).toFixed(1)} GiB`,
		advice: "Choose the format zarr.",
	});
}
