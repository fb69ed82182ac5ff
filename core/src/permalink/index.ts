/** The state of the browser's lab as the part of an address after "#". */
export type { Json } from "./flat-fields.ts";
export { type ExperimentJson, experimentToRun, type LabState, scalingExponentOf } from "./lab-state.ts";
export { decodePermalink, encodePermalink } from "./permalink.ts";
