import type { Command } from "commander";
import { addEngineOptions, collectOption, type EngineFlags, integer } from "./options.ts";

export interface AnalyzeFlags extends EngineFlags {
	readonly option: Readonly<Record<string, unknown>>;
	readonly json?: boolean;
	readonly out?: string;
	readonly workers?: number;
}

/** finitude analyze [ID] [FILE] */
export function addAnalyzeCommand(program: Command): void {
	const command = program
		.command("analyze")
		.description(
			"Answer a question other than a prediction: a transition, errors against width. Without an id, list them.",
		)
		.argument("[id]", "analysis id or alias")
		.argument(
			"[file]",
			"file with options, and a problem where the analysis needs one, or - for standard input",
		)
		.option("--option <name=value>", "an option of the analysis; may be repeated", collectOption, {})
		.option("--json", "print the answer as JSON and nothing else")
		.option("--out <folder>", "also write results, table and figure into a folder below this one")
		.option(
			"--workers <n>",
			"worker threads for sampling; the numbers do not depend on it (default: one per processor)",
			integer(1),
		)
		.addHelpText(
			"after",
			`
Examples: finitude analyze lazy-rich-transition examples/lazy-rich-transition.yaml --out runs
          finitude analyze width-scaling examples/width-scaling.yaml --json`,
		)
		.action(async (id: string | undefined, file: string | undefined, flags: AnalyzeFlags) =>
			(await import("../actions/analyze.ts")).analyze(id, file, flags),
		);
	addEngineOptions(command);
}
