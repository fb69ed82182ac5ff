/** The posterior of the scale as a discrete law, and what it says of the scale itself. */

/** Scales with their probabilities, which sum to 1. */
export interface ScaleNodes {
	readonly scales: Float64Array;
	readonly probabilities: Float64Array;
	/** With the mean term: mean and variance, given q and y, of the factor tau = sqrt(N q) t in front of m. */
	readonly meanFactors?: { readonly mean: Float64Array; readonly variance: Float64Array };
}

export interface ScaleSummary {
	/** E[q | y]. */
	readonly mean: number;
	/** sqrt(Var[q | y]). */
	readonly deviation: number;
	/** Local maxima of the posterior density of log q above e^-41 of the highest. */
	readonly modes: number;
}

/** Below this fraction of the largest probability a node moves no digit of any answer. */
const NEGLIGIBLE_PROBABILITY = 1e-18;

/** The nodes n, from `first` on, of a lattice of log q that matter. */
export function nodesOf({
	first,
	step,
	probabilities,
}: {
	readonly first: number;
	readonly step: number;
	readonly probabilities: Float64Array;
}): ScaleNodes {
	const least = NEGLIGIBLE_PROBABILITY * probabilities.reduce((a, b) => Math.max(a, b), 0);
	const kept = [...probabilities.keys()].filter((i) => probabilities[i]! > least);
	return {
		scales: Float64Array.from(kept, (i) => Math.exp((first + i) * step)),
		probabilities: Float64Array.from(kept, (i) => probabilities[i]!),
	};
}

/** E[f(q) | y]. */
export function scaleAverage(
	{ scales, probabilities }: ScaleNodes,
	f: (scale: number, node: number) => number,
): number {
	return scales.reduce((sum, q, i) => sum + probabilities[i]! * f(q, i), 0);
}

/** @param nodes in the order of their scales */
export function summarizeScale(nodes: ScaleNodes): ScaleSummary {
	const mean = scaleAverage(nodes, (q) => q);
	return {
		mean,
		// In units of the mean: squares of tiny scales would underflow.
		deviation: mean * Math.sqrt(scaleAverage(nodes, (q) => (q / mean - 1) ** 2)),
		modes: countModes(nodes.probabilities),
	};
}

/** A dip between two modes is real when it is deeper than this fraction: rounding of a log density of 1e9 makes smaller ones. */
const SMALLEST_DIP = 1e-6;

function countModes(density: Float64Array): number {
	let modes = 0;
	let rising = true;
	let extreme = 0;
	for (const p of [...density, 0]) {
		if (rising) {
			if (p > extreme) extreme = p;
			else if (p < extreme * (1 - SMALLEST_DIP)) [modes, rising, extreme] = [modes + 1, false, p];
		} else if (p < extreme) extreme = p;
		else if (p > extreme * (1 + SMALLEST_DIP)) [rising, extreme] = [true, p];
	}
	return modes;
}
