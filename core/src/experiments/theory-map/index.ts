/** Which theory is closest to the sampled network, over width and scaling. */
export {
	type Candidate,
	type CandidateDistance,
	type Decision,
	decide,
	type SampledQuantity,
} from "./decision.ts";
export type { TheoryFamily } from "./families.ts";
export { type CellSampling, type JudgedCell, type JudgeTask, judgeCell } from "./judge-cell.ts";
export {
	type CellContext,
	type CellMeasurement,
	type CellTheory,
	type ContinuableChains,
	measureCell,
} from "./measure-cell.ts";
export { QUANTITY_NAMES } from "./quantity.ts";
export {
	type CellOutcome,
	type CellResult,
	comparedTheories,
	shownDistance,
	type TheoryMapResults,
	theoryMapResults,
} from "./results.ts";
export type { MapQuantity } from "./schema.ts";
export { lettersOf, theoryMapTable } from "./table.ts";
export {
	type MapCell,
	mapCells,
	problemOfCell,
	resolveTheoryMap,
	type TheoryMap,
	type TheoryMapSettings,
} from "./theory-map.ts";
