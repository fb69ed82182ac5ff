import { InputError } from "../errors.ts";
import { hasResidualBlocks } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import type { Theory } from "./theory.ts";

/**
 * `applies` of a theory whose equations know no residual blocks: these are refused before anything else is asked.
 * @param applies of networks without them; every one where left out
 */
export function withoutResidualBlocks(
	id: string,
	applies: Theory["applies"] = () => true,
): Theory["applies"] {
	return (problem) =>
		hasResidualBlocks(problem.network)
			? `${id} has no equations for residual blocks. Use nngp, or sample the network with hmc.`
			: applies(problem);
}

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
