/** What one exponent says, theory by theory. */
import type { Engine, Matrix } from "@finitude/engine";
import type { Answer, SampledAnswer } from "../../answer/answer.ts";
import { compareWithSamples, type Distance, predictionAt } from "../../experiments/comparison.ts";
import type { ChosenTheory, TheoryAnswer } from "../../experiments/theory-choice.ts";
import { weightSpectrum } from "../../probes/weight-spectrum.ts";
import { chiAt } from "../../problem/output-scaling.ts";
import type { Problem } from "../../problem/problem.ts";
import { averagedProjectionMcse } from "../../samplers/averaged-projection.ts";
import { averagedName } from "../../samplers/observation.ts";
import { projectionMcse } from "../../samplers/projection-mcse.ts";
import type { SampledNetwork } from "../analysis.ts";
import type { FirstLayer } from "../first-layer.ts";
import { type SweptProblem, sweptProblem } from "../sweep.ts";
import { type MeanAlignment, meanAlignment } from "./mean-alignment.ts";

/** One exponent, solved and sampled. */
export interface RegimeStep {
	readonly exponent: number;
	readonly problem: Problem;
	readonly network: SampledNetwork;
	/** Of the theories, in their order. */
	readonly answers: readonly TheoryAnswer[];
}

/** How an answer relates to the teacher's direction w. */
export interface Alignments {
	/** w^T Sigma w over the mean eigenvalue of Sigma: 1 in the prior, d for weights along w alone. */
	readonly weightAlignment?: number;
	/** Cosine of w with the regression of the posterior mean on the inputs of the test points. */
	readonly meanAlignment?: number;
}

/** The sampled network at one exponent. */
export interface SampledRegime extends Alignments {
	readonly exponent: number;
	/** N^gamma. */
	readonly chi: number;
	readonly noiseVariance: number;
	readonly weightAlignmentStandardError?: number;
	readonly meanAlignmentStandardError?: number;
	/** |MCSE| / |estimate|: relative distances near these say nothing. */
	readonly noiseFloor: { readonly mean?: number; readonly variance?: number; readonly kernel?: number };
	readonly converged: boolean;
	readonly maxRHat?: number;
}

/** A theory at one exponent: relative distances from the sampled network. */
export interface TheoryRegime extends Alignments {
	readonly exponent: number;
	readonly mean?: Distance;
	readonly variance?: Distance;
	readonly kernel?: Distance;
}

/** One line of the figure. */
export interface TheoryRegimes {
	readonly theory: string;
	/** The id, with the options that were given. */
	readonly label: string;
	readonly points: readonly TheoryRegime[];
	/** Exponents without an answer, and why. */
	readonly missing: readonly { readonly exponent: number; readonly reason: string }[];
}

export interface RegimesResults {
	/** Of gamma = 0: its noise is kappa_0. */
	readonly problem: SweptProblem;
	/** N, that of the last hidden layer. */
	readonly width: number;
	/** Where mean and variance are compared. */
	readonly points: "train" | "test";
	readonly sampled: readonly SampledRegime[];
	readonly theories: readonly TheoryRegimes[];
}

/** @param standard the problem at gamma = 0 */
export function regimesResults(
	engine: Engine,
	standard: Problem,
	width: number,
	chosen: readonly ChosenTheory[],
	steps: readonly RegimeStep[],
	layer: FirstLayer,
): RegimesResults {
	const { testInputs, trainTargets } = standard;
	const along =
		layer.direction && testInputs?.columns === layer.fanIn && trainTargets.columns === 1
			? meanAlignment(engine, testInputs, layer.direction)
			: undefined;
	const compared = steps.map(({ problem, network, answers }) => {
		const solved = answers.filter(({ reason }) => reason === undefined);
		const comparison = compareWithSamples(
			problem,
			solved.map(({ answer }) => answer!),
			network.answer,
			(weights, moment) => projectionMcse(network.chains, weights, points(problem), moment),
		);
		return { comparison, rows: new Map(solved.map(({ label }, i) => [label, comparison.theories[i]!])) };
	});
	return {
		problem: sweptProblem(standard),
		width,
		points: points(standard),
		sampled: steps.map(({ exponent, problem, network }, i) => {
			const { maxRHat } = network.answer.diagnostics;
			return {
				exponent,
				chi: chiAt(width, exponent),
				noiseVariance: problem.noiseVariance,
				...alignments(engine, network.answer, layer, along),
				...alignmentErrors(engine, network, layer, along),
				noiseFloor: compared[i]!.comparison.noiseFloor,
				converged: network.answer.convergence.converged,
				...(maxRHat !== undefined && { maxRHat }),
			};
		}),
		theories: chosen.map(({ theory, label }, t) => ({
			theory: theory.id,
			label,
			points: steps.flatMap(({ exponent, answers }, i) => {
				const row = compared[i]!.rows.get(label);
				if (row === undefined) return [];
				const { mean, variance, kernel } = row;
				return [
					{
						exponent,
						...(mean && { mean }),
						...(variance && { variance }),
						...(kernel && { kernel }),
						...alignments(engine, answers[t]!.answer!, layer, along),
					},
				];
			}),
			missing: steps.flatMap(({ exponent, answers }) => {
				const { reason } = answers[t]!;
				return reason === undefined ? [] : [{ exponent, reason }];
			}),
		})),
	};
}

const points = ({ testInputs }: Problem) => (testInputs === undefined ? "train" : "test");

function alignments(
	engine: Engine,
	answer: Answer | SampledAnswer,
	{ fanIn, direction }: FirstLayer,
	along: MeanAlignment | undefined,
): Alignments {
	const sigma = answer.orderParameters.Sigma as Matrix | undefined;
	const { alignment } = (sigma && direction && weightSpectrum(engine, sigma, fanIn, direction)) ?? {};
	const cosine = answer.testMean && along?.of(answer.testMean.data);
	return {
		...(alignment && { weightAlignment: alignment.value }),
		...(cosine !== undefined && { meanAlignment: cosine }),
	};
}

/** By the delta method: the derivatives are projections, whose errors include all correlations between entries. */
function alignmentErrors(
	engine: Engine,
	{ answer, chains }: SampledNetwork,
	{ fanIn, direction }: FirstLayer,
	along: MeanAlignment | undefined,
): Partial<SampledRegime> {
	const sigma = answer.orderParameters.Sigma as Matrix | undefined;
	const { alignment } = (sigma && direction && weightSpectrum(engine, sigma, fanIn, direction)) ?? {};
	const weights =
		alignment && averagedProjectionMcse(chains, averagedName.weightCovariance, alignment.gradient());
	const mean = along && projectionMcse(chains, along.gradient(predictionAt("test", answer).mean.data));
	return {
		...(weights !== undefined && { weightAlignmentStandardError: weights }),
		...(mean !== undefined && { meanAlignmentStandardError: mean }),
	};
}
