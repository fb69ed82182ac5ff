export * from "./activations/index.ts";
export * from "./analyses/index.ts";
export * from "./answer/answer.ts";
export { answerToJson, type Json } from "./answer/json.ts";
export { type ComputationRecord, computationRecord } from "./answer/record.ts";
export { type LabeledImages, readCifar10 } from "./data/cifar10.ts";
export type { ClassTargets } from "./data/classes.ts";
export { type CsvForm, readCsv, selectColumns, type Table } from "./data/csv.ts";
export { type DataSet, makeDataSet } from "./data/data-set.ts";
export type { FileAccess, MnistFiles } from "./data/file-access.ts";
export { readIdx } from "./data/idx.ts";
export { readNpy } from "./data/npy.ts";
export { readNpz } from "./data/npz.ts";
export { type NumericArray, toMatrix } from "./data/numeric-array.ts";
export { type DataSettings, dataSchema, type Preprocessing } from "./data/schema.ts";
export {
	type TeacherData,
	type TeacherSettings,
	teacherData,
	teacherDirection,
	teacherSchema,
} from "./data/teachers/index.ts";
export { type Estimate, formatEstimate } from "./diagnostics/estimate.ts";
export * from "./diagnostics/index.ts";
export * from "./errors.ts";
export {
	type Comparison,
	type ComparisonRow,
	comparedPoints,
	compareWithSamples,
	type Distance,
	predictionAt,
	theoryRow,
} from "./experiments/comparison.ts";
export { withDataPaths } from "./experiments/data-paths.ts";
export {
	type Experiment,
	isExperiment,
	type ResolveContext,
	resolveExperiment,
	type TheoryChoice,
} from "./experiments/experiment.ts";
export { hashExperiment } from "./experiments/hash.ts";
export { jsonSchemas } from "./experiments/json-schema.ts";
export * from "./experiments/learning-curve/index.ts";
export { missedModes } from "./experiments/missed-modes.ts";
export {
	type OutcomeContext,
	type PlannedTheory,
	plannedTheories,
	solveTheories,
	type TheoryOutcome,
} from "./experiments/outcomes.ts";
export * from "./experiments/probing/index.ts";
export {
	integrationOf,
	type Lead,
	leadOf,
	RANKING_THRESHOLD,
	type RankedValue,
} from "./experiments/ranking.ts";
export { experimentSchema } from "./experiments/schema.ts";
export { type AssumptionCheck, checkAssumptions } from "./experiments/separation/assumption-check.ts";
export type { KernelFluctuation } from "./experiments/separation/kernel-fluctuation.ts";
export { type LayerSeparation, separationOfScales } from "./experiments/separation-of-scales.ts";
export { commentedTemplate } from "./experiments/template.ts";
export * from "./experiments/theory-map/index.ts";
export {
	type ComparedMoments,
	type ProjectionError,
	type RankedTheory,
	type Ranking,
	type Verdict,
	verdict,
} from "./experiments/verdict.ts";
export { findNamed, type Named } from "./find-named.ts";
export * from "./kernels/index.ts";
export {
	type ActivationName,
	type ConvolutionLayer,
	type DenseLayer,
	type Layer,
	layerWidth,
	type Network,
	type ResidualLayer,
} from "./network/network.ts";
export { networkSchema } from "./network/schema.ts";
export type {
	DrawProbe,
	LayerKernel,
	MomentProbe,
	Probe,
	ProbeContext,
	ProbedLayer,
	ProbedMoments,
	ProbedNetwork,
	ProbeNeed,
	ProbePlace,
	ProbeQuantity,
	ProbeReading,
} from "./probes/probe.ts";
export { findProbe, probes } from "./probes/registry.ts";
export { inFile } from "./problem/faults.ts";
export { checkProblem, parseProblem, problemToJson } from "./problem/parse-problem.ts";
export { parseText } from "./problem/parse-text.ts";
export * from "./problem/problem.ts";
export { problemSchema } from "./problem/schema.ts";
export * from "./samplers/index.ts";
export { drawPredictive, type PredictiveDrawOptions } from "./scale-mixture/draw-predictive.ts";
export { linearFirstLayerMoment } from "./scale-mixture/first-layer-moment.ts";
export { type Assumption, assumptions } from "./theories/assumptions.ts";
export { bibtex } from "./theories/cite.ts";
export {
	type EquationsSettings,
	type EquationsSolution,
	positionKernels,
	solveEquationsOfState,
	weightCovariance,
} from "./theories/equations-of-state/solve-equations.ts";
export { findTheory, theories } from "./theories/registry.ts";
export { type ReportedAnswer, solveTheory, type TimedSolveContext } from "./theories/solve.ts";
export * from "./theories/theory.ts";
export { version } from "./version.ts";
