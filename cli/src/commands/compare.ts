import { createEngine } from "@finitude/engine";
import type { Command } from "commander";
import { runComparison } from "../comparison/run-comparison.ts";
import { ExitCode } from "../exit-codes.ts";
import { makeFolder } from "../io/files.ts";
import { loadExperiment, readInput } from "../io/input.ts";
import { interruptSignal } from "../io/interrupt.ts";
import { renderComparison } from "../render/comparison.ts";
import {
	addEngineOptions,
	addSamplingOptions,
	type EngineFlags,
	engineChoice,
	type SamplingFlags,
	samplingOverrides,
} from "./options.ts";

interface Flags extends EngineFlags, SamplingFlags {
	readonly out: string;
	readonly json?: boolean;
}

/** finitude compare EXPERIMENT */
export function addCompareCommand(program: Command): void {
	const command = program
		.command("compare")
		.description(
			"Solve every theory that applies, sample the real network, and say which theory is right and by how much.",
		)
		.argument("<experiment>", "experiment or problem file, or - for standard input")
		.option("--out <folder>", "folder of results", "runs")
		.option("--json", "print the whole result as JSON and nothing else")
		.addHelpText("after", "\nExample: finitude compare examples/digits.yaml --draws 2000")
		.action(compare);
	addSamplingOptions(command);
	addEngineOptions(command);
}

async function compare(path: string, flags: Flags): Promise<void> {
	const choice = engineChoice(flags);
	const engine = await createEngine(choice);
	const input = await readInput(path);
	const experiment = loadExperiment(input, engine, { flags: samplingOverrides(flags) });
	// Now, not after minutes of work.
	makeFolder(flags.out);
	const interrupt = interruptSignal();
	try {
		const run = await runComparison(experiment, {
			engine,
			choice,
			signal: interrupt.signal,
			...(flags.workers === undefined ? {} : { workers: flags.workers }),
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
