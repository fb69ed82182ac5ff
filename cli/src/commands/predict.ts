import { answerToJson, findTheory, type Problem, type ReportedAnswer, solveTheory } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import type { Command } from "commander";
import { ExitCode } from "../exit-codes.ts";
import { loadProblem, readInput } from "../io/input.ts";
import { renderPrediction } from "../render/prediction.ts";
import { addEngineOptions, collectOption, type EngineFlags, engineChoice } from "./options.ts";

interface Flags extends EngineFlags {
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
		.action(async (path: string, flags: Flags) => {
			const theory = findTheory(flags.theory, "--theory");
			const engine = await createEngine(engineChoice(flags));
			const problem = loadProblem(await readInput(path), engine);
			const answer = solveTheory(theory, problem, flags.option, {
				engine,
				covariance: flags.covariance === true,
				clock: () => performance.now() / 1000,
			});
			print(answer, problem, flags.json === true);
			if (!answer.convergence.converged) process.exitCode = ExitCode.notConverged;
		});
	addEngineOptions(command);
}

function print(answer: ReportedAnswer, problem: Problem, json: boolean): void {
	console.log(json ? JSON.stringify(answerToJson(answer)) : renderPrediction(answer, problem));
}
