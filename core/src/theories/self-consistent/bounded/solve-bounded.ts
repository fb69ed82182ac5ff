import type { Matrix } from "@finitude/engine";
import type { Answer } from "../../../answer/answer.ts";
import { priorKernels } from "../../../kernels/prior-kernels.ts";
import type { Problem } from "../../../problem/problem.ts";
import { judgedNumbers, lastChanges } from "../../../tilted-unit/index.ts";
import { factorKernel } from "../../kernel-factor.ts";
import type { SolveContext } from "../../theory.ts";
import type { PointValues } from "../cumulant-function.ts";
import type { Starts } from "../model.ts";
import { solveTree } from "../tree.ts";
import { solveVariant, type Variant } from "../variants.ts";
import { largestMagnitude } from "../vectors.ts";
import { type BoundedModel, boundedModel } from "./bounded-model.ts";
import { quadratureOf } from "./quadrature.ts";
import { type IntegrationReport, integrationNotes, isTrusted, UNKNOWN } from "./validity.ts";

/**
 * The answer for a dense layer with a bounded activation: the variant is solved with rules of rising accuracy, each from the
 * solution of the one before, until the means stand still or the next rule would be too large.
 *
 * @throws InputError when the prior kernel plus kappa I is not numerically positive definite
 */
export function solveBounded(variant: Variant, problem: Problem, context: SolveContext): Answer {
	const { engine } = context;
	factorKernel(engine, priorKernels(engine, problem).output.train, problem.noiseVariance);
	const quadrature = quadratureOf(engine, problem);
	const scale = largestMagnitude(problem.trainTargets.data);
	let starts: Starts = { tree: quadrature.tau };
	let before: Level | undefined;
	let iterations = 0;
	for (let level = 0; ; level++) {
		const rule = quadrature.rule(level);
		context.onProgress?.(1 - 2 ** -level, `averages over the weights by ${rule.count} points`);
		const model = boundedModel(engine, problem, quadrature.unit, rule, starts);
		const found = solveLevel(variant, model, problem, context);
		iterations += found.iterations;
		const change = largestChange(before?.means, found.means);
		const settled = change <= quadrature.tolerance * scale;
		const last = quadrature.rule(level + 1).count > quadrature.mostPoints;
		if (level > 0 && (settled || last || found.means === undefined)) {
			const answer = found.answer(iterations);
			return withReport(withErrors(before!.answer(iterations), answer), {
				quadrature,
				points: rule.count,
				change,
				settled,
				effectiveSampleSize: model.effectiveSampleSize(
					found.starts.loop ?? found.starts.tree ?? quadrature.tau,
				),
				problem,
				covariance: variant === "tree" && (context.covariance ?? false),
			});
		}
		starts = { tree: quadrature.tau, ...found.starts };
		before = found;
	}
}

/** What one rule gives: means to compare, solutions to start the next rule from, and the whole answer where it is the last. */
interface Level {
	/** Absent where the equations were not solved. */
	readonly means: PointValues | undefined;
	readonly starts: Starts;
	readonly iterations: number;
	/** @param iterations those of all rules */
	readonly answer: (iterations: number) => Answer;
}

function solveLevel(variant: Variant, model: BoundedModel, problem: Problem, context: SolveContext): Level {
	const counted = (answer: Answer) => (iterations: number) => ({
		...answer,
		convergence: { ...answer.convergence, iterations },
	});
	if (variant === "tree") {
		const { tau, ...root } = solveTree(
			context.engine,
			model.cumulant,
			model.targets,
			problem.noiseVariance,
			model.starts?.tree,
		);
		const solved = { ...model, starts: { tree: tau } };
		return {
			means: root.converged ? model.means(tau) : undefined,
			starts: solved.starts,
			iterations: root.iterations,
			answer: (iterations) => counted(solveVariant(variant, solved, problem, context))(iterations),
		};
	}
	const answer = solveVariant(variant, model, problem, context);
	const { tau } = answer.orderParameters;
	const kernel = answer.kernels.output as Matrix | undefined;
	return {
		means: answer.trainMean && {
			train: answer.trainMean.data,
			...(answer.testMean && { test: answer.testMean.data }),
		},
		starts: {
			...(Array.isArray(tau) && { loop: Float64Array.from(tau as readonly number[]) }),
			...(kernel && { kernel }),
		},
		iterations: answer.convergence.iterations,
		answer: counted(answer),
	};
}

/** The largest |difference| of the means at training and test points; infinite where there are none. */
function largestChange(before: PointValues | undefined, after: PointValues | undefined): number {
	if (before === undefined || after === undefined) return Number.POSITIVE_INFINITY;
	const change = (x: Float64Array, y: Float64Array) => largestMagnitude(x.map((value, i) => value - y[i]!));
	const train = change(before.train, after.train);
	return before.test && after.test ? Math.max(train, change(before.test, after.test)) : train;
}

/** The answer, where there is one, with what the last refinement changed. */
function withErrors(before: Answer, answer: Answer): Answer {
	const [one, last] = [judgedNumbers(before), judgedNumbers(answer)];
	if (last === undefined) return answer;
	return { ...answer, integrationErrors: one ? lastChanges(one, last) : {} };
}

/** The answer with what is known of its integration; not converged where that is too little. */
function withReport(answer: Answer, report: IntegrationReport): Answer {
	const validity = [...answer.validity, ...integrationNotes(report)];
	if (answer.trainMean === undefined || isTrusted(report)) return { ...answer, validity };
	return {
		...answer,
		validity,
		convergence: {
			...answer.convergence,
			converged: false,
			advice: `The equations were solved, but averages over the weights are known too poorly: ${report.points} points of integration give quadratureError ${Number.isFinite(report.change) ? report.change.toExponential(1) : UNKNOWN} with an effective sample size of ${Math.round(report.effectiveSampleSize)}. Take fewer training points, inputs of lower rank, more noise or a larger width.`,
		},
	};
}
