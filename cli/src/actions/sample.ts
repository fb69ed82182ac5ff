import { answerToJson, type Experiment, InputError, type SamplingSettings } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { engineChoice, samplingOverrides } from "../commands/options.ts";
import type { SampleFlags } from "../commands/sample.ts";
import { ExitCode } from "../exit-codes.ts";
import { makeFolder, refuseOccupied } from "../io/files.ts";
import { loadExperiment, readInput } from "../io/input.ts";
import { interruptSignal } from "../io/interrupt.ts";
import { renderPrediction } from "../render/prediction.ts";
import { renderSamplerLines } from "../render/sampler.ts";
import { drawFormats } from "../results/draw-formats.ts";
import { type SampledNetwork, sampleNetwork } from "../workers/sample-network.ts";
import { solveInWorker } from "../workers/solve-theories.ts";

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
	// Now, not after minutes of work.
	checkTarget(flags);
	const interrupt = interruptSignal();
	const { signal } = interrupt;
	try {
		const wantsTheories = flags.out !== undefined && flags.theories;
		const theories = wantsTheories ? await solveInWorker(experiment, choice, signal) : [];
		const options = { engine, choice, workers: flags.workers, signal };
		const sampled = await sampleNetwork(experiment.problem, settings, options);
		if (sampled === undefined) {
			console.error("No draws were kept yet: nothing to answer.");
			process.exitCode = ExitCode.notConverged;
			return;
		}
		print(sampled.answer, experiment, flags.json === true);
		if (flags.out !== undefined) await write(flags.out, flags, { experiment, settings, sampled, theories });
		if (!sampled.answer.convergence.converged) process.exitCode = ExitCode.notConverged;
	} finally {
		interrupt.release();
	}
}

/** @throws InputError when the flags do not go together, or the folder of the draws is not free or cannot be written to. */
function checkTarget({ out, format, force }: SampleFlags): void {
	if (out === undefined) {
		if (format === undefined) return;
		throw new InputError({ where: "--format", wanted: "--out FOLDER beside it", got: "no --out" });
	}
	makeFolder(out);
	if (force !== true)
		refuseOccupied(out, "Choose another folder, or use --force to replace the draws in it.");
}

function print(answer: SampledNetwork["answer"], { problem }: Experiment, json: boolean): void {
	console.log(
		json
			? JSON.stringify(answerToJson(answer))
			: `${renderPrediction(answer, problem)}\n${renderSamplerLines(answer).join("\n")}`,
	);
}

interface Sampled {
	readonly experiment: Experiment;
	readonly settings: SamplingSettings;
	readonly sampled: SampledNetwork;
	readonly theories: Awaited<ReturnType<typeof solveInWorker>>;
}

async function write(
	folder: string,
	{ format = drawFormats[0]! }: SampleFlags,
	{ experiment: { problem }, settings, sampled, theories }: Sampled,
): Promise<void> {
	// The writers are libraries that no other run needs: load them only now.
	const [{ sampledTree }, { writeDraws }] = await Promise.all([
		import("@finitude/core/formats"),
		import("../results/write-draws.ts"),
	]);
	const tree = sampledTree({ problem, settings, ...sampled, theories });
	console.error(`Wrote ${await writeDraws(folder, format, tree)}`);
}
