import { InputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import type { Theory } from "./theory.ts";

/** @throws InputError whose message is the theory's sentence, when it does not answer this problem. */
export function requireApplicable<Options extends object>(theory: Theory<Options>, problem: Problem): void {
	const applies = theory.applies(problem);
	if (applies === true) return;
	throw new InputError({
		where: theory.id,
		wanted: "a problem that this theory answers",
		got: "another",
		sentence: applies,
	});
}
