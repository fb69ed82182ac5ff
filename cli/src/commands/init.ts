import type { Command } from "commander";

export interface InitFlags {
	readonly force?: boolean;
}

/** finitude init [FILE] */
export function addInitCommand(program: Command): void {
	program
		.command("init")
		.description("Write a commented experiment file to start from.")
		.argument("[file]", "where to write it, - for standard output", "experiment.yaml")
		.option("--force", "replace an existing file")
		.addHelpText(
			"after",
			"\nExample: finitude init my-experiment.yaml && finitude compare my-experiment.yaml",
		)
		.action(async (file: string, flags: InitFlags) => (await import("../actions/init.ts")).init(file, flags));
}
