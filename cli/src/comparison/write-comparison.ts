/** Writes what `finitude compare` leaves behind. */
import { relative, resolve } from "node:path";
import { answerToJson, type Experiment, hashExperiment, version, withDataPaths } from "@finitude/core";
import type { EngineChoice } from "@finitude/engine";
import { stringify } from "yaml";
import { comparisonFigure } from "../render/comparison-figure.ts";
import { renderPng } from "../render/png.ts";
import { comparisonCsv } from "../results/comparison-table.ts";
import { resultsFolder, shellWord, writeResults } from "../results/folder.ts";
import { layerCsv } from "../results/layer-table.ts";
import type { ComparisonRun } from "./run-comparison.ts";

export interface WrittenComparison {
	readonly folder: string;
	readonly resultJson: string;
}

/**
 * Writes result.json, table.csv, layers.csv, figure.svg, figure.png, the resolved experiment and command.txt into a folder below `base`.
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
	const command = reproduceCommand(choice, experimentFile.name);
	const resultJson = JSON.stringify(resultOf(run, experiment, hash, command), null, 1);
	const svg = comparisonFigure(run, experiment);
	writeResults(folder, {
		"result.json": `${resultJson}\n`,
		"table.csv": comparisonCsv(run),
		...(run.sampling && { "layers.csv": layerCsv(run.sampling.separation.layers) }),
		...(svg === undefined ? {} : { "figure.svg": svg, "figure.png": renderPng(svg) }),
		[experimentFile.name]: experimentFile.text,
		"command.txt": `${command}\n`,
	});
	return { folder, resultJson };
}

/**
 * The resolved experiment as a file of the results folder, its data paths relative to there. A problem given in full is written
 * as JSON: a long list of numbers is no easier to read in YAML, and YAML readers limit the size of a file.
 */
function experimentFileOf(experiment: Experiment, dataFolder: string, folder: string) {
	const resolved = withDataPaths(experiment.resolved, (path) => relative(folder, resolve(dataFolder, path)));
	return "problem" in resolved
		? { name: "experiment.json", text: `${JSON.stringify(resolved)}\n` }
		: { name: "experiment.yaml", text: stringify(resolved) };
}

/** Run inside the results folder, it gives the same numbers bit for bit (all but the seconds). */
function reproduceCommand(
	{ engine = "auto", deterministic = true }: EngineChoice,
	experimentFile: string,
): string {
	const words = ["npx", "finitude", "compare", experimentFile, "--engine", engine];
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
