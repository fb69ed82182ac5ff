/** Writes what `finitude analyze --out` leaves behind. */
import { relative, resolve } from "node:path";
import {
	type Analysis,
	type AnalysisFile,
	answerToJson,
	hashExperiment,
	type ReportedAnalysis,
	withDataPaths,
} from "@finitude/core";
import { analysisFigures } from "@finitude/core/figures";
import type { EngineChoice } from "@finitude/engine";
import { createDocument } from "../render/document.ts";
import { renderPng } from "../render/png.ts";
import { renderCsv } from "../render/table.ts";
import { resultsFolder, writeResults } from "./folder.ts";
import { reproduceCommand } from "./reproduce.ts";

/**
 * Writes result.json, table.csv, figure.svg and figure.png (more figures where the analysis has them), analysis.json (the file
 * with every default written out) and command.txt into a folder below `base`.
 * @param dataFolder paths of the file's data are relative to it
 * @returns the folder
 */
export function writeAnalysis(
	analysis: Analysis,
	answer: ReportedAnalysis,
	file: AnalysisFile,
	{ base, choice, dataFolder }: { base: string; choice: EngineChoice; dataFolder: string },
): string {
	const name = file.name ?? analysis.id;
	const resolved = { ...file.resolved, name, options: answerToJson(answer.options) };
	const hash = hashExperiment({ analysis: analysis.id, ...resolved });
	const folder = resultsFolder(base, name, hash);
	const movable = withDataPaths(resolved, (path) => relative(folder, resolve(dataFolder, path)));
	const command = reproduceCommand(["analyze", analysis.id, "analysis.json", "--out", "."], choice);
	const { columns, rows } = analysis.table(answer);
	const figures = Object.entries(analysisFigures(name, answer, createDocument())).flatMap(([file, svg]) => [
		[`${file}.svg`, svg] as const,
		[`${file}.png`, renderPng(svg)] as const,
	]);
	const result = {
		name,
		hash,
		command,
		runtime: `Node.js ${process.version} ${process.platform} ${process.arch}`,
		...(answerToJson(answer) as object),
	};
	writeResults(folder, {
		"result.json": `${JSON.stringify(result, null, 1)}\n`,
		"table.csv": renderCsv([columns, ...rows]),
		...Object.fromEntries(figures),
		"analysis.json": `${JSON.stringify(movable)}\n`,
		"command.txt": `${command}\n`,
	});
	return folder;
}
