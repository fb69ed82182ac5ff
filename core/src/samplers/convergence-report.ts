import {
	bulkEss,
	type Diagnostic,
	meanRHat,
	rHat,
	tailEss,
	weightedBulkEss,
	weightedTailEss,
} from "../diagnostics/index.ts";
import { linearized } from "../diagnostics/linearized.ts";
import type { Observable } from "./observables.ts";

/** The worst of one diagnostic over all observables. */
export interface Worst {
	readonly value: number;
	readonly label: string;
}

/** Diagnostics over many observables. */
export interface ConvergenceReport {
	readonly observables: number;
	/** Absent when no observable has one. */
	readonly maxRHat?: Worst;
	readonly minBulkEss?: Worst;
	readonly minTailEss?: Worst;
	/** Observables with one value in all draws of all chains: nothing to judge. */
	readonly constant: readonly string[];
	/** Observables whose chains each keep a value of their own: not converged. */
	readonly stuck: readonly string[];
}

/**
 * Computes R-hat, bulk and tail ESS of every observable and keeps the worst, with the label of where it is. For weighted draws
 * R-hat compares the chains' weighted means (linearized series, no ranks), and ESS counts equally weighted draws.
 */
export function convergenceReport(observables: Iterable<Observable>): ConvergenceReport {
	const constant: string[] = [];
	const stuck: string[] = [];
	let count = 0;
	let maxRHat: Worst | undefined;
	let minBulkEss: Worst | undefined;
	let minTailEss: Worst | undefined;
	for (const { label, series, weights } of observables) {
		count++;
		const r = weights ? meanRHat(linearized(series, weights)) : rHat(series);
		if (!r.defined) {
			(r.cause === "constant" ? constant : stuck).push(label);
			continue;
		}
		maxRHat = worse(maxRHat, r, label, (a, b) => a > b);
		const bulk = weights ? weightedBulkEss(series, weights) : bulkEss(series);
		const tail = weights ? weightedTailEss(series, weights) : tailEss(series);
		minBulkEss = worse(minBulkEss, bulk, label, (a, b) => a < b);
		minTailEss = worse(minTailEss, tail, label, (a, b) => a < b);
	}
	return {
		observables: count,
		...(maxRHat ? { maxRHat } : {}),
		...(minBulkEss ? { minBulkEss } : {}),
		...(minTailEss ? { minTailEss } : {}),
		constant,
		stuck,
	};
}

function worse(
	worst: Worst | undefined,
	diagnostic: Diagnostic,
	label: string,
	isWorse: (a: number, b: number) => boolean,
): Worst | undefined {
	if (!diagnostic.defined) return worst;
	const { value } = diagnostic;
	return worst === undefined || isWorse(value, worst.value) ? { value, label } : worst;
}
