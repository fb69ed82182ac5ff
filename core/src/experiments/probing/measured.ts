/** What probes say of the prior, of theories and of the sampled network, side by side. */
import type { ProbeNeed, ProbeQuantity } from "../../probes/probe.ts";

/** Numbers, with standard errors where they are estimates; or why there are none. */
export type Measured =
	| {
			readonly values: readonly number[];
			/** Monte-Carlo standard errors, value by value. */
			readonly standardErrors?: readonly number[];
			/** Why the numbers of a sampled network have no standard errors. */
			readonly noStandardErrors?: string;
	  }
	| { readonly reason: string };

/** What a theory predicts, and how far that is from the sampled network. */
export type Predicted =
	| {
			readonly values: readonly number[];
			/** (theory - sampled) / standard error, value by value; absent without samples that have converged, or without their errors. */
			readonly z?: readonly number[];
			/** Why there is no z, although samples that have converged have errors. */
			readonly noZ?: string;
			/** Of one number: whether |z| is at most `AGREEMENT`. Of several: how many. */
			readonly agreeing?: number;
	  }
	| { readonly reason: string };

/** In standard errors. A number that is right is beyond them by chance once in 370. */
export const AGREEMENT = 3;

/** Why theories have no number of a probe that looks at networks. */
export const NOT_PREDICTED = "no theory predicts it from kernels alone";

/** One quantity of a probe in one layer. */
export interface ProbeRow {
	readonly quantity: string;
	/** "layer 1", "output", "layer 1, layer 2". */
	readonly layer: string;
	readonly prior: Measured;
	/** By the theory's id. */
	readonly theories: Readonly<Record<string, Predicted>>;
	/** Absent where nothing was sampled. */
	readonly sampled?: Measured;
}

/** One probe on one experiment. */
export interface ProbeResult {
	readonly id: string;
	readonly title: string;
	readonly needs: ProbeNeed;
	readonly descriptive?: true;
	readonly quantities: readonly ProbeQuantity[];
	/** Layer by layer; empty where the probe does not apply, with the reason. */
	readonly rows: readonly ProbeRow[];
	readonly reason?: string;
}

/** Every probe asked for. */
export interface Probing {
	readonly theories: readonly { readonly id: string; readonly converged: boolean }[];
	readonly sampled?: { readonly sampler: string; readonly converged: boolean };
	readonly probes: readonly ProbeResult[];
}
