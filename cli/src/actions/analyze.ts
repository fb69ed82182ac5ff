import {
	type Analysis,
	type AnalysisFile,
	analyses,
	answerToJson,
	findAnalysis,
	solveAnalysis,
} from "@finitude/core";
import { createEngine, type Engine, type EngineChoice } from "@finitude/engine";
import type { AnalyzeFlags } from "../commands/analyze.ts";
import { engineChoice } from "../commands/options.ts";
import { ExitCode } from "../exit-codes.ts";
import { makeFolder } from "../io/files.ts";
import { type InputFile, loadAnalysisFile, readInput } from "../io/input.ts";
import { interruptSignal } from "../io/interrupt.ts";
import { renderAnalysis } from "../render/analysis.ts";
import { renderTable } from "../render/table.ts";
import { sampleToTheEnd } from "../workers/sample-network.ts";

/** What `finitude analyze` does. */
export async function analyze(
	id: string | undefined,
	path: string | undefined,
	flags: AnalyzeFlags,
): Promise<void> {
	if (id === undefined) {
		console.log(flags.json ? JSON.stringify(analyses.map(described), null, 2) : listAnalyses());
		return;
	}
	const analysis = findAnalysis(id, "analyze");
	const choice = engineChoice(flags);
	const engine = await createEngine(choice);
	const input = path === undefined ? NO_FILE : await readInput(path);
	const file = loadAnalysisFile(input, engine);
	// Now, not after minutes of work.
	if (flags.out !== undefined) makeFolder(flags.out);
	const answer = await answered(analysis, file, engine, choice, flags);
	let folder: string | undefined;
	if (flags.out !== undefined) {
		// Drawing pulls in large libraries that no other command needs: load them only now.
		const { writeAnalysis } = await import("../results/write-analysis.ts");
		folder = writeAnalysis(analysis, answer, file, { base: flags.out, choice, dataFolder: input.folder });
	}
	console.log(flags.json ? JSON.stringify(answerToJson(answer)) : renderAnalysis(analysis, answer, folder));
	if (!answer.convergence.converged) process.exitCode = ExitCode.notConverged;
}

/** Every option on the command line. */
const NO_FILE: InputFile = { json: {}, folder: process.cwd(), path: "-" };

async function answered(
	analysis: Analysis,
	file: AnalysisFile,
	engine: Engine,
	choice: EngineChoice,
	flags: AnalyzeFlags,
) {
	const interrupt = interruptSignal();
	const sampling = { engine, choice, workers: flags.workers, signal: interrupt.signal };
	try {
		return await solveAnalysis(
			analysis,
			file.input,
			{ ...file.options, ...flags.option },
			{
				engine,
				clock: () => performance.now() / 1000,
				sample: (problem, settings) => sampleToTheEnd(problem, settings, sampling),
			},
		);
	} finally {
		interrupt.release();
	}
}

function described({ id, title, aliases, summary, subjects }: Analysis) {
	return { id, title, aliases, summary, subjects };
}

function listAnalyses(): string {
	return renderTable(
		[{ title: "analysis" }, { title: "what it computes" }, { title: "asks for" }],
		analyses.map(({ id, summary, subjects }) => [id, summary, subjects.join(" or ")]),
	);
}
