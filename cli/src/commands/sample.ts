import type { Command } from "commander";
import { addEngineOptions, addSamplingOptions, type EngineFlags, type SamplingFlags } from "./options.ts";

export interface SampleFlags extends EngineFlags, SamplingFlags {
	readonly json?: boolean;
	readonly checkpoints?: string;
}

/** finitude sample PROBLEM */
export function addSampleCommand(program: Command): void {
	const command = program
		.command("sample")
		.description("Sample the posterior of the real network.")
		.argument("<problem>", "problem or experiment file, or - for standard input")
		.option("--json", "print the sampled answer as JSON and nothing else")
		.option("--checkpoints <folder>", "where to keep checkpoints, for --resume (default: none)")
		.addHelpText("after", "\nExample: finitude sample problem.json --chains 4 --draws 1000 --seed 1 --json")
		.action(async (path: string, flags: SampleFlags) =>
			(await import("../actions/sample.ts")).sample(path, flags),
		);
	addSamplingOptions(command);
	addEngineOptions(command);
}
