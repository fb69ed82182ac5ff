import { findNamed } from "../find-named.ts";
import type { Analysis } from "./analysis.ts";
import { codingSchemes } from "./coding-schemes.ts";
import { criticality } from "./criticality.ts";
import { equivalentLinearModel } from "./equivalent-linear-model.ts";
import { generalizationGap } from "./generalization-gap.ts";
import { kernelAdaptation } from "./kernel-adaptation.ts";
import { lazyRichTransition } from "./lazy-rich-transition.ts";
import { residualScaling } from "./residual-scaling.ts";
import { scalingRegimes } from "./scaling-regimes.ts";
import { teacherOverlap } from "./teacher-overlap.ts";
import { widthScaling } from "./width-scaling.ts";

/** Every analysis, in the order in which tables show them. */
export const analyses: readonly Analysis[] = [
	asAnalysis(lazyRichTransition),
	asAnalysis(widthScaling),
	asAnalysis(scalingRegimes),
	asAnalysis(kernelAdaptation),
	asAnalysis(generalizationGap),
	asAnalysis(equivalentLinearModel),
	asAnalysis(teacherOverlap),
	asAnalysis(residualScaling),
	asAnalysis(criticality),
	asAnalysis(codingSchemes),
];

/** Options are checked against the analysis's own schema before `solve` sees them, so the list need not know their types. */
function asAnalysis<Options extends object, Results extends object>(
	analysis: Analysis<Options, Results>,
): Analysis {
	return analysis as unknown as Analysis;
}

/** The analysis of that id or alias. @param where The field that names it. @throws InputError with all ids when there is none. */
export function findAnalysis(idOrAlias: string, where = "analysis"): Analysis {
	return findNamed(analyses, idOrAlias, where);
}
