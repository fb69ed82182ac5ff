import type { Command } from "commander";
import {
	addEngineOptions,
	addSamplingOptions,
	collectId,
	type EngineFlags,
	type SamplingFlags,
} from "./options.ts";

export interface ProbeFlags extends EngineFlags, SamplingFlags {
	readonly probe: readonly string[];
	readonly theory: readonly string[];
	readonly out: string;
	readonly json?: boolean;
}

/** finitude probe [EXPERIMENT] */
export function addProbeCommand(program: Command): void {
	const command = program
		.command("probe")
		.description(
			"What was learned: measures of every layer in the prior, as theories predict them, and of the sampled network. Without an experiment, list the probes.",
		)
		.argument("[experiment]", "experiment or problem file, or - for standard input")
		.option("--probe <id>", "a probe to evaluate; may be repeated (default: all that apply)", collectId, [])
		.option(
			"--theory <id>",
			"a theory to solve; may be repeated (default: those of the experiment)",
			collectId,
			[],
		)
		.option("--out <folder>", "folder of results", "runs")
		.option("--json", "print the whole result as JSON and nothing else")
		.addHelpText(
			"after",
			`
Examples: finitude probe examples/digits.yaml
          finitude probe examples/digits.yaml --probe alignment --probe spectrum --theory equations-of-state`,
		)
		.action(async (path: string | undefined, flags: ProbeFlags) =>
			(await import("../actions/probe.ts")).probe(path, flags),
		);
	addSamplingOptions(command);
	addEngineOptions(command);
}
