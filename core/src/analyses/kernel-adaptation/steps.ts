/** The steps of a sweep: every theory at every width, then the network where it is sampled. */

import { type ChosenTheory, solveChosen, type TheoryAnswer } from "../../experiments/theory-choice.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { problemOfWidth } from "../../problem/width.ts";
import type { AnalysisContext, SampledNetwork } from "../analysis.ts";
import type { completeSampling } from "../sweep.ts";
import { type InfiniteWidth, infiniteWidthOf } from "./infinite-width.ts";
import type { AdaptationOptions, AdaptationSampling } from "./options.ts";

/** One width, solved. */
export interface WidthStep {
	readonly width: number;
	/** The problem at this width. */
	readonly problem: Problem;
	readonly limit: InfiniteWidth;
	/** Of the theories, in their order. */
	readonly answers: readonly TheoryAnswer[];
}

/** One width, sampled. */
export interface SampledStep {
	readonly width: number;
	readonly problem: Problem;
	readonly network: SampledNetwork;
}

/** The problem at one width of the sweep. */
function problemAt(problem: Problem, width: number, given: AdaptationOptions): Problem {
	const wide = problemOfWidth(problem, width, given.noiseScaling, given.layer);
	return given.outputScale === "fixed" ? withFixedOutputScale(problem, wide) : wide;
}

/**
 * The problem with s_a^2/chi at its own value, whatever width its last layer is to get: in the mean-field scaling s_a^2 grows
 * with the width.
 */
function withFixedOutputScale(narrow: Problem, problem: Problem): Problem {
	const { network } = problem;
	if (network.scaling === "standard") return problem;
	const last = network.layers.length - 1;
	const ratio = layerWidth(network.layers[last]!) / layerWidth(narrow.network.layers[last]!);
	const weightVariance = narrow.network.readout.weightVariance * ratio;
	return { ...problem, network: { ...network, readout: { ...network.readout, weightVariance } } };
}

/** Solves every theory at one width. */
export function solveWidth(
	problem: Problem,
	width: number,
	given: AdaptationOptions,
	theories: readonly ChosenTheory[],
	context: AnalysisContext,
): WidthStep {
	const wide = problemAt(problem, width, given);
	return {
		width,
		problem: wide,
		limit: infiniteWidthOf(wide, context),
		answers: theories.map((choice) => solveChosen(choice, wide, context)),
	};
}

/**
 * Samples the network at the widths that were asked for, each with chains of its own seed, up to an interruption.
 * @param onSampled called after each
 */
export async function sampleWidths(
	problem: Problem,
	given: AdaptationOptions,
	sampling: ReturnType<typeof completeSampling<AdaptationSampling>>,
	widths: readonly number[],
	context: AnalysisContext,
	onSampled: (index: number) => void,
): Promise<SampledStep[]> {
	const { at: _, ...settings } = sampling;
	const steps: SampledStep[] = [];
	for (const [i, width] of widths.entries()) {
		const wide = problemAt(problem, width, given);
		const seed = (sampling.seed + i) % Number.MAX_SAFE_INTEGER;
		const network = await context.sample(wide, { ...settings, seed });
		if (network === undefined) break;
		steps.push({ width, problem: wide, network });
		onSampled(i);
	}
	return steps;
}
