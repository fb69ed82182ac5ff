import { type ComputationRecord, computationRecord } from "../answer/record.ts";
import { InputError } from "../errors.ts";
import { parseWith } from "../problem/faults.ts";
import type { Analysis, AnalysisAnswer, AnalysisContext, AnalysisInput, Subject } from "./analysis.ts";

/** An answer with the record of how it was computed. */
export type ReportedAnalysis<
	Options extends object = object,
	Results extends object = object,
> = AnalysisAnswer<Options, Results> & Omit<ComputationRecord, "options">;

/**
 * One analysis with options as a user wrote them.
 *
 * @throws InputError when an option is missing, unknown or wrong, a problem or a network is missing or too much, or the numbers
 * cannot be analyzed.
 */
export async function solveAnalysis<Options extends object, Results extends object>(
	analysis: Analysis<Options, Results>,
	input: AnalysisInput,
	rawOptions: object,
	context: AnalysisContext,
): Promise<ReportedAnalysis<Options, Results>> {
	const options = parseWith(analysis.options, rawOptions, "options");
	requireSubject(analysis, input);
	const start = context.clock();
	const answer = await analysis.solve(input, options, context);
	const seconds = context.clock() - start;
	const { options: _, ...record } = computationRecord(context.engine, seconds, answer.options);
	return { ...answer, ...record };
}

const WANTED: Readonly<Record<Subject, (id: string) => string>> = {
	problem: (id) => `a problem, or data, network and noiseVariance, for ${id}`,
	network: (id) => `network and noiseVariance, for ${id}`,
	options: (id) => `options only, since ${id} analyzes no data set`,
};

const GOT: Readonly<Record<Subject, string>> = {
	problem: "a problem",
	network: "a network without data",
	options: "nothing",
};

function requireSubject(
	{ id, subjects }: Pick<Analysis, "id" | "subjects">,
	{ problem, setting }: AnalysisInput,
) {
	const given: Subject = problem ? "problem" : setting ? "network" : "options";
	if (subjects.includes(given)) return;
	const wanted = subjects[0]!;
	throw new InputError({
		where: wanted === "network" ? "network" : "problem",
		wanted: WANTED[wanted](id),
		got: GOT[given],
		...(wanted === "options" && { advice: "Leave it out." }),
	});
}
