/** Running analyses as the library does: sampling in this thread. */
import { createEngine } from "@finitude/engine";
import {
	type Analysis,
	type AnalysisContext,
	resolveAnalysisFile,
	sampleInProcess,
	solveAnalysis,
} from "../../src/index.ts";
import { filesOf, mnist } from "../helpers/experiments.ts";

export const engine = await createEngine();

export const context: AnalysisContext = { engine, clock: () => 0, sample: sampleInProcess(engine) };

/** The answer to a file. */
export async function analyze<Options extends object, Results extends object>(
	analysis: Analysis<Options, Results>,
	file: object,
	changes: Partial<AnalysisContext> = {},
) {
	const { input, options } = resolveAnalysisFile(file, { engine, readBytes: filesOf({}), mnist });
	return solveAnalysis(analysis, input, options, { ...context, ...changes });
}
