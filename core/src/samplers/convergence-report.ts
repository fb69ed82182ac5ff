import { bulkEss, type Diagnostic, rHat, tailEss } from "../diagnostics/index.ts";
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

/** Computes R-hat, bulk and tail ESS of every observable and keeps the worst, with the label of where it is. */
export function convergenceReport(observables: Iterable<Observable>): ConvergenceReport {
	const constant: string[] = [];
	const stuck: string[] = [];
	let count = 0;
	let maxRHat: Worst | undefined;
	let minBulkEss: Worst | undefined;
	let minTailEss: Worst | undefined;
	for (const { label, series } of observables) {
		count++;
		const r = rHat(series);
		if (!r.defined) {
			(r.cause === "constant" ? constant : stuck).push(label);
			continue;
		}
		maxRHat = worse(maxRHat, r, label, (a, b) => a > b);
		minBulkEss = worse(minBulkEss, bulkEss(series), label, (a, b) => a < b);
		minTailEss = worse(minTailEss, tailEss(series), label, (a, b) => a < b);
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
