import { existsSync } from "node:fs";
import { commentedTemplate, InputError } from "@finitude/core";
import type { Command } from "commander";
import { writeFile } from "../io/files.ts";

interface Flags {
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
		.action((file: string, flags: Flags) => {
			if (file === "-") {
				process.stdout.write(commentedTemplate());
				return;
			}
			if (existsSync(file) && flags.force !== true) {
				throw new InputError({
					where: file,
					wanted: "a file that does not exist yet",
					got: "an existing file",
					advice: "Choose another name, or use --force to replace it.",
				});
			}
			writeFile(file, commentedTemplate());
			console.error(`Wrote ${file}. Next: finitude compare ${file}`);
		});
}
