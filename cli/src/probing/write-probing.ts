/** Writes what `finitude probe` leaves behind. */
import { answerToJson, type Experiment, version } from "@finitude/core";
import type { Engine, EngineChoice } from "@finitude/engine";
import { featuresFiles } from "../render/features-figure.ts";
import { writeResults } from "../results/folder.ts";
import { probeCsv } from "../results/probe-table.ts";
import { computedOn, experimentFileOf, reproduceCommand } from "../results/reproduce.ts";
import { probingJson } from "./probing-json.ts";
import type { ProbingRun } from "./run-probing.ts";

export interface ProbingPlace {
	readonly folder: string;
	readonly hash: string;
	readonly choice: EngineChoice;
	readonly engine: Engine;
	/** Paths of the experiment's data files are relative to it. */
	readonly dataFolder: string;
	/** Ids of those that the command names; empty for all. */
	readonly probes: readonly string[];
}

/** Writes result.json, table.csv, features.svg, features.png, the resolved experiment and command.txt; returns result.json. */
export function writeProbing(
	run: ProbingRun,
	experiment: Experiment,
	{ folder, hash, choice, engine, dataFolder, probes }: ProbingPlace,
): string {
	const file = experimentFileOf(experiment, dataFolder, folder);
	const words = ["probe", file.name, ...probes.flatMap((id) => ["--probe", id])];
	const command = reproduceCommand(words, choice);
	const resultJson = JSON.stringify(resultOf(run, experiment, { hash, command, engine }), null, 1);
	writeResults(folder, {
		"result.json": `${resultJson}\n`,
		"table.csv": probeCsv(run.probed),
		...featuresFiles(run.probed, experiment),
		[file.name]: file.text,
		"command.txt": `${command}\n`,
	});
	return resultJson;
}

function resultOf(
	{ probed, outcomes, answer, notSampled, interrupted }: ProbingRun,
	experiment: Experiment,
	{ hash, command, engine }: { readonly hash: string; readonly command: string; readonly engine: Engine },
): object {
	return {
		name: experiment.name,
		hash,
		command,
		version,
		...computedOn(engine),
		seed: experiment.sampling === false ? experiment.seed : experiment.sampling.seed,
		interrupted,
		...(notSampled === undefined ? {} : { notSampled }),
		experiment: experiment.resolved,
		probing: probingJson(probed),
		refused: outcomes.filter((outcome) => "reason" in outcome),
		...(answer && {
			sampled: answerToJson({
				sampler: answer.sampler,
				diagnostics: answer.diagnostics,
				convergence: answer.convergence,
				validity: answer.validity,
			}),
		}),
	};
}
