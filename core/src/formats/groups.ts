/** What all groups of a sampled problem share. */
import { version } from "../version.ts";
import {
	type Attributes,
	type DataGroup,
	type DataVariable,
	dimensionsOf,
	indexCoordinate,
} from "./data-tree.ts";

/** Training inputs by outputs, and the same at the test points. */
export const TRAIN = ["train_point", "output"];
export const TEST = ["test_point", "output"];

/** Who wrote and who sampled, under the names of the ArviZ schema. */
export const CREATION: Attributes = {
	creation_library: "finitude",
	creation_library_version: version,
	creation_library_language: "TypeScript",
	inference_library: "finitude",
	inference_library_version: version,
};

/** A group in which every dimension has a coordinate: the one given, else 0, 1, ... */
export function labeledGroup(
	attributes: Attributes,
	variables: Readonly<Record<string, DataVariable>>,
	coordinates: Readonly<Record<string, DataVariable>> = {},
): DataGroup {
	const labels = [...dimensionsOf(variables)].map(([dimension, length]) => [
		dimension,
		coordinates[dimension] ?? indexCoordinate(dimension, length),
	]);
	return { attributes, variables: { ...Object.fromEntries(labels), ...variables } };
}
