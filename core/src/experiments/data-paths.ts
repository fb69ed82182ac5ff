import type { DataSettings } from "../data/schema.ts";

/** The fields of each data source that hold file paths. */
const PATH_FIELDS: { readonly [Source in DataSettings["source"]]: readonly string[] } = {
	mnist: [],
	idx: ["trainImages", "trainLabels", "testImages", "testLabels"],
	cifar10: ["trainFiles", "testFiles"],
	csv: ["train", "test"],
	npy: ["trainInputs", "trainTargets", "testInputs", "testTargets"],
	npz: ["file"],
	json: ["file"],
	teacher: [],
};

/**
 * A resolved experiment with every path of a data file replaced: for a copy that is written to another folder and must
 * still find its data. The content is otherwise the same; take `hashExperiment` before.
 *
 * @param replace From a path as the experiment has it to the one wanted.
 */
export function withDataPaths(
	resolved: Readonly<Record<string, unknown>>,
	replace: (path: string) => string,
): Record<string, unknown> {
	if (!("data" in resolved)) return { ...resolved };
	const data = { ...(resolved.data as Record<string, unknown>) };
	for (const field of PATH_FIELDS[data.source as DataSettings["source"]]) {
		const value = data[field];
		if (typeof value === "string") data[field] = replace(value);
		else if (Array.isArray(value)) data[field] = value.map(replace);
	}
	return { ...resolved, data };
}
