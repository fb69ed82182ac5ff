import type { ComponentType } from "preact";

/** A part of the page: a file in this folder, and a line in `index.ts`. */
export interface LabPanel {
	/** Also the fragment-free id of its section. */
	readonly id: string;
	readonly title: string;
	/** Beside the results, or among them. */
	readonly place: "controls" | "results";
	/** Reads signals of `state/store.ts`, `workers/solver.ts` and `workers/sampling.ts`, and takes no properties. */
	readonly Content: ComponentType;
}
