import { strFromU8, strToU8 } from "fflate";
import { BoolArray, type Chunk, create, type DataType, root, set } from "zarrita";
import {
	checkDataTree,
	type DataTree,
	type DataVariable,
	readFinite,
	sizeOf,
	typeOf,
	type Values,
} from "./data-tree.ts";

/** Where the parts of a Zarr hierarchy go: a folder, or anything else with keys. */
export interface ZarrStore {
	/** @param key "posterior/train_mean/c/0/0", without a leading slash. */
	set(key: string, bytes: Uint8Array): Promise<void>;
}

/** Values in one chunk at most: 8 MiB of float64, of the order that the Zarr documentation recommends. */
const MAX_CHUNK = 2 ** 20;

/**
 * Writes the tree as a Zarr hierarchy, format version 3 (https://zarr-specs.readthedocs.io/en/latest/v3/core/), as
 * `xarray.open_datatree(folder, engine="zarr")` reads it: a Zarr group for each group, an array for each variable with
 * `dimension_names`, coordinates among them, and consolidated metadata in the root and in each group, as zarr-python writes
 * them. Chunks hold one chain, or a part of one. They are not compressed: digits of draws are noise to a compressor.
 * Version 2 would not do, for there readers take the fill value for missing data.
 */
export async function writeZarr(tree: DataTree, store: ZarrStore): Promise<void> {
	checkDataTree(tree);
	const metadata = new Map<string, object>();
	const top = root({
		// zarrita reads a chunk before it changes a part of one; here every chunk is written once, so there is nothing to read.
		get: async () => undefined,
		set: async (absolute: string, bytes: Uint8Array) => {
			const key = absolute.replace(/^\//, "");
			if (key.endsWith("zarr.json")) metadata.set(key, JSON.parse(strFromU8(bytes)));
			await store.set(key, bytes);
		},
	});
	await create(top, { attributes: tree.attributes });
	for (const [group, { attributes, variables }] of Object.entries(tree.groups)) {
		await create(top.resolve(group), { attributes });
		for (const [name, variable] of Object.entries(variables)) {
			await writeArray(top.resolve(`${group}/${name}`), name, variable);
		}
	}
	for (const folder of ["", ...Object.keys(tree.groups).map((group) => `${group}/`)]) {
		const consolidated = consolidatedMetadata(metadata, folder);
		await store.set(`${folder}zarr.json`, strToU8(JSON.stringify(consolidated, null, 1)));
	}
}

/** The metadata of the group in `folder` with those of everything below it, in the order in which they were written. */
function consolidatedMetadata(metadata: ReadonlyMap<string, object>, folder: string): object {
	const inline = (members: object) => ({ kind: "inline", must_understand: false, metadata: members });
	const members = [...metadata]
		.filter(([key]) => key.startsWith(folder) && key !== `${folder}zarr.json`)
		.map(([key, member]) => [
			key.slice(folder.length, -"/zarr.json".length),
			"shape" in member ? member : { ...member, consolidated_metadata: inline({}) },
		]);
	return {
		...metadata.get(`${folder}zarr.json`),
		consolidated_metadata: inline(Object.fromEntries(members)),
	};
}

type Place = Parameters<typeof create>[0];

async function writeArray(place: Place, name: string, variable: DataVariable): Promise<void> {
	const { dimensions, shape, attributes } = variable;
	const dtype = typeOf(variable);
	const chunk = chunkShape(dimensions, shape);
	const array = await create<never, DataType>(place as never, {
		shape: [...shape],
		chunkShape: chunk,
		dtype,
		codecs: [{ name: "bytes", configuration: { endian: "little" } }],
		fillValue: dtype === "bool" ? false : 0,
		dimensionNames: [...dimensions],
		attributes,
	});
	if (shape.length === 0) {
		const value = readFinite(variable, name, 0, 1)[0]!;
		await set(array, null, dtype === "bool" ? value !== 0 : value);
		return;
	}
	for (const corner of chunkCorners(shape, chunk)) {
		const lengths = shape.map((length, axis) => Math.min(chunk[axis]!, length - corner[axis]!));
		const selection = corner.map((start, axis) => ({ start, stop: start + lengths[axis]!, step: null }));
		const start = corner.reduce((sum, at, axis) => sum + at * sizeOf(shape.slice(axis + 1)), 0);
		const values = readFinite(variable, name, start, sizeOf(lengths));
		await set(array, selection, chunkOf(values, lengths));
	}
}

/**
 * The shape cut from the first dimension on until a chunk holds at most MAX_CHUNK values and one chain: whole along the last
 * dimensions, 1 along the first ones, so that its values are consecutive.
 */
function chunkShape(dimensions: readonly string[], shape: readonly number[]): number[] {
	return shape.map((length, axis) => {
		const rest = sizeOf(shape.slice(axis + 1));
		const isChain = axis === 0 && dimensions[0] === "chain";
		return isChain ? 1 : Math.min(length, Math.max(1, Math.floor(MAX_CHUNK / rest)));
	});
}

/** Where each chunk begins, in order. */
function chunkCorners(shape: readonly number[], chunk: readonly number[]): number[][] {
	return shape.reduce<number[][]>(
		(corners, length, axis) =>
			corners.flatMap((corner) =>
				Array.from({ length: Math.ceil(length / chunk[axis]!) }, (_, i) => [...corner, i * chunk[axis]!]),
			),
		[[]],
	);
}

function chunkOf(values: Values, shape: number[]): Chunk<DataType> {
	const data =
		values instanceof Uint8Array ? new BoolArray(values.buffer, values.byteOffset, values.length) : values;
	const stride = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
	return { data, shape, stride } as Chunk<DataType>;
}
