/** What a results folder holds so that its numbers can be had again. */
import { relative, resolve } from "node:path";
import { type Experiment, withDataPaths } from "@finitude/core";
import type { Engine, EngineChoice } from "@finitude/engine";
import { stringify } from "yaml";
import { shellWord } from "./folder.ts";

/**
 * The resolved experiment as a file of the results folder, its data paths relative to there. A problem given in full is written
 * as JSON: a long list of numbers is no easier to read in YAML, and YAML readers limit the size of a file.
 *
 * @param dataFolder paths of the experiment's data files are relative to it
 */
export function experimentFileOf(
	experiment: Experiment,
	dataFolder: string,
	folder: string,
): { readonly name: string; readonly text: string } {
	const resolved = withDataPaths(experiment.resolved, (path) => relative(folder, resolve(dataFolder, path)));
	return "problem" in resolved
		? { name: "experiment.json", text: `${JSON.stringify(resolved)}\n` }
		: { name: "experiment.yaml", text: stringify(resolved) };
}

/**
 * A command that, run inside the results folder, gives the same numbers bit for bit (all but the seconds).
 * @param words after `finitude`
 */
export function reproduceCommand(
	words: readonly string[],
	{ engine = "auto", deterministic = true }: EngineChoice,
): string {
	const all = ["npx", "finitude", ...words, "--engine", engine];
	if (!deterministic) all.push("--no-deterministic");
	return all.map(shellWord).join(" ");
}

/** Where the numbers were computed, as results say it. */
export function computedOn({ id, variant, deterministic }: Engine) {
	return {
		runtime: `Node.js ${process.version} ${process.platform} ${process.arch}`,
		engine: { id, variant, deterministic },
	};
}
