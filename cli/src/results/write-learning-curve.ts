/** Writes what `finitude learning-curve` leaves behind. */
import {
	answerToJson,
	type CurveMeasurement,
	hashExperiment,
	type LearningCurve,
	type LearningCurveResults,
	learningCurveTable,
	version,
} from "@finitude/core";
import { learningCurveFigure } from "@finitude/core/figures";
import type { Engine, EngineChoice } from "@finitude/engine";
import { createDocument } from "../render/document.ts";
import { renderPng } from "../render/png.ts";
import { renderCsv } from "../render/table.ts";
import { resultsFolder, writeResults } from "./folder.ts";
import { computedOn, experimentFileOf, reproduceCommand } from "./reproduce.ts";

export interface LearningCurveRun {
	readonly curve: LearningCurve;
	readonly measurements: readonly CurveMeasurement[];
	readonly results: LearningCurveResults;
	readonly engine: Engine;
}

/**
 * Writes result.json, learning-curve.csv, learning-curve.svg, learning-curve.png, the resolved experiment and command.txt into a folder
 * below `base`.
 * @param dataFolder paths of the experiment's data files are relative to it
 */
export function writeLearningCurve(
	run: LearningCurveRun,
	{ base, choice, dataFolder }: { base: string; choice: EngineChoice; dataFolder: string },
): { readonly folder: string; readonly resultJson: string } {
	const { experiment } = run.curve;
	const { name, resolved } = experiment;
	const hash = hashExperiment({ command: "learning-curve", ...resolved });
	const folder = resultsFolder(base, name, hash);
	const experimentFile = experimentFileOf(experiment, dataFolder, folder);
	const command = reproduceCommand(["learning-curve", experimentFile.name], choice);
	const resultJson = JSON.stringify(resultOf(run, hash, command), null, 1);
	const svg = learningCurveFigure(name, run.results, createDocument());
	writeResults(folder, {
		"result.json": `${resultJson}\n`,
		"learning-curve.csv": renderCsv(learningCurveTable(run.results)),
		...(svg === undefined ? {} : { "learning-curve.svg": svg, "learning-curve.png": renderPng(svg) }),
		[experimentFile.name]: experimentFile.text,
		"command.txt": `${command}\n`,
	});
	return { folder, resultJson };
}

function resultOf(
	{ curve: { experiment, settings }, measurements, results, engine }: LearningCurveRun,
	hash: string,
	command: string,
): object {
	return {
		name: experiment.name,
		hash,
		command,
		version,
		...computedOn(engine),
		seed: experiment.sampling === false ? experiment.seed : experiment.sampling.seed,
		interrupted: !results.complete,
		experiment: experiment.resolved,
		learningCurve: settings,
		results: answerToJson(results),
		measurements: answerToJson(measurements),
	};
}
