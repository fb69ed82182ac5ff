/** Every theory's answer to one problem, or the sentence that says why there is none. */
import type { Engine } from "@finitude/engine";
import { isInputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import { findTheory, theories } from "../theories/registry.ts";
import { parseOptions, type ReportedAnswer, solveTheory } from "../theories/solve.ts";
import type { Theory } from "../theories/theory.ts";
import type { TheoryChoice } from "./experiment.ts";

/** What became of one theory. */
export type TheoryOutcome =
	| { readonly theory: string; readonly answer: ReportedAnswer }
	/** The theory does not apply, or cannot solve these numbers: one sentence. */
	| { readonly theory: string; readonly reason: string };

/** What solving needs from its caller. */
export interface OutcomeContext {
	readonly engine: Engine;
	readonly covariance?: boolean;
	/** Seconds from any fixed point. */
	readonly clock: () => number;
	/** Told each outcome as soon as it is there. */
	readonly onOutcome?: (outcome: TheoryOutcome) => void;
	/** Told from time to time how far a long solve is. */
	readonly onProgress?: (theory: string, fraction: number, message: string) => void;
}

/** A theory that is to be solved, or the sentence that says why it is left out. */
export type PlannedTheory = TheoryChoice | Extract<TheoryOutcome, { readonly reason: string }>;

/**
 * The theories chosen, in order; "all": every one there is, without those whose default options repeat another.
 * @throws InputError when a theory is unknown, or an option is unknown or has a wrong value.
 */
export function plannedTheories(choices: "all" | readonly TheoryChoice[]): PlannedTheory[] {
	if (choices === "all") {
		return theories.map(({ id, repeats }) =>
			repeats
				? { theory: id, reason: `${id} with its default options is ${repeats}; name it with others.` }
				: { id, options: {} },
		);
	}
	for (const { id, options } of choices) parseOptions(findTheory(id), options);
	return [...choices];
}

/**
 * Solves every theory chosen ("all": every one there is). A refusal is an outcome, not an exception; a wrong option is an
 * exception, since another run with the same file would not help.
 * @throws InputError as `plannedTheories` does.
 */
export function solveTheories(
	problem: Problem,
	choices: "all" | readonly TheoryChoice[],
	context: OutcomeContext,
): TheoryOutcome[] {
	return plannedTheories(choices).map((planned) => {
		const outcome =
			"reason" in planned ? planned : outcomeOf(findTheory(planned.id), problem, planned.options, context);
		context.onOutcome?.(outcome);
		return outcome;
	});
}

function outcomeOf(
	theory: Theory,
	problem: Problem,
	options: object,
	context: OutcomeContext,
): TheoryOutcome {
	const applies = theory.applies(problem);
	if (applies !== true) return { theory: theory.id, reason: applies };
	try {
		const { onProgress, ...rest } = context;
		const report =
			onProgress && ((fraction: number, message: string) => onProgress(theory.id, fraction, message));
		const answer = solveTheory(theory, problem, options, { ...rest, ...(report && { onProgress: report }) });
		return { theory: theory.id, answer };
	} catch (error) {
		if (!isInputError(error)) throw error;
		return { theory: theory.id, reason: error.message };
	}
}
