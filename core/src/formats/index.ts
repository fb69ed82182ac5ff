/** Draws and answers for other programs: a neutral tree, and one writer for each format. */
export { arvizJson } from "./arviz-json.ts";
export {
	type Attribute,
	type Attributes,
	checkDataTree,
	type DataGroup,
	type DataTree,
	type DataVariable,
	indexCoordinate,
	type Values,
	variable,
} from "./data-tree.ts";
export { npzArchive } from "./npz.ts";
export { type SampledProblem, sampledTree } from "./sampled-tree.ts";
export { writeZarr, type ZarrStore } from "./zarr.ts";
