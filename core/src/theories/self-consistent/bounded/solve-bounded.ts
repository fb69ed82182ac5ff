import type { Matrix } from "@finitude/engine";
import type { Answer } from "../../../answer/answer.ts";
import type { Problem } from "../../../problem/problem.ts";
import type { SolveContext } from "../../theory.ts";
import type { Starts } from "../model.ts";
import { solveVariant, type Variant } from "../variants.ts";
import { largestMagnitude } from "../vectors.ts";
import { boundedModel } from "./bounded-model.ts";
import { type Quadrature, quadratureOf } from "./quadrature.ts";
import { type IntegrationReport, integrationNotes, isTrusted } from "./validity.ts";

/**
 * The answer for a dense layer with a bounded activation: the variant is solved with rules of rising accuracy, each from the
 * solution of the one before, until the means stand still or the next rule would be too large.
 *
 * @throws InputError when K + kappa I is not numerically positive definite
 */
export function solveBounded(variant: Variant, problem: Problem, context: SolveContext): Answer {
	const { engine } = context;
	const quadrature = quadratureOf(engine, problem);
	let starts: Starts = { tree: quadrature.tau };
	let before: Answer | undefined;
	for (let level = 0; ; level++) {
		const rule = quadrature.rule(level);
		const model = boundedModel(engine, problem, quadrature.unit, rule, starts);
		const answer = solveVariant(variant, model, problem, context);
		const change = before === undefined ? Number.POSITIVE_INFINITY : largestChange(before, answer);
		const settled = change <= quadrature.tolerance * largestMagnitude(problem.trainTargets.data);
		const last = quadrature.rule(level + 1).count > quadrature.mostPoints;
		const unsolved = answer.trainMean === undefined;
		if (before !== undefined && (settled || last || unsolved)) {
			const effectiveSampleSize = model.effectiveSampleSize(starts.loop ?? starts.tree!);
			return withReport(answer, {
				quadrature,
				points: rule.count,
				change,
				settled,
				effectiveSampleSize,
				problem,
				covariance: variant === "tree" && (context.covariance ?? false),
			});
		}
		starts = nextStarts(variant, answer, quadrature);
		before = answer;
	}
}

/** The largest |difference| of the means at training and test points; infinite where one of the answers has none. */
function largestChange(a: Answer, b: Answer): number {
	const change = (x?: Matrix, y?: Matrix) =>
		x && y ? largestMagnitude(x.data.map((value, i) => value - y.data[i]!)) : Number.POSITIVE_INFINITY;
	const train = change(a.trainMean, b.trainMean);
	return b.testMean ? Math.max(train, change(a.testMean, b.testMean)) : train;
}

function nextStarts(variant: Variant, answer: Answer, { tau: coarse }: Quadrature): Starts {
	const tau = answer.orderParameters.tau;
	if (Array.isArray(tau)) {
		const found = Float64Array.from(tau as readonly number[]);
		return variant === "tree" ? { tree: found } : { tree: coarse, loop: found };
	}
	const kernel = answer.kernels.output as Matrix | undefined;
	return { tree: coarse, ...(kernel && { kernel }) };
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
			advice: `The equations were solved, but averages over the weights are known too poorly: ${report.points} points of integration give quadratureError ${report.change.toExponential(1)} with an effective sample size of ${Math.round(report.effectiveSampleSize)}. Take fewer training points, inputs of lower rank, more noise or a larger width.`,
		},
	};
}
