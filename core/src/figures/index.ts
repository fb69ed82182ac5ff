export { analysisFigures } from "./analysis-figure.ts";
export { compareFigure } from "./compare.ts";
export { type ComparedSamples, comparisonFigureData } from "./comparison-data.ts";
export type * from "./figure-data.ts";
export { kernelsFigure } from "./kernels.ts";
export { learningCurveFigure } from "./learning-curve.ts";
export type { FigureDocument } from "./svg-node.ts";
export { theoryMapFigure } from "./theory-map.ts";
