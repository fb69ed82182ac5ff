/** The figure of `finitude compare`. */
import type { Experiment } from "@finitude/core";
import { compareFigure, comparisonFigureData } from "@finitude/core/figures";
import type { ComparisonRun } from "../comparison/run-comparison.ts";
import { createDocument } from "./document.ts";

/** A standalone SVG document; undefined when no theory gave a mean, which leaves nothing to draw. */
export function comparisonFigure(run: ComparisonRun, experiment: Experiment): string | undefined {
	const answers = run.outcomes.flatMap((outcome) => ("answer" in outcome ? [outcome.answer] : []));
	const data = comparisonFigureData(experiment, answers, run.sampling);
	return data.theories.length === 0 ? undefined : compareFigure(data, createDocument());
}
