/** The results of a scan over widths, theory by theory. */
import type { ValidityNote } from "../../answer/answer.ts";
import { comparedPoints } from "../../experiments/comparison.ts";
import type { ChosenTheory } from "../../experiments/theory-choice.ts";
import type { Problem } from "../../problem/problem.ts";
import type { AnalysisAnswer, AnalysisTable } from "../analysis.ts";
import { type SweptProblem, sweptProblem } from "../sweep.ts";
import { fittedExponent, RESOLVED, rootMeanSquare } from "./measured-errors.ts";
import type { WidthScalingOptions } from "./options.ts";
import type { ReferenceMean } from "./reference.ts";

/** What became of one theory at one width. */
export type Measurement =
	| { readonly converged: boolean; readonly error: number }
	| { readonly converged: boolean; readonly reason: string };

/** All theories at one width, in order. */
export interface WidthMeasurement {
	readonly width: number;
	readonly truth: ReferenceMean;
	readonly theories: readonly Measurement[];
}

/** One line of the figure. */
export interface TheoryErrors {
	readonly theory: string;
	/** The id, with the options that were given. */
	readonly label: string;
	readonly widths: readonly number[];
	/** Root mean square over the compared points of theory - reference, for each of `widths`. */
	readonly error: readonly number[];
	/** Whether the error exceeds twice the noise floor; below it may be noise alone. */
	readonly resolved: readonly boolean[];
	/** p of error ~ N^p over the resolved errors, where there are three or more. */
	readonly exponent?: number;
	/** Widths without an error, and why. */
	readonly missing: readonly { readonly width: number; readonly reason: string }[];
}

export interface WidthScalingResults {
	readonly problem: SweptProblem;
	readonly points: "train" | "test";
	readonly reference: "exact" | "sampled";
	readonly widths: readonly number[];
	/** Root mean square of the reference mean itself, for each width: the scale of the errors. */
	readonly scale: readonly number[];
	/** Root mean square of its Monte-Carlo standard error, where it is sampled. */
	readonly noiseFloor?: readonly number[];
	readonly theories: readonly TheoryErrors[];
}

export function widthScalingResults(
	problem: Problem,
	chosen: readonly ChosenTheory[],
	measured: readonly WidthMeasurement[],
	reference: WidthScalingResults["reference"],
): WidthScalingResults {
	return {
		problem: sweptProblem(problem),
		points: comparedPoints(problem),
		reference,
		widths: measured.map(({ width }) => width),
		scale: measured.map(({ truth }) => rootMeanSquare(truth.mean)),
		...(reference === "sampled" && { noiseFloor: measured.map(({ truth }) => noiseFloor(truth)) }),
		theories: chosen.map((choice, t) => errorsOf(choice, t, measured)),
	};
}

/** 0 of an exact mean. */
function noiseFloor({ standardError }: ReferenceMean): number {
	return standardError === undefined ? 0 : rootMeanSquare(standardError);
}

function errorsOf(
	{ theory, label }: ChosenTheory,
	t: number,
	measured: readonly WidthMeasurement[],
): TheoryErrors {
	const given = measured.flatMap(({ width, truth, theories }) => {
		const measurement = theories[t]!;
		return "error" in measurement ? [{ width, error: measurement.error, floor: noiseFloor(truth) }] : [];
	});
	const resolved = given.map(({ error, floor }) => error > RESOLVED * floor);
	const clear = given.filter((_, i) => resolved[i]);
	const exponent = fittedExponent(
		clear.map(({ width }) => width),
		clear.map(({ error }) => error),
	);
	return {
		theory: theory.id,
		label,
		widths: given.map(({ width }) => width),
		error: given.map(({ error }) => error),
		resolved,
		...(exponent !== undefined && { exponent }),
		missing: measured.flatMap(({ width, theories }) => {
			const measurement = theories[t]!;
			return "reason" in measurement ? [{ width, reason: measurement.reason }] : [];
		}),
	};
}

export function validityNotes(problem: Problem, measured: readonly WidthMeasurement[]): ValidityNote[] {
	const narrowest = measured[0];
	if (narrowest === undefined) return [];
	const points = problem.trainInputs.rows;
	return [
		{
			name: "P/N",
			value: points / narrowest.width,
			message: `${points} points and at the fewest ${narrowest.width} units: expansions in 1/N hold where P/N is small`,
		},
	];
}

/** One line for each width and theory. */
export function widthScalingTable({
	results: { widths, noiseFloor: floors, theories },
}: AnalysisAnswer<WidthScalingOptions, WidthScalingResults>): AnalysisTable {
	return {
		columns: ["width", "theory", "error", "noiseFloor", "resolved", "reason"],
		rows: widths.flatMap((width, i) =>
			theories.map(({ label, widths: given, error, resolved, missing }) => {
				const at = given.indexOf(width);
				const reason = missing.find((one) => one.width === width)?.reason ?? "";
				const cells = at < 0 ? ["", ""] : [error[at]!, resolved[at] ? "yes" : "no"];
				return [width, label, cells[0]!, floors?.[i] ?? "", cells[1]!, reason];
			}),
		),
	};
}
