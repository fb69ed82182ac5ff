import type { Command } from "commander";
import { addEngineOptions, addSamplingOptions, type EngineFlags, type SamplingFlags } from "./options.ts";

export interface CompareFlags extends EngineFlags, SamplingFlags {
	readonly out: string;
	readonly json?: boolean;
	readonly map?: boolean;
}

/** finitude compare EXPERIMENT */
export function addCompareCommand(program: Command): void {
	const command = program
		.command("compare")
		.description(
			"Solve every theory that applies, sample the real network, and say which theory is right and by how much.",
		)
		.argument("<experiment>", "experiment or problem file, or - for standard input")
		.option(
			"--map",
			"over width and scaling, the theory that is closest to the sampled network, as the section `map` of the file says",
		)
		.option("--out <folder>", "folder of results", "runs")
		.option("--json", "print the whole result as JSON and nothing else")
		.addHelpText(
			"after",
			`
Examples: finitude compare examples/digits.yaml --draws 2000
          finitude compare examples/theory-map-teacher.yaml --map`,
		)
		.action(async (path: string, flags: CompareFlags) =>
			flags.map
				? (await import("../actions/theory-map.ts")).theoryMap(path, flags)
				: (await import("../actions/compare.ts")).compare(path, flags),
		);
	addSamplingOptions(command);
	addEngineOptions(command);
}
