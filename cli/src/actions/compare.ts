import { join } from "node:path";
import { hashExperiment } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import type { CompareFlags } from "../commands/compare.ts";
import { engineChoice, samplingOverrides } from "../commands/options.ts";
import { runComparison } from "../comparison/run-comparison.ts";
import { ExitCode } from "../exit-codes.ts";
import { makeFolder } from "../io/files.ts";
import { loadExperiment, readInput } from "../io/input.ts";
import { interruptSignal } from "../io/interrupt.ts";
import { refuseUnlessItSamples } from "../io/named-sampler.ts";
import { renderComparison } from "../render/comparison.ts";
import { resultsFolder } from "../results/folder.ts";
import { checkpointPlace } from "../workers/checkpoint-place.ts";

/** What `finitude compare` does. */
export async function compare(path: string, flags: CompareFlags): Promise<void> {
	const choice = engineChoice(flags);
	const engine = await createEngine(choice);
	const input = await readInput(path);
	const experiment = loadExperiment(input, engine, { flags: samplingOverrides(flags) });
	// Now, not after minutes of work.
	makeFolder(flags.out);
	const { problem, sampling, name, resolved } = experiment;
	if (flags.sampler !== undefined) refuseUnlessItSamples(flags.sampler, problem);
	const folder = join(resultsFolder(flags.out, name, hashExperiment(resolved)), "checkpoints");
	const interrupt = interruptSignal();
	try {
		const run = await runComparison(experiment, {
			engine,
			choice,
			signal: interrupt.signal,
			workers: flags.workers,
			checkpoints: sampling ? checkpointPlace(folder, flags, problem, sampling, engine) : undefined,
		});
		// Drawing pulls in large libraries that no other command needs: load them only now.
		const { writeComparison } = await import("../comparison/write-comparison.ts");
		const written = writeComparison(run, experiment, flags.out, choice, input.folder);
		console.log(flags.json ? written.resultJson : renderComparison(run, experiment.name, written.folder));
		if (!run.converged) process.exitCode = ExitCode.notConverged;
	} finally {
		interrupt.release();
	}
}
