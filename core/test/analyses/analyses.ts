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

/** A small linear network, whose exact posterior mean is known. */
export const layer = { type: "dense", width: 7, activation: "linear", weightVariance: 1.5 };
export const problem = {
	trainInputs: [
		[1, 0.2],
		[-0.3, 1],
		[0.7, -1.1],
	],
	trainTargets: [0.8, -0.6, 0.3],
	testInputs: [
		[0.5, 0.5],
		[-0.6, 0.1],
	],
	network: { layers: [layer], readout: { weightVariance: 1 }, scaling: "standard" },
	noiseVariance: 0.1,
};
