/** Writes what `finitude compare` leaves behind. */
import { answerToJson, type Experiment, hashExperiment, version } from "@finitude/core";
import type { EngineChoice } from "@finitude/engine";
import { probingJson } from "../probing/probing-json.ts";
import { comparisonFigure } from "../render/comparison-figure.ts";
import { featuresFiles } from "../render/features-figure.ts";
import { renderPng } from "../render/png.ts";
import { comparisonCsv } from "../results/comparison-table.ts";
import { resultsFolder, writeResults } from "../results/folder.ts";
import { layerCsv } from "../results/layer-table.ts";
import { computedOn, experimentFileOf, reproduceCommand } from "../results/reproduce.ts";
import type { ComparisonRun } from "./run-comparison.ts";

export interface WrittenComparison {
	readonly folder: string;
	readonly resultJson: string;
}

/**
 * Writes result.json, table.csv, layers.csv, figure.svg, figure.png, features.svg, features.png, the resolved experiment and command.txt into a folder below `base`.
 * @param dataFolder paths of the experiment's data files are relative to it
 */
export function writeComparison(
	run: ComparisonRun,
	experiment: Experiment,
	base: string,
	choice: EngineChoice,
	dataFolder: string,
): WrittenComparison {
	const hash = hashExperiment(experiment.resolved);
	const folder = resultsFolder(base, experiment.name, hash);
	const experimentFile = experimentFileOf(experiment, dataFolder, folder);
	const command = reproduceCommand(["compare", experimentFile.name], choice);
	const resultJson = JSON.stringify(resultOf(run, experiment, hash, command), null, 1);
	const svg = comparisonFigure(run, experiment);
	writeResults(folder, {
		"result.json": `${resultJson}\n`,
		"table.csv": comparisonCsv(run),
		...(run.sampling && { "layers.csv": layerCsv(run.sampling.separation.layers) }),
		...(svg === undefined ? {} : { "figure.svg": svg, "figure.png": renderPng(svg) }),
		...(typeof run.learned === "string" ? {} : featuresFiles(run.learned, experiment)),
		[experimentFile.name]: experimentFile.text,
		"command.txt": `${command}\n`,
	});
	return { folder, resultJson };
}

function resultOf(run: ComparisonRun, experiment: Experiment, hash: string, command: string): object {
	const { sampling } = run;
	return {
		name: experiment.name,
		hash,
		command,
		version,
		...computedOn(run.engine),
		// The seed that the numbers depend on: of the chains where there are any, else of the data.
		seed: experiment.sampling === false ? experiment.seed : experiment.sampling.seed,
		interrupted: run.interrupted,
		...(run.notSampled === undefined ? {} : { notSampled: run.notSampled }),
		experiment: experiment.resolved,
		theories: run.outcomes.map((outcome) =>
			"answer" in outcome
				? answerToJson(outcome.answer)
				: { theory: outcome.theory, refused: outcome.reason },
		),
		learned: typeof run.learned === "string" ? { reason: run.learned } : probingJson(run.learned),
		...(sampling === undefined
			? {}
			: {
					sampled: answerToJson(sampling.answer),
					comparison: answerToJson(sampling.comparison),
					separationOfScales: answerToJson(sampling.separation),
					verdict: sampling.verdict,
					warnings: sampling.warnings,
				}),
	};
}
