import type { AnalysisAnswer } from "../analyses/analysis.ts";
import { transitionFigure } from "./lazy-rich-transition.ts";
import type { FigureDocument } from "./svg-node.ts";
import { widthScalingFigure } from "./width-scaling.ts";

/** The figure of each analysis, apart from the analyses themselves: drawing needs a library that computing does not. */
const FIGURES: Readonly<
	Record<string, (title: string, answer: never, document: FigureDocument) => string | undefined>
> = {
	"lazy-rich-transition": transitionFigure,
	"width-scaling": widthScalingFigure,
};

/**
 * The figure of an analysis: a standalone SVG document, the same bytes for the same answer. Undefined where the answer has
 * nothing to draw.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 * @throws RangeError for an analysis that has no figure
 */
export function analysisFigure(
	title: string,
	answer: AnalysisAnswer,
	document: FigureDocument,
): string | undefined {
	const draw = FIGURES[answer.analysis];
	if (draw === undefined) throw new RangeError(`analysisFigure: ${answer.analysis} has no figure.`);
	return draw(title, answer as never, document);
}
