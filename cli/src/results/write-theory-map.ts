/** Writes what `finitude compare --map` leaves behind. */
import {
	answerToJson,
	hashExperiment,
	type TheoryMap,
	type TheoryMapResults,
	theoryMapTable,
	version,
} from "@finitude/core";
import { theoryMapFigure } from "@finitude/core/figures";
import type { Engine, EngineChoice } from "@finitude/engine";
import { createDocument } from "../render/document.ts";
import { renderPng } from "../render/png.ts";
import { renderCsv } from "../render/table.ts";
import { resultsFolder, writeResults } from "./folder.ts";
import { computedOn, experimentFileOf, reproduceCommand } from "./reproduce.ts";

export interface TheoryMapRun {
	readonly map: TheoryMap;
	readonly results: TheoryMapResults;
	readonly engine: Engine;
}

/**
 * Writes result.json, theory-map.csv, theory-map.svg, theory-map.png, the resolved experiment and command.txt into a folder below `base`.
 * @param dataFolder paths of the experiment's data files are relative to it
 */
export function writeTheoryMap(
	{ map, results, engine }: TheoryMapRun,
	{ base, choice, dataFolder }: { base: string; choice: EngineChoice; dataFolder: string },
): { readonly folder: string; readonly resultJson: string } {
	const { name, resolved } = map.experiment;
	const hash = hashExperiment({ command: "compare --map", ...resolved });
	const folder = resultsFolder(base, name, hash);
	const experimentFile = experimentFileOf(map.experiment, dataFolder, folder);
	const command = reproduceCommand(["compare", experimentFile.name, "--map"], choice);
	const result = {
		name,
		hash,
		command,
		version,
		...computedOn(engine),
		seed: map.sampling.seed,
		interrupted: !results.complete,
		experiment: resolved,
		results: answerToJson(results),
	};
	const resultJson = JSON.stringify(result, null, 1);
	const svg = theoryMapFigure(name, results, createDocument());
	writeResults(folder, {
		"result.json": `${resultJson}\n`,
		"theory-map.csv": renderCsv(theoryMapTable(results)),
		"theory-map.svg": svg,
		"theory-map.png": renderPng(svg),
		[experimentFile.name]: experimentFile.text,
		"command.txt": `${command}\n`,
	});
	return { folder, resultJson };
}
