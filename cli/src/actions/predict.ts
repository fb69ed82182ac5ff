import { answerToJson, findTheory, type Problem, type ReportedAnswer, solveTheory } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { engineChoice } from "../commands/options.ts";
import type { PredictFlags } from "../commands/predict.ts";
import { ExitCode } from "../exit-codes.ts";
import { loadProblem, readInput } from "../io/input.ts";
import { renderPrediction } from "../render/prediction.ts";
import { createSolvingProgress } from "../render/progress.ts";

/** What `finitude predict` does. */
export async function predict(path: string, flags: PredictFlags): Promise<void> {
	const theory = findTheory(flags.theory, "--theory");
	const engine = await createEngine(engineChoice(flags));
	const problem = loadProblem(await readInput(path), engine);
	const progress = createSolvingProgress();
	let answer: ReportedAnswer;
	try {
		answer = solveTheory(theory, problem, flags.option, {
			engine,
			covariance: flags.covariance === true,
			clock: () => performance.now() / 1000,
			onProgress: (fraction, message) => progress.update(theory.id, fraction, message),
		});
	} finally {
		progress.finish();
	}
	print(answer, problem, flags.json === true);
	if (!answer.convergence.converged) process.exitCode = ExitCode.notConverged;
}

function print(answer: ReportedAnswer, problem: Problem, json: boolean): void {
	console.log(json ? JSON.stringify(answerToJson(answer)) : renderPrediction(answer, problem));
}
