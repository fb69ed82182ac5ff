import type { Command } from "commander";
import { addEngineOptions, collectOption, type EngineFlags } from "./options.ts";

export interface PredictFlags extends EngineFlags {
	readonly theory: string;
	readonly option: Readonly<Record<string, unknown>>;
	readonly covariance?: boolean;
	readonly json?: boolean;
}

/** finitude predict PROBLEM --theory ID */
export function addPredictCommand(program: Command): void {
	const command = program
		.command("predict")
		.description("What one theory predicts for one problem.")
		.argument("<problem>", "problem or experiment file, or - for standard input")
		.requiredOption("--theory <id>", "theory id or alias (see `finitude theories`)")
		.option("--option <name=value>", "an option of the theory; may be repeated", collectOption, {})
		.option("--covariance", "also the covariance over training and over test points")
		.option("--json", "print the answer as JSON and nothing else")
		.addHelpText(
			"after",
			"\nExample: finitude predict problem.json --theory kernel-rescaling --option meanTerm=ignore --json",
		)
		.action(async (path: string, flags: PredictFlags) =>
			(await import("../actions/predict.ts")).predict(path, flags),
		);
	addEngineOptions(command);
}
