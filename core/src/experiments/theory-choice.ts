import type { Answer } from "../answer/answer.ts";
import { InputError, isInputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import { findTheory } from "../theories/registry.ts";
import { parseOptions, solveTheory } from "../theories/solve.ts";
import type { Theory } from "../theories/theory.ts";
import type { OutcomeContext } from "./outcomes.ts";
import type { TheoryEntry } from "./theory-entry.ts";

/** A theory with the options that the file gives, and the name of its line. */
export interface ChosenTheory {
	readonly theory: Theory;
	readonly options: Readonly<Record<string, unknown>>;
	/** "self-consistent (variant loop)". */
	readonly label: string;
}

/**
 * @param list the field that holds the entries
 * @throws InputError for an unknown theory or option, and for two lines of one name.
 */
export function chosenTheories(entries: readonly TheoryEntry[], list = "options.theories"): ChosenTheory[] {
	const labels = new Set<string>();
	return entries.map((entry, i) => {
		const { id, options } = typeof entry === "string" ? { id: entry, options: {} } : entry;
		const where = `${list}[${i}]`;
		const theory = findTheory(id, where);
		parseOptions(theory, options, `${where}.options`);
		const label = labelOf(theory.id, options);
		if (labels.has(label)) throw new InputError({ where, wanted: "every line once", got: `${label} again` });
		labels.add(label);
		return { theory, options, label };
	});
}

function labelOf(id: string, options: object): string {
	const given = Object.entries(options).map(([name, value]) => `${name} ${String(value)}`);
	return given.length === 0 ? id : `${id} (${given.join(", ")})`;
}

/** What became of one theory at one step of a sweep. */
export interface TheoryAnswer {
	readonly label: string;
	/** Absent where the theory refused. */
	readonly answer?: Answer;
	/** Why there are no numbers. */
	readonly reason?: string;
}

/** The answer of a chosen theory; a refusal and a failure to converge are reasons, not errors. */
export function solveChosen(
	{ theory, options, label }: ChosenTheory,
	problem: Problem,
	{ engine, clock }: Pick<OutcomeContext, "engine" | "clock">,
): TheoryAnswer {
	try {
		const answer = solveTheory(theory, problem, options, { engine, clock });
		if (!answer.convergence.converged) return { label, answer, reason: "not converged" };
		return { label, answer, ...(answer.trainMean === undefined && { reason: "no posterior mean" }) };
	} catch (error) {
		if (!isInputError(error)) throw error;
		return { label, reason: error.message };
	}
}
