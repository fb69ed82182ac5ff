import { answerToJson, combineChains, computationRecord, type SampledAnswer } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { engineChoice, samplingOverrides } from "../commands/options.ts";
import type { SampleFlags } from "../commands/sample.ts";
import { ExitCode } from "../exit-codes.ts";
import { loadExperiment, readInput } from "../io/input.ts";
import { interruptSignal } from "../io/interrupt.ts";
import { renderPrediction } from "../render/prediction.ts";
import { createSamplingProgress } from "../render/progress.ts";
import { renderSamplerLines } from "../render/sampler.ts";
import { sampleChains } from "../workers/sample-chains.ts";

/** What `finitude sample` does. */
export async function sample(path: string, flags: SampleFlags): Promise<void> {
	const engine = await createEngine(engineChoice(flags));
	const experiment = loadExperiment(await readInput(path), engine, {
		flags: samplingOverrides(flags),
		required: true,
	});
	const settings = experiment.sampling;
	if (settings === false) throw new Error("sampling was required, so it cannot be false");
	const progress = createSamplingProgress(settings);
	const interrupt = interruptSignal();
	const start = performance.now();
	const chains = await sampleChains(experiment.problem, settings, {
		engine: engineChoice(flags),
		signal: interrupt.signal,
		onProgress: progress.update,
		...(flags.workers === undefined ? {} : { workers: flags.workers }),
	}).finally(() => {
		progress.finish();
		interrupt.release();
	});
	if (chains.length === 0) {
		console.error("No draws were kept yet: nothing to answer.");
		process.exitCode = ExitCode.notConverged;
		return;
	}
	const answer: SampledAnswer = combineChains(experiment.problem, settings, chains);
	const seconds = (performance.now() - start) / 1000;
	if (flags.json)
		console.log(JSON.stringify(answerToJson({ ...answer, ...computationRecord(engine, seconds, settings) })));
	else
		console.log(`${renderPrediction(answer, experiment.problem)}\n${renderSamplerLines(answer).join("\n")}`);
	if (!answer.convergence.converged) process.exitCode = ExitCode.notConverged;
}
