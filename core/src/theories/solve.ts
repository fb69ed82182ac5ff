import type { Answer } from "../answer/answer.ts";
import { type ComputationRecord, computationRecord } from "../answer/record.ts";
import { InputError } from "../errors.ts";
import { alternatives, describeValue, fieldName, parseWith } from "../problem/faults.ts";
import { checkProblem } from "../problem/parse-problem.ts";
import type { Problem } from "../problem/problem.ts";
import { requireApplicable } from "./applicability.ts";
import type { SolveContext, Theory } from "./theory.ts";

/** An answer with the record of how it was computed. */
export interface ReportedAnswer extends Answer, ComputationRecord {}

/** A context with a clock, since the core has none. */
export interface TimedSolveContext extends SolveContext {
	/** Seconds from any fixed point. */
	readonly clock: () => number;
}

/**
 * One theory, one problem, options as a user wrote them.
 *
 * @throws InputError when the problem is not sound (`checkProblem`) or the theory does not apply to it, an option is unknown or wrong, or the numbers make the problem
 * unsolvable or overflow.
 */
export function solveTheory<Options extends object>(
	theory: Theory<Options>,
	problem: Problem,
	rawOptions: object,
	{ clock, ...context }: TimedSolveContext,
): ReportedAnswer {
	const options = parseOptions(theory, rawOptions);
	checkProblem(problem);
	requireApplicable(theory, problem);
	refuseOverflow(problem);
	const start = clock();
	const answer = theory.solve(problem, options, context);
	return { ...answer, ...computationRecord(context.engine, clock() - start, options) };
}

/** The log evidence holds |y|^2 / kappa. */
function refuseOverflow({ trainTargets, noiseVariance }: Problem): void {
	const square = trainTargets.data.reduce((sum, y) => sum + y * y, 0);
	if (Number.isFinite(square) && (noiseVariance === 0 || Number.isFinite(square / noiseVariance))) return;
	throw new InputError({
		where: "trainTargets",
		wanted: "targets whose squares, also over noiseVariance, do not overflow",
		got: `a sum of squares of ${square.toExponential(1)} and noiseVariance ${noiseVariance}`,
		advice: "Rescale trainTargets.",
	});
}

/** The options with defaults filled in. @param where The field that holds them. @throws InputError for the first that is unknown or wrong. */
export function parseOptions<Options extends object>(
	theory: Theory<Options>,
	raw: object,
	where = "options",
): Options {
	const result = theory.options.safeParse(raw);
	if (result.success) return result.data;
	const issue = result.error.issues[0]!;
	if (issue.code === "invalid_value") {
		const name = fieldName(issue.path);
		const wanted = alternatives(issue.values);
		const got = describeValue((raw as Record<string, unknown>)[name]);
		throw new InputError({ where: name, wanted, got, sentence: `${name} must be ${wanted}; got ${got}.` });
	}
	return parseWith(theory.options, raw, where);
}
