/** Questions that are not "what is the posterior of this problem?". */
export type {
	Analysis,
	AnalysisAnswer,
	AnalysisContext,
	AnalysisInput,
	AnalysisTable,
	FreshPoints,
	NetworkSetting,
	ResultValue,
	SampledNetwork,
	SampleNetwork,
	Subject,
} from "./analysis.ts";
export { type AnalysisFile, analysisFileSchema, resolveAnalysisFile } from "./analysis-file.ts";
export { analyses, findAnalysis } from "./registry.ts";
export { sampleInProcess } from "./sample-in-process.ts";
export { type ReportedAnalysis, solveAnalysis } from "./solve.ts";
