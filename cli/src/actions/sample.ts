import { answerToJson, InputError } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { engineChoice, samplingOverrides } from "../commands/options.ts";
import type { SampleFlags } from "../commands/sample.ts";
import { ExitCode } from "../exit-codes.ts";
import { loadExperiment, readInput } from "../io/input.ts";
import { interruptSignal } from "../io/interrupt.ts";
import { renderPrediction } from "../render/prediction.ts";
import { renderSamplerLines } from "../render/sampler.ts";
import { drawsTarget, writeSampled } from "../results/draws-target.ts";
import { checkpointPlace } from "../workers/checkpoint-place.ts";
import { refuseToOverwrite } from "../workers/checkpoints.ts";
import { sampleNetwork } from "../workers/sample-network.ts";
import { solveInWorkers } from "../workers/solve-theories.ts";

/** What `finitude sample` does. */
export async function sample(path: string, flags: SampleFlags): Promise<void> {
	const choice = engineChoice(flags);
	const engine = await createEngine(choice);
	const experiment = loadExperiment(await readInput(path), engine, {
		flags: samplingOverrides(flags),
		required: true,
	});
	const settings = experiment.sampling;
	if (settings === false) throw new Error("sampling was required, so it cannot be false");
	if (flags.resume === true && flags.checkpoints === undefined) {
		throw new InputError({
			where: "--resume",
			wanted: "the folder of the interrupted run's checkpoints beside it",
			got: "nothing",
			advice: "Give --checkpoints FOLDER, as in the command that was interrupted.",
		});
	}
	const { problem } = experiment;
	// Now, not after minutes of work.
	const target = drawsTarget(flags);
	const checkpoints =
		flags.checkpoints === undefined
			? undefined
			: checkpointPlace(flags.checkpoints, flags, problem, settings, engine);
	if (checkpoints !== undefined) refuseToOverwrite(checkpoints, settings.chains);
	const interrupt = interruptSignal();
	const { signal } = interrupt;
	try {
		const theories =
			target && flags.theories
				? await solveInWorkers(experiment, { engine: choice, workers: flags.workers, signal })
				: [];
		const sampled = await sampleNetwork(problem, settings, {
			engine,
			choice,
			workers: flags.workers,
			checkpoints,
			signal,
		});
		if (sampled === undefined) {
			console.error("No draws were kept yet: nothing to answer.");
			process.exitCode = ExitCode.notConverged;
			return;
		}
		const { answer } = sampled;
		if (flags.json) console.log(JSON.stringify(answerToJson(answer)));
		else console.log(`${renderPrediction(answer, problem)}\n${renderSamplerLines(answer).join("\n")}`);
		if (target) await writeSampled(target, { problem, settings, ...sampled, theories });
		if (!answer.convergence.converged) process.exitCode = ExitCode.notConverged;
	} finally {
		interrupt.release();
	}
}
