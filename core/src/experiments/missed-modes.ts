/** A sign that the sampler has missed a mode, which nothing in its chains can show. */
import type { Answer, SampledAnswer } from "../answer/answer.ts";

/** e^3 = 20 times the evidence: beyond what theories that are any good err by. */
const MARGIN = 3;

/** Beside it, so many Monte-Carlo standard errors: a chance difference has a probability of 6e-5. */
const STANDARD_ERRORS = 4;

/**
 * Chains that all sit in one mode agree with each other, and their log evidence is that of the mode. A theory whose log evidence
 * is far above it is wrong here, or knows of a mode that holds most of the posterior: one sentence for each such theory.
 */
export function missedModes(
	theories: readonly Pick<Answer, "theory" | "logEvidence" | "convergence">[],
	{ logEvidence, logEvidenceStandardError }: Pick<SampledAnswer, "logEvidence" | "logEvidenceStandardError">,
): string[] {
	if (logEvidence === undefined || logEvidenceStandardError === undefined) return [];
	const least = Math.max(MARGIN, STANDARD_ERRORS * logEvidenceStandardError);
	return theories.flatMap(({ theory, logEvidence: claimed, convergence }) => {
		if (claimed === undefined || !convergence.converged || !(claimed - logEvidence > least)) return [];
		return [
			`The log evidence of ${theory} is ${(claimed - logEvidence).toFixed(1)} above the sampled one: ${theory} is wrong here, or the chains have ` +
				"missed a mode that holds most of the posterior, which R-hat cannot show. Try more replicas (--temper) or another sampler.",
		];
	});
}
