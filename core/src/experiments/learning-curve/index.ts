/** Test error against the number of training points and against the width. */
export type { Average } from "./averages.ts";
export type { CurvePoint, SampledPoint, TheoryPoint } from "./curve-point.ts";
export { type CurveCell, type LearningCurve, resolveLearningCurve } from "./learning-curve.ts";
export { type MeasureContext, measureLearningCurve } from "./measure.ts";
export type { CurveErrors, CurveMeasurement, CurveQuantity } from "./measurement.ts";
export type { ErrorDifference } from "./nearest.ts";
export { type LearningCurveResults, learningCurveResults, type WidthCurve } from "./results.ts";
export type { LearningCurveSettings } from "./settings.ts";
export { learningCurveTable, publishedGapLine } from "./table.ts";
