/** What importance weights say: the evidence, and whether they can be trusted. */
import type { ValidityNote } from "../answer/answer.ts";
import { paretoShape } from "../diagnostics/index.ts";
import { pooled } from "../diagnostics/moments.ts";
import type { ChainResult } from "./chain-result.ts";
import { largestOf, relativeWeights } from "./draw-weights.ts";
import { standardErrorOfMean } from "./point-estimates.ts";

/** Fewer equally weighted draws than this are too few to judge the weights by the weights themselves. */
const LEAST_EFFECTIVE_DRAWS = 100;

/** Log evidence and diagnostics of the weights of all chains. */
export interface WeightReport {
	/** Log of the mean weight, and the standard error of that mean over it. */
	readonly logEvidence: number;
	readonly logEvidenceStandardError: number;
	/** (sum w)^2 / sum w^2. */
	readonly effectiveSampleSize: number;
	/** Of all weight, that of one draw. */
	readonly largestShare: number;
	/** Pareto k-hat; absent when the weights have no tail. */
	readonly paretoShape?: number;
	readonly notes: readonly ValidityNote[];
	/** Why the weighted averages are not to be trusted; empty when they are. */
	readonly faults: readonly string[];
}

/** Undefined when draws count alike. */
export function weightReport(chains: readonly ChainResult[], draws: number): WeightReport | undefined {
	const relative = relativeWeights(chains, draws);
	if (relative === undefined) return undefined;
	const weights = pooled(relative);
	const size = weights.length;
	const largest = largestOf(relative);
	const effectiveSampleSize = size ** 2 / weights.reduce((sum, w) => sum + w * w, 0);
	const shape = paretoShape(weights);
	// The mean of e^(log weight - top) is 1 over the largest relative weight.
	const top = largestOf(chains.map(({ scalars }) => scalars.logWeight!.subarray(0, draws)));
	const limit = Math.min(1 - 1 / Math.log10(size), 0.7);
	const faults: string[] = [];
	if (effectiveSampleSize < LEAST_EFFECTIVE_DRAWS) {
		faults.push(
			`the weights of ${size} draws are worth ${effectiveSampleSize.toFixed(1)} equal ones, less than ${LEAST_EFFECTIVE_DRAWS}, and one draw carries ${percent(largest / size)} of all weight`,
		);
	}
	if (shape.defined && shape.value > limit) {
		faults.push(
			`the tail of the weights is too heavy: Pareto k-hat is ${shape.value.toFixed(2)}, above ${limit.toFixed(2)}`,
		);
	}
	return {
		logEvidence: top - Math.log(largest),
		logEvidenceStandardError: standardErrorOfMean(relative),
		effectiveSampleSize,
		largestShare: largest / size,
		...(shape.defined && { paretoShape: shape.value }),
		notes: [
			{
				name: "effective sample size",
				value: effectiveSampleSize,
				message: `The weights of ${size} draws are worth ${effectiveSampleSize.toFixed(1)} equal ones, (sum of weights)^2 / sum of squared weights; the largest is ${percent(largest / size)} of all.`,
			},
			{
				name: "Pareto k-hat",
				value: shape.defined ? shape.value : "undefined",
				message: shape.defined
					? `The shape of the tail of the weights is ${shape.value.toFixed(2)}: up to ${limit.toFixed(2)} averages converge at a practical rate with this many draws.`
					: `No shape of the tail of the weights: ${shape.reason}.`,
			},
		],
		faults,
	};
}

function percent(fraction: number): string {
	return `${(100 * fraction).toPrecision(2)} %`;
}
