import type { Command } from "commander";
import {
	addChainOptions,
	addEngineOptions,
	type ChainFlags,
	collectId,
	type EngineFlags,
	integer,
	integers,
} from "./options.ts";

export interface LearningCurveFlags extends EngineFlags, ChainFlags {
	readonly samples?: readonly number[];
	readonly widths?: readonly number[];
	readonly repetitions?: number;
	readonly sampleAt?: readonly number[];
	readonly theory: readonly string[];
	/** False with --no-sampling. */
	readonly sampling: boolean;
	readonly out: string;
	readonly json?: boolean;
}

/** finitude learning-curve EXPERIMENT */
export function addLearningCurveCommand(program: Command): void {
	const command = program
		.command("learning-curve")
		.description(
			"Test error against the number of training points, and against the width: every theory that applies and the sampled network.",
		)
		.argument("<experiment>", "experiment or problem file, or - for standard input")
		.option(
			"--samples <list>",
			"numbers of training points, such as 10,20,50 (default: the experiment's own and its halves)",
			integers(1),
		)
		.option(
			"--widths <list>",
			"widths of the hidden layers, such as 20,100 (default: the experiment's own)",
			integers(1),
		)
		.option("--repetitions <n>", "training sets to average over (default: 1)", integer(1))
		.option(
			"--sample-at <list>",
			"numbers of training points at which the network is sampled (default: all)",
			integers(1),
		)
		.option(
			"--theory <id>",
			"a theory to solve; may be repeated (default: those of the experiment)",
			collectId,
			[],
		)
		.option("--no-sampling", "theories only")
		.option("--out <folder>", "folder of results", "runs")
		.option("--json", "print the whole result as JSON and nothing else")
		.addHelpText(
			"after",
			`
Examples: finitude learning-curve examples/learning-curve-digits.yaml
          finitude learning-curve examples/digits.yaml --samples 20,50,100 --theory nngp --theory kernel-rescaling`,
		)
		.action(async (path: string, flags: LearningCurveFlags) =>
			(await import("../actions/learning-curve.ts")).learningCurve(path, flags),
		);
	addChainOptions(command);
	addEngineOptions(command);
}
