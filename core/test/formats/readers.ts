/** Reads the three formats back: JSON by its parser, NPZ by our reader of data files, Zarr by zarrita. */
import * as zarr from "zarrita";
import { readNpy } from "../../src/data/npy.ts";
import { readZipDirectory, unpackZipEntry } from "../../src/data/zip.ts";
import type { ReadTree, ReadVariable } from "./trees.ts";

type Lists = number | boolean | Lists[];

function shapeOf(lists: Lists): number[] {
	return Array.isArray(lists) ? [lists.length, ...shapeOf(lists[0]!)] : [];
}

/** As arviz.from_dict would: groups of draws begin with chain and draw, `dims` name the other dimensions. */
export function readArvizJson(text: string): ReadTree {
	const { dims, coords, attrs, variable_attrs, ...groups } = JSON.parse(text);
	const read = (group: string, name: string, lists: Lists): ReadVariable => {
		const shape = shapeOf(lists);
		const attributes = variable_attrs[group]?.[name] ?? {};
		const sampled = ["posterior", "sample_stats", "weights"].includes(group) ? ["chain", "draw"] : [];
		const given: string[] =
			attributes.dimensions ??
			dims[name] ??
			shape.slice(sampled.length).map((_, axis) => `${name}_dim_${axis}`);
		const dimensions = [...sampled, ...given];
		return { dimensions, shape, values: [lists].flat(9) as number[], attributes };
	};
	return {
		attributes: attrs["/"],
		groups: Object.fromEntries(
			Object.entries(groups as Record<string, Record<string, Lists>>).map(([group, lists]) => {
				const variables = Object.fromEntries(
					Object.entries(lists).map(([name, value]) => [name, read(group, name, value)]),
				);
				const labels: Record<string, ReadVariable> = {};
				for (const { dimensions, shape } of Object.values(variables)) {
					dimensions.forEach((dimension, axis) => {
						const values = coords[dimension] ?? Array.from({ length: shape[axis]! }, (_, i) => i);
						labels[dimension] = { dimensions: [dimension], shape: [values.length], values, attributes: {} };
					});
				}
				return [group, { attributes: attrs[group], variables: { ...labels, ...variables } }];
			}),
		),
	};
}

export function readNpz(archive: Uint8Array): ReadTree {
	const entries = readZipDirectory(archive, "archive");
	const unpack = (name: string) =>
		unpackZipEntry(archive, entries.find((entry) => entry.name === name)!, "archive", 2 ** 30);
	const metadata = JSON.parse(new TextDecoder().decode(unpack("metadata.json")));
	for (const [group, { variables }] of Object.entries<{ variables: object }>(metadata.groups)) {
		for (const [name, variable] of Object.entries(variables)) {
			const bytes = unpack(`${group}/${name}.npy`);
			const { shape, data } = readNpy(bytes, name);
			// Our own reader takes booleans as bytes.
			const isBoolean = new TextDecoder("latin1").decode(bytes.subarray(0, 128)).includes("|b1");
			variable.shape = shape;
			variable.values = Array.from(data, (x) => (isBoolean ? x !== 0 : x));
		}
	}
	const expected = Object.entries<{ variables: object }>(metadata.groups).reduce(
		(sum, [, { variables }]) => sum + Object.keys(variables).length,
		1,
	);
	if (entries.length !== expected) throw new Error(`${entries.length} entries, ${expected} in the metadata`);
	return metadata;
}

/** Walks the groups and arrays that the consolidated metadata of the root name. */
export async function readZarr(store: Map<string, Uint8Array>): Promise<ReadTree> {
	const root = zarr.root({ get: async (key: string) => store.get(key.slice(1)) });
	const { consolidated_metadata } = JSON.parse(new TextDecoder().decode(store.get("zarr.json")));
	const groups: ReadTree["groups"] = {};
	for (const [path, { node_type }] of Object.entries<{ node_type: string }>(consolidated_metadata.metadata)) {
		if (node_type === "group") {
			const { attrs } = await zarr.open.v3(root.resolve(path), { kind: "group" });
			groups[path] = { attributes: attrs, variables: {} };
			continue;
		}
		const array = await zarr.open.v3(root.resolve(path), { kind: "array" });
		const chunk = await zarr.get(array);
		const values = array.shape.length === 0 ? [chunk] : Array.from(chunk.data as Iterable<number>);
		const [group, name] = path.split("/");
		groups[group!]!.variables[name!] = {
			dimensions: array.dimensionNames ?? [],
			shape: array.shape,
			values: values as number[],
			attributes: array.attrs,
		};
	}
	return { attributes: (await zarr.open.v3(root, { kind: "group" })).attrs, groups };
}
