/**
 * `kernel-adaptation`: how kernels and weights adapt to the data as the width falls.
 *
 * 1. Computes: overlap of discrepancy and targets, training error, spectrum of the first layer's weight covariance, kernels.
 * 2. Inputs: a problem, widths, theories with options, which widths to sample, a teacher's direction where there is one.
 * 3. Exact: nothing itself; every number is a function of an answer, as exact as the theory, or with its Monte-Carlo error.
 * 4. Symbols: t, alpha, Sigma, the emergent scale; docs/analyses/kernel-adaptation.md.
 * 5. Solves: nothing itself; each theory solves its own equations at every width.
 * 6. Gives: the measures (1)-(6) of the page at every width, the same of the infinite-width limit, kernels at one width.
 * 7. References: Seroussi, Naveh and Ringel 2021, arXiv 2112.15383.
 * 8. Cost: that of the theories, of one infinite-width solution a width, and of one run of the sampler a sampled width.
 * 9. Fails: a theory that gives no Sigma has no spectrum; the crossover width is an order of magnitude, not a threshold.
 * 10. Checked: the published width sweep, sampled networks, derivatives against finite differences.
 */
import type { Answer } from "../answer/answer.ts";
import { isInputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import { solveTheory } from "../theories/solve.ts";
import type { Analysis, AnalysisContext, SampledNetwork } from "./analysis.ts";
import { checkSweep, checkWidthsOf, withFixedOutputScale } from "./kernel-adaptation/checks.ts";
import { firstLayerOf } from "./kernel-adaptation/first-layer.ts";
import { infiniteWidthOf } from "./kernel-adaptation/infinite-width.ts";
import { adaptedKernels } from "./kernel-adaptation/kernels.ts";
import { measuresOf } from "./kernel-adaptation/measures.ts";
import { type AdaptationOptions, options } from "./kernel-adaptation/options.ts";
import { type AdaptationResults, adaptationTable } from "./kernel-adaptation/results.ts";
import { sampledMeasures } from "./kernel-adaptation/sampled-measures.ts";
import { absentReasons, validityNotes } from "./kernel-adaptation/validity.ts";
import { completeSampling, problemOfWidth, sortedWidths, sweepConvergence, sweptProblem } from "./sweep.ts";
import { type ChosenTheory, chosenTheories } from "./theory-choice.ts";

export const kernelAdaptation: Analysis<AdaptationOptions, AdaptationResults> = {
	id: "kernel-adaptation",
	title: "Adaptation of kernels to the data",
	aliases: ["feature-learning", "adaptation"],
	summary:
		"Discrepancy, weight covariance and kernels against the width: how much the network adapts to its data.",
	references: [
		{
			key: "seroussi2021separation",
			authors: ["Seroussi, Inbar", "Naveh, Gadi", "Ringel, Zohar"],
			title: "Separation of scales and a thermodynamic description of feature learning in some CNNs",
			year: 2021,
			arxiv: "2112.15383",
		},
	],
	options,
	needsProblem: true,
	async solve(input, given, context) {
		const { engine } = context;
		const problem = input.problem!;
		const theories = chosenTheories(given.theories);
		const widths = sortedWidths(given.widths);
		checkSweep(problem, given.layer);
		checkWidthsOf(given, widths);
		const layer = firstLayerOf({ ...input, problem }, given.teacherDirection);
		const sampling = given.sampling && completeSampling(given.sampling, input.seed);
		const at = sampling === false ? [] : sortedWidths(sampling.at ?? widths);
		const kernelsAt = given.kernelsAt ?? at[0] ?? widths[0]!;

		const steps = widths.map((width, i) => {
			const wide = problemAt(problem, width, given);
			const limit = infiniteWidthOf(wide, context);
			const answers = theories.map((choice) => solved(choice, wide, context));
			context.onProgress?.((i + 1) / (widths.length + at.length), `width ${width}`);
			return { width, wide, limit, answers };
		});
		const sampled: { readonly width: number; readonly wide: Problem; readonly network: SampledNetwork }[] =
			[];
		for (const [i, width] of at.entries()) {
			const wide = problemAt(problem, width, given);
			const seed = ((sampling as { seed: number }).seed + i) % Number.MAX_SAFE_INTEGER;
			const { at: _, ...settings } = sampling as Exclude<typeof sampling, false>;
			const network = await context.sample(wide, { ...settings, seed });
			if (network === undefined) break;
			sampled.push({ width, wide, network });
			context.onProgress?.((widths.length + i + 1) / (widths.length + at.length), `sampled width ${width}`);
		}

		const shown = steps.find(({ width }) => width === kernelsAt);
		const lines = theories.map(({ theory, label }, t) => ({
			theory: theory.id,
			label,
			points: steps.flatMap(({ width, wide, answers }) => {
				const { answer } = answers[t]!;
				const measures = answer?.convergence.converged && measuresOf(engine, answer, wide, layer);
				return measures ? [{ width, ...measures }] : [];
			}),
			missing: steps.flatMap(({ width, answers }) => {
				const reason = reasonOf(answers[t]!);
				return reason === undefined ? [] : [{ width, reason }];
			}),
		}));
		const results: AdaptationResults = {
			problem: sweptProblem(problem),
			priorWeightVariance: problem.network.layers[0]!.weightVariance / layer.fanIn,
			widths,
			infiniteWidth: steps.map(({ width, wide, limit: { answer, emergentScale, outputScale } }) => ({
				width,
				...measuresOf(engine, answer, wide, layer)!,
				emergentScale,
				crossoverWidth: outputScale * emergentScale,
				outputScale,
				noiseVariance: wide.noiseVariance,
			})),
			theories: lines,
			...(sampled.length > 0 && {
				sampled: sampled.map(({ width, wide, network }) => ({
					width,
					...sampledMeasures(engine, network, wide, layer),
				})),
			}),
			...(shown && {
				kernels: adaptedKernels(
					shown.width,
					shown.wide,
					shown.limit.answer,
					shown.answers.flatMap(({ label, answer }) => (answer === undefined ? [] : [{ label, answer }])),
					sampled.find(({ width }) => width === shown.width)?.network.answer,
				),
			}),
		};
		return {
			analysis: "kernel-adaptation",
			options: {
				...given,
				widths,
				...(layer.direction && { teacherDirection: given.teacherDirection ?? Array.from(layer.direction) }),
				sampling: sampling && { ...sampling, at },
				kernelsAt,
			},
			results,
			convergence: sweepConvergence({
				...(sampled.length < at.length && { interrupted: "larger widths were not sampled" }),
				stuck: sampled
					.filter(({ network }) => !network.answer.convergence.converged)
					.map(({ width }) => width),
				unsolved: theories.map(({ label }, t) => ({
					label,
					widths: steps
						.filter(({ answers }) => answers[t]!.answer?.convergence.converged === false)
						.map(({ width }) => width),
				})),
			}),
			validity: validityNotes(problem, results, steps[0]!.answers),
			absent: absentReasons(results, sampling !== false, layer.noDirection),
		};
	},
	table: adaptationTable,
};

/** The problem at one width of the sweep. */
function problemAt(problem: Problem, width: number, given: AdaptationOptions): Problem {
	const wide = problemOfWidth(problem, width, given.noiseScaling, given.layer);
	return given.outputScale === "fixed" ? withFixedOutputScale(problem, wide) : wide;
}

/** What became of one theory at one width. */
interface Solved {
	readonly label: string;
	readonly answer?: Answer;
	/** Why the theory refused. */
	readonly refusal?: string;
}

function solved(
	{ theory, options: theoryOptions, label }: ChosenTheory,
	problem: Problem,
	{ engine, clock }: AnalysisContext,
): Solved {
	try {
		return { label, answer: solveTheory(theory, problem, theoryOptions, { engine, clock }) };
	} catch (error) {
		if (!isInputError(error)) throw error;
		return { label, refusal: error.message };
	}
}

function reasonOf({ answer, refusal }: Solved): string | undefined {
	if (answer === undefined) return refusal!;
	if (!answer.convergence.converged) return "not converged";
	return answer.trainMean === undefined ? "no posterior mean" : undefined;
}
