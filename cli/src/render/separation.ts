/** The section of `finitude compare` on what the theories assume of the hidden layers. */
import type { SampledComparison } from "../comparison/run-comparison.ts";
import { layerTable } from "../results/layer-table.ts";
import { outputColors } from "./color.ts";

/** Heading, table, what its columns are, a line for each assumption, and why something is missing. */
export function renderSeparation({
	separation,
	answer,
}: Pick<SampledComparison, "separation"> & {
	answer: Pick<SampledComparison["answer"], "convergence">;
}): string[] {
	const { layers, assumptions } = separation;
	const lines = [outputColors.bold("does the theory's assumption hold here?"), "", layerTable(layers), ""];
	lines.push(
		"excess kurtosis: of a unit along the direction in which the data pull, 0 if Gaussian. kernel: feature kernel of the layer. fluctuates: between draws, relative; " +
			"chance: for independent units. changed: from infinite width, relative; captured: the share that Gaussian units with the sampled second moments explain.",
	);
	if (assumptions.length > 0) {
		lines.push(
			"",
			...assumptions.map(({ sentence }) => `  ${sentence}`),
			"",
			"small: up to 10 %, moderate: up to a third, large: beyond; a kurtosis counts as a third of itself. A violation need not spoil a prediction: " +
				"the distances above say by how much a theory errs, these lines why it might. See docs/separation-of-scales.md.",
		);
	}
	if (!answer.convergence.converged) {
		lines.push(
			"",
			"No judgment: the sampler has not converged, and these numbers describe its draws, not the posterior.",
		);
	}
	const reasons = layers.flatMap(({ absent }, l) => reasonsOf(absent, l));
	if (reasons.length > 0) lines.push("", ...reasons.map((reason) => `  ${reason}`));
	return lines;
}

/** One line for each reason. */
function reasonsOf(absent: Readonly<Record<string, string>>, layer: number): string[] {
	return [...new Set(Object.values(absent))].map((reason) => {
		const names = Object.keys(absent).filter((name) => absent[name] === reason);
		return `layer ${layer + 1} without ${names.join(", ")}: ${reason}`;
	});
}
