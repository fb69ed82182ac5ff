/** The page of figures that says what was learned. */
import type { Experiment, ProbedExperiment } from "@finitude/core";
import { featuresFigure, problemSubtitle } from "@finitude/core/figures";
import type { ResultFiles } from "../results/folder.ts";
import { createDocument } from "./document.ts";
import { renderPng } from "./png.ts";

/** Pixels of features.png per pixel of the page, which is long. */
const SCALE = 1.5;

/** features.svg and features.png; nothing where there is nothing to draw. */
export function featuresFiles(probed: ProbedExperiment, experiment: Experiment): ResultFiles {
	const svg = featuresFigure(
		{
			title: `${experiment.name}: what was learned`,
			subtitle: problemSubtitle(experiment.problem),
			probed,
			order: byTarget(experiment),
			axisLabel: "training point, sorted by target",
		},
		createDocument(),
	);
	return svg === undefined ? {} : { "features.svg": svg, "features.png": renderPng(svg, SCALE) };
}

/** Points in the order of their first target; of several outputs the next ones decide between equals. */
function byTarget({ problem: { trainTargets } }: Experiment): number[] {
	const { rows, columns, data } = trainTargets;
	return Array.from({ length: rows }, (_, i) => i).sort((a, b) => {
		for (let k = 0; k < columns; k++) {
			const difference = data[a * columns + k]! - data[b * columns + k]!;
			if (difference !== 0) return difference;
		}
		return a - b;
	});
}
