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

/**
 * Solves every theory chosen ("all": every one there is). A refusal is an outcome, not an exception; a wrong option is an
 * exception, since another run with the same file would not help.
 * @throws InputError when a theory is unknown, or an option is unknown or has a wrong value.
 */
export function solveTheories(
	problem: Problem,
	choices: "all" | readonly TheoryChoice[],
	context: OutcomeContext,
): TheoryOutcome[] {
	const chosen =
		choices === "all"
			? theories.map((theory) => ({ theory, options: {} }))
			: choices.map(({ id, options }) => ({ theory: findTheory(id), options }));
	for (const { theory, options } of chosen) parseOptions(theory, options);
	return chosen.map(({ theory, options }) => {
		const repeated = choices === "all" ? theory.repeats : undefined;
		const outcome = repeated
			? {
					theory: theory.id,
					reason: `${theory.id} with its default options is ${repeated}; name it with others.`,
				}
			: outcomeOf(theory, problem, options, context);
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
