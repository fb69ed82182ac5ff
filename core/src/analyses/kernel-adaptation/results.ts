/** The results of a sweep: adaptation at every width, by every theory, in the infinite-width limit and as sampled. */
import type { Engine } from "@finitude/engine";
import type { ChosenTheory } from "../../experiments/theory-choice.ts";
import type { Problem } from "../../problem/problem.ts";
import type { AnalysisAnswer } from "../analysis.ts";
import type { FirstLayer } from "../first-layer.ts";
import { type SweptProblem, sweptProblem } from "../sweep.ts";
import { type AdaptedKernels, adaptedKernels } from "./kernels.ts";
import { type Measures, measuresOf } from "./measures.ts";
import type { AdaptationOptions } from "./options.ts";
import { type SampledMeasures, sampledMeasures } from "./sampled-measures.ts";
import type { SampledStep, WidthStep } from "./steps.ts";

/** The infinite-width limit with the prior of this width. */
export interface InfiniteWidthPoint extends Measures {
	readonly width: number;
	/** t_0^T C t_0: widths must exceed it for the limit to hold. */
	readonly emergentScale: number;
	/** s_a^2/chi times the emergent scale: the kernels change by an amount of order one at about this width. */
	readonly crossoverWidth: number;
	/** s_a^2 / chi and kappa as they are at this width. */
	readonly outputScale: number;
	readonly noiseVariance: number;
}

/** One theory over the widths. */
export interface TheoryAdaptation {
	readonly theory: string;
	/** The id, with the options that were given. */
	readonly label: string;
	readonly points: readonly (Measures & { readonly width: number })[];
	/** Widths without numbers, and why. */
	readonly missing: readonly { readonly width: number; readonly reason: string }[];
}

export interface AdaptationResults {
	readonly problem: SweptProblem;
	/** Prior variance of a weight of the first layer, s_1^2 over the fan-in: every eigenvalue of Sigma without adaptation. */
	readonly priorWeightVariance: number;
	readonly widths: readonly number[];
	readonly infiniteWidth: readonly InfiniteWidthPoint[];
	readonly theories: readonly TheoryAdaptation[];
	/** The widths that were sampled. */
	readonly sampled?: readonly (SampledMeasures & { readonly width: number })[];
	readonly kernels?: AdaptedKernels;
}

export type AdaptationAnswer = AnalysisAnswer<AdaptationOptions, AdaptationResults>;

/** The measures of every answer of a sweep, and the kernels at the width `kernelsAt`. */
export function adaptationResults(
	problem: Problem,
	{
		steps,
		sampled,
		theories,
		layer,
		kernelsAt,
	}: {
		readonly steps: readonly WidthStep[];
		readonly sampled: readonly SampledStep[];
		readonly theories: readonly ChosenTheory[];
		readonly layer: FirstLayer;
		readonly kernelsAt: number | false;
	},
	engine: Engine,
): AdaptationResults {
	const shown = steps.find(({ width }) => width === kernelsAt);
	return {
		problem: sweptProblem(problem),
		priorWeightVariance: problem.network.layers[0]!.weightVariance / layer.fanIn,
		widths: steps.map(({ width }) => width),
		infiniteWidth: steps.map(({ width, problem: wide, limit }) => ({
			width,
			...measuresOf(engine, limit.answer, wide, layer),
			emergentScale: limit.emergentScale,
			crossoverWidth: limit.outputScale * limit.emergentScale,
			outputScale: limit.outputScale,
			noiseVariance: wide.noiseVariance,
		})),
		theories: theories.map(({ theory, label }, t) => ({
			theory: theory.id,
			label,
			points: steps.flatMap(({ width, problem: wide, answers }) => {
				const { answer, reason } = answers[t]!;
				return reason === undefined ? [{ width, ...measuresOf(engine, answer!, wide, layer) }] : [];
			}),
			missing: steps.flatMap(({ width, answers }) => {
				const { reason } = answers[t]!;
				return reason === undefined ? [] : [{ width, reason }];
			}),
		})),
		...(sampled.length > 0 && {
			sampled: sampled.map(({ width, problem: wide, network }) => ({
				width,
				...sampledMeasures(engine, network, wide, layer),
			})),
		}),
		...(shown && {
			kernels: adaptedKernels(shown, sampled.find(({ width }) => width === kernelsAt)?.network.answer),
		}),
	};
}
