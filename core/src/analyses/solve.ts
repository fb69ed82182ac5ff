import { type ComputationRecord, computationRecord } from "../answer/record.ts";
import { InputError } from "../errors.ts";
import { parseWith } from "../problem/faults.ts";
import type { Analysis, AnalysisAnswer, AnalysisContext, AnalysisInput } from "./analysis.ts";

/** An answer with the record of how it was computed. */
export type ReportedAnalysis<
	Options extends object = object,
	Results extends object = object,
> = AnalysisAnswer<Options, Results> & Omit<ComputationRecord, "options">;

/**
 * One analysis with options as a user wrote them.
 *
 * @throws InputError when an option is missing, unknown or wrong, a problem is missing or too much, or the numbers cannot be
 * analyzed.
 */
export async function solveAnalysis<Options extends object, Results extends object>(
	analysis: Analysis<Options, Results>,
	input: AnalysisInput,
	rawOptions: object,
	context: AnalysisContext,
): Promise<ReportedAnalysis<Options, Results>> {
	const options = parseWith(analysis.options, rawOptions, "options");
	requireProblem(analysis, input);
	const start = context.clock();
	const answer = await analysis.solve(input, options, context);
	const seconds = context.clock() - start;
	const { options: _, ...record } = computationRecord(context.engine, seconds, answer.options);
	return { ...answer, ...record };
}

function requireProblem(
	{ id, needsProblem }: Pick<Analysis, "id" | "needsProblem">,
	{ problem }: AnalysisInput,
) {
	if ((problem !== undefined) === needsProblem) return;
	throw new InputError(
		needsProblem
			? {
					where: "problem",
					wanted: `a problem, or data, network and noiseVariance, for ${id}`,
					got: "nothing",
				}
			: {
					where: "problem",
					wanted: `options only, since ${id} analyzes no data set`,
					got: "a problem",
					advice: "Leave it out.",
				},
	);
}
