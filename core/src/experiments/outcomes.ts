/** Every theory's answer to one problem, or the sentence that says why there is none. */
import type { Engine } from "@finitude/engine";
import { isInputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import type { ReportedAnswer } from "../theories/solve.ts";
import { solveTheory } from "../theories/solve.ts";
import type { Theory } from "../theories/theory.ts";

export interface TheoryChoice {
	readonly theory: Theory;
	readonly options: Readonly<Record<string, unknown>>;
}

export type TheoryOutcome =
	| { readonly theory: string; readonly answer: ReportedAnswer }
	/** The theory does not apply, or cannot solve these numbers: one sentence. */
	| { readonly theory: string; readonly reason: string };

export interface OutcomeContext {
	readonly engine: Engine;
	readonly covariance?: boolean;
	/** Seconds from any fixed point. */
	readonly clock: () => number;
	/** Called before each theory. */
	readonly onTheory?: (id: string) => void;
	/** Ends early, with the theories solved so far, when true. */
	readonly shouldStop?: () => boolean;
}

/**
 * Solves every theory that applies. A refusal is an outcome, not an exception; a wrong option is an exception, since
 * another run with the same file would not help.
 * @throws InputError when an option is unknown or has a wrong value.
 */
export function solveTheories(
	problem: Problem,
	choices: readonly TheoryChoice[],
	context: OutcomeContext,
): TheoryOutcome[] {
	const outcomes: TheoryOutcome[] = [];
	for (const { theory, options } of choices) {
		if (context.shouldStop?.()) break;
		const applies = theory.applies(problem);
		if (applies !== true) {
			outcomes.push({ theory: theory.id, reason: applies });
			continue;
		}
		context.onTheory?.(theory.id);
		const parsed = theory.options.safeParse(options);
		try {
			outcomes.push({ theory: theory.id, answer: solveTheory(theory, problem, options, context) });
		} catch (error) {
			if (!isInputError(error) || !parsed.success) throw error;
			outcomes.push({ theory: theory.id, reason: error.message });
		}
	}
	return outcomes;
}
