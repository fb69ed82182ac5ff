import { createRequire } from "node:module";
import tab from "@bomb.sh/tab/commander";
import { Command } from "commander";
import { addAnalyzeCommand } from "./commands/analyze.ts";
import { addCiteCommand } from "./commands/cite.ts";
import { addCompareCommand } from "./commands/compare.ts";
import { addInitCommand } from "./commands/init.ts";
import { addLabCommand } from "./commands/lab.ts";
import { addLearningCurveCommand } from "./commands/learning-curve.ts";
import { addPredictCommand } from "./commands/predict.ts";
import { addProbeCommand } from "./commands/probe.ts";
import { addSampleCommand } from "./commands/sample.ts";
import { addTheoriesCommand } from "./commands/theories.ts";

/** Not from the library, which takes longer to load than any help text to print. */
const { version } = createRequire(import.meta.url)("../package.json") as { readonly version: string };

/** The whole command line. Parsing throws CommanderError instead of ending the process. */
export function createProgram(): Command {
	const program = new Command("finitude")
		.description(
			"What will a finite neural network learn? Theories, and the real network they are checked against.",
		)
		.version(version)
		.exitOverride()
		.showHelpAfterError("Run `finitude --help` or `finitude COMMAND --help` for usage.")
		.addHelpText(
			"after",
			`
Exit codes: 0 answered; 1 internal failure; 2 the input or the command is wrong; 3 computed but not converged.
Shell completion: finitude complete zsh|bash|fish|powershell prints a script to source.

Example: finitude compare examples/digits.yaml`,
		);
	addCompareCommand(program);
	addLearningCurveCommand(program);
	addLabCommand(program);
	addProbeCommand(program);
	addPredictCommand(program);
	addSampleCommand(program);
	addAnalyzeCommand(program);
	addTheoriesCommand(program);
	addCiteCommand(program);
	addInitCommand(program);
	tab(program);
	for (const command of program.commands) command.exitOverride();
	return program;
}
