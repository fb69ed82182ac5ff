/** Problem and experiment files as the commands take them. */
import { dirname, resolve } from "node:path";
import {
	type Experiment,
	InputError,
	isExperiment,
	type Problem,
	parseProblem,
	parseText,
	resolveExperiment,
} from "@finitude/core";
import type { Engine } from "@finitude/engine";
import { readBytes, readText } from "./files.ts";
import { readMnist } from "./mnist.ts";

export interface InputFile {
	/** What the file holds, not yet validated. */
	readonly json: unknown;
	/** Paths inside the file are relative to this folder. */
	readonly folder: string;
	/** As the user wrote it. */
	readonly path: string;
}

/** Reads a YAML or JSON file, or standard input for "-". @throws InputError when it cannot be read or parsed. */
export function readInput(path: string): InputFile {
	const json = parseText(readText(path), path === "-" ? "standard input" : path);
	return { json, folder: path === "-" ? process.cwd() : dirname(resolve(path)), path };
}

/** The experiment of a file, every default filled in, `sampling` overlaid by the flags of the command. */
export function loadExperiment(
	input: InputFile,
	engine: Engine,
	sampling: Readonly<Record<string, unknown>> = {},
): Experiment {
	return resolveExperiment(withSampling(asExperiment(input), sampling), {
		engine,
		readBytes: (path) => readBytes(resolve(input.folder, path)),
		mnist: () => readMnist(input.folder),
	});
}

/** The problem of a problem file or of an experiment file. */
export function loadProblem(input: InputFile, engine: Engine): Problem {
	return isExperiment(input.json) ? loadExperiment(input, engine).problem : parseProblem(input.json);
}

/** A bare problem file becomes an experiment with all defaults. */
function asExperiment({ json }: InputFile): unknown {
	if (isExperiment(json)) return json;
	const problem = parseProblem(json);
	return { name: problem.name === "" ? "problem" : problem.name, problem: json };
}

function withSampling(json: unknown, overrides: Readonly<Record<string, unknown>>): unknown {
	if (Object.keys(overrides).length === 0 || typeof json !== "object" || json === null) return json;
	const sampling = (json as { sampling?: unknown }).sampling;
	if (sampling === false) {
		throw new InputError({
			where: "sampling",
			wanted: "sampling settings, since the command gives some too",
			got: "false",
			advice: "Remove `sampling: false` from the file or the sampling flags from the command.",
		});
	}
	return { ...json, sampling: { ...(sampling as object | undefined), ...overrides } };
}
