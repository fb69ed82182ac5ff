import type { AnalysisAnswer } from "../analyses/analysis.ts";
import { codingFigure } from "./coding-schemes.ts";
import { criticalityFigure } from "./criticality.ts";
import { equivalentFigure } from "./equivalent-linear-model.ts";
import { gapFigure } from "./generalization-gap.ts";
import { adaptedKernelsFigure } from "./kernel-adaptation/kernels-figure.ts";
import { adaptationFigure } from "./kernel-adaptation.ts";
import { transitionFigure } from "./lazy-rich-transition.ts";
import { residualScalingFigure } from "./residual-scaling.ts";
import { regimesFigure } from "./scaling-regimes.ts";
import type { FigureDocument } from "./svg-node.ts";
import { overlapFigure } from "./teacher-overlap.ts";
import { widthScalingFigure } from "./width-scaling.ts";

type Draw = (title: string, answer: never, document: FigureDocument) => string | undefined;

/** The figures of each analysis, apart from the analyses themselves: drawing needs a library that computing does not. */
const FIGURES: Readonly<Record<string, Readonly<Record<string, Draw>>>> = {
	"lazy-rich-transition": { figure: transitionFigure },
	"width-scaling": { figure: widthScalingFigure },
	"scaling-regimes": { figure: regimesFigure },
	"kernel-adaptation": { figure: adaptationFigure, kernels: adaptedKernelsFigure },
	"generalization-gap": { figure: gapFigure },
	"equivalent-linear-model": { figure: equivalentFigure },
	"teacher-overlap": { figure: overlapFigure },
	"residual-scaling": { figure: residualScalingFigure },
	criticality: { figure: criticalityFigure },
	"coding-schemes": { figure: codingFigure },
};

/**
 * The figures of an analysis by name, the main one `figure`: standalone SVG documents, the same bytes for the same answer.
 * Those that the answer has nothing to draw for are left out.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 * @throws RangeError for an analysis that has no figure
 */
export function analysisFigures(
	title: string,
	answer: AnalysisAnswer,
	document: FigureDocument,
): Readonly<Record<string, string>> {
	const figures = FIGURES[answer.analysis];
	if (figures === undefined) throw new RangeError(`analysisFigures: ${answer.analysis} has no figure.`);
	return Object.fromEntries(
		Object.entries(figures).flatMap(([name, draw]) => {
			const svg = draw(title, answer as never, document);
			return svg === undefined ? [] : [[name, svg]];
		}),
	);
}
