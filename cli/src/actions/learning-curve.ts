import { InputError, learningCurveResults, measureLearningCurve } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import type { LearningCurveFlags } from "../commands/learning-curve.ts";
import { engineChoice, samplingOverrides } from "../commands/options.ts";
import { ExitCode } from "../exit-codes.ts";
import { makeFolder } from "../io/files.ts";
import { type LearningCurveOverlay, loadLearningCurve, readInput } from "../io/input.ts";
import { interruptSignal } from "../io/interrupt.ts";
import { refuseUnlessItSamples } from "../io/named-sampler.ts";
import { renderLearningCurve } from "../render/learning-curve.ts";
import { announceCell } from "../render/progress.ts";
import { sampleToTheEnd } from "../workers/sample-network.ts";
import { solveInWorkers } from "../workers/solve-theories.ts";

/** What `finitude learning-curve` does. */
export async function learningCurve(path: string, flags: LearningCurveFlags): Promise<void> {
	const choice = engineChoice(flags);
	const engine = await createEngine(choice);
	const input = await readInput(path);
	const curve = loadLearningCurve(input, engine, overlay(flags));
	const { experiment } = curve;
	// Now, not after minutes of work.
	makeFolder(flags.out);
	if (flags.sampler !== undefined) refuseUnlessItSamples(flags.sampler, experiment.problem);
	const { signal, release } = interruptSignal();
	const sampling = { engine, choice, workers: flags.workers, signal };
	const solving = { engine: choice, workers: flags.workers, signal };
	try {
		const measurements = await measureLearningCurve(curve, {
			onCell: announceCell,
			solve: async (problem, theories) => {
				const outcomes = await solveInWorkers({ problem, theories }, solving);
				return signal.aborted ? undefined : outcomes;
			},
			sample: (problem, settings) => sampleToTheEnd(problem, settings, sampling),
		});
		const results = learningCurveResults(curve, measurements, engine);
		// Drawing pulls in large libraries that no other command needs: load them only now.
		const { writeLearningCurve } = await import("../results/write-learning-curve.ts");
		const written = writeLearningCurve(
			{ curve, measurements, results, engine },
			{ base: flags.out, choice, dataFolder: input.folder },
		);
		console.log(
			flags.json ? written.resultJson : renderLearningCurve(experiment.name, results, written.folder),
		);
		if (!results.converged) process.exitCode = ExitCode.notConverged;
	} finally {
		release();
	}
}

/** Only what the flags say. `--samples` alone makes the curve anew: it is sampled at all of them. */
function overlay(flags: LearningCurveFlags): LearningCurveOverlay {
	const { samples, widths, repetitions, sampleAt = samples, theory, sampling } = flags;
	const overrides = samplingOverrides(flags);
	if (!sampling)
		refuseBesideNoSampling([...(flags.sampleAt ? ["sample-at"] : []), ...Object.keys(overrides)]);
	const given = Object.entries({ samples, widths, repetitions, sampleAt });
	return {
		experiment: {
			...(theory.length > 0 && { theories: theory }),
			...(!sampling && { sampling: false }),
		},
		learningCurve: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
		sampling: overrides,
	};
}

/** @param names of flags that say how to sample */
function refuseBesideNoSampling([name]: readonly string[]): void {
	if (name === undefined) return;
	throw new InputError({
		where: "--no-sampling",
		wanted: "no flag beside it that says how to sample",
		got: name === "options" ? "--option" : `--${name}`,
		advice: "Leave one of them out.",
	});
}
