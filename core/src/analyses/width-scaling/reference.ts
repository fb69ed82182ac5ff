import type { Matrix } from "@finitude/engine";
import { InputError } from "../../errors.ts";
import { comparedPoints, predictionAt } from "../../experiments/comparison.ts";
import type { Problem } from "../../problem/problem.ts";
import { hasLinearPosteriorMean, linearPosteriorMean } from "../../scale-mixture/posterior-mean.ts";
import type { AnalysisContext } from "../analysis.ts";
import type { completeSampling } from "../sweep.ts";
import type { WidthScalingOptions } from "./options.ts";

/** The posterior mean that theories are measured against, at the compared points. */
export interface ReferenceMean {
	readonly mean: Matrix;
	/** Absent where the mean is exact. */
	readonly standardError?: Matrix;
	readonly converged: boolean;
	readonly maxRHat?: number;
}

/** Of "auto", what it comes to. @throws InputError when "exact" is asked for and there is no exact mean. */
export function chosenReference(
	reference: WidthScalingOptions["reference"],
	problem: Problem,
): "exact" | "sampled" {
	const known = hasLinearPosteriorMean(problem);
	if (reference === "exact" && !known) {
		throw new InputError({
			where: "options.reference",
			wanted:
				"a dense linear network with one output, noise, and no bias between hidden layers, for the exact posterior mean",
			got: "another",
			advice: "Use reference: sampled.",
		});
	}
	return reference === "auto" ? (known ? "exact" : "sampled") : reference;
}

/** Undefined when the sampling was interrupted. @param index of the width: every run has a seed of its own */
export async function referenceMean(
	problem: Problem,
	kind: "exact" | "sampled",
	sampling: ReturnType<typeof completeSampling>,
	index: number,
	{ engine, sample }: AnalysisContext,
): Promise<ReferenceMean | undefined> {
	const points = comparedPoints(problem);
	if (kind === "exact") {
		const { train, test } = linearPosteriorMean(engine, problem);
		return { mean: points === "test" ? test! : train, converged: true };
	}
	const seed = (sampling.seed + index) % Number.MAX_SAFE_INTEGER;
	const sampled = await sample(problem, { ...sampling, seed });
	if (sampled === undefined) return undefined;
	const { answer } = sampled;
	const { maxRHat } = answer.diagnostics;
	return {
		mean: predictionAt(points, answer).mean,
		standardError: answer[`${points}MeanStandardError`]!,
		converged: answer.convergence.converged,
		...(maxRHat !== undefined && { maxRHat }),
	};
}
