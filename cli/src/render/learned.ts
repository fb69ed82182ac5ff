/** The section of `finitude compare` on what was learned. */
import { AGREEMENT, comparisonQuantities } from "@finitude/core";
import type { ComparisonRun } from "../comparison/run-comparison.ts";
import { outputColors } from "./color.ts";
import { layerTables } from "./probing.ts";

/** Heading, a table for each layer, and what its numbers are. */
export function renderLearned({ learned }: Pick<ComparisonRun, "learned">): string[] {
	const heading = outputColors.bold("what was learned?");
	if (typeof learned === "string")
		return [heading, "", `no kernels of the prior to compare with: ${learned}`];
	const star =
		learned.sampled?.converged === true
			? ` *: off the sampled network by more than ${AGREEMENT} Monte-Carlo standard errors.`
			: "";
	return [
		heading,
		"",
		...layerTables(learned, comparisonQuantities),
		"",
		`Layers are kernels of pre-activations.${star} More: finitude probe, docs/probes.md.`,
	];
}
