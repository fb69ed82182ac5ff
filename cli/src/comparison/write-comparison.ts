/** Writes what `finitude compare` leaves behind. */
import { answerToJson, type Experiment, hashExperiment, version } from "@finitude/core";
import type { EngineChoice } from "@finitude/engine";
import { stringify } from "yaml";
import { comparisonFigure } from "../render/comparison-figure.ts";
import { renderPng } from "../render/png.ts";
import { comparisonCsv } from "../results/comparison-table.ts";
import { shellWord, writeResults } from "../results/folder.ts";
import type { ComparisonRun } from "./run-comparison.ts";

export interface WrittenComparison {
	readonly folder: string;
	readonly resultJson: string;
}

const EXPERIMENT_FILE = "experiment.yaml";

/** Writes result.json, table.csv, figure.svg, figure.png, experiment.yaml and command.txt into a folder below `base`. */
export function writeComparison(
	run: ComparisonRun,
	experiment: Experiment,
	base: string,
	choice: EngineChoice,
): WrittenComparison {
	const hash = hashExperiment(experiment.resolved);
	const command = reproduceCommand(choice);
	const resultJson = JSON.stringify(resultOf(run, experiment, hash, command), null, 1);
	const svg = comparisonFigure(run, experiment);
	const { comparison, seconds = 0 } = run.sampling ?? {};
	const folder = writeResults(base, experiment.name, hash, {
		"result.json": `${resultJson}\n`,
		"table.csv": comparisonCsv(comparison, run.outcomes, seconds),
		...(svg === undefined ? {} : { "figure.svg": svg, "figure.png": renderPng(svg) }),
		[EXPERIMENT_FILE]: stringify(experiment.resolved),
		"command.txt": `${command}\n`,
	});
	return { folder, resultJson };
}

/** Run inside the results folder, it gives the same numbers bit for bit (all but the seconds). */
function reproduceCommand({ engine = "auto", deterministic = true }: EngineChoice): string {
	const words = ["npx", "finitude", "compare", EXPERIMENT_FILE, "--engine", engine];
	if (!deterministic) words.push("--no-deterministic");
	return words.map(shellWord).join(" ");
}

function resultOf(run: ComparisonRun, experiment: Experiment, hash: string, command: string): object {
	const { sampling } = run;
	return {
		name: experiment.name,
		hash,
		command,
		version,
		runtime: `Node.js ${process.version} ${process.platform} ${process.arch}`,
		engine: { id: run.engine.id, variant: run.engine.variant, deterministic: run.engine.deterministic },
		seed: experiment.seed,
		interrupted: run.interrupted,
		experiment: experiment.resolved,
		theories: run.outcomes.map((outcome) =>
			"answer" in outcome
				? answerToJson(outcome.answer)
				: { theory: outcome.theory, refused: outcome.reason },
		),
		...(sampling === undefined
			? {}
			: {
					sampled: { ...(answerToJson(sampling.answer) as object), seconds: sampling.seconds },
					comparison: sampling.comparison,
					verdict: sampling.verdict,
				}),
	};
}
