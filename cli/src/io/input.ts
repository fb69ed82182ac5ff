/** Problem and experiment files as the commands take them. */
import { dirname, resolve } from "node:path";
import {
	type AnalysisFile,
	type Experiment,
	InputError,
	inFile,
	isExperiment,
	type LearningCurve,
	type Problem,
	parseProblem,
	parseText,
	type ResolveContext,
	resolveAnalysisFile,
	resolveExperiment,
	resolveLearningCurve,
	resolveTheoryMap,
	samplers,
	type TheoryMap,
} from "@finitude/core";
import type { Engine } from "@finitude/engine";
import { readBytes, readStandardInput } from "./files.ts";
import { readMnist } from "./mnist.ts";

export interface InputFile {
	/** What the file holds, not yet validated. */
	readonly json: unknown;
	/** Paths inside the file are relative to this folder. */
	readonly folder: string;
	/** As the user wrote it. */
	readonly path: string;
}

/** Of an experiment that names none. */
const DEFAULT_SAMPLER = samplers[0]!.id;

/** Reads a YAML or JSON file, or standard input for "-". @throws InputError when it cannot be read or parsed. */
export async function readInput(path: string): Promise<InputFile> {
	if (path === "-") {
		return { json: parseText(await readStandardInput(), "standard input"), folder: process.cwd(), path };
	}
	return { json: parseText(readBytes(path), path), folder: dirname(resolve(path)), path };
}

/** Faults of the content name the file it stands in. */
function inThisFile<T>({ path }: InputFile, body: () => T): T {
	return path === "-" ? body() : inFile(path, body);
}

/** How the command changes the experiment. */
export interface ExperimentOverlay {
	/** Replace fields of its `sampling`. */
	readonly flags: Readonly<Record<string, unknown>>;
	/** The command is there to sample: `sampling: false` is taken as nothing said. */
	readonly required?: boolean;
	/** Replace the theories of the file, where there are any. */
	readonly theories?: readonly string[];
}

/** How `finitude learning-curve` changes the experiment. */
export interface LearningCurveOverlay {
	/** Replace fields of the experiment: `theories`, and `sampling: false`. */
	readonly experiment: Readonly<Record<string, unknown>>;
	/** Replace fields of its `learningCurve`. */
	readonly learningCurve: Readonly<Record<string, unknown>>;
	/** Replace fields of its `sampling`. */
	readonly sampling: Readonly<Record<string, unknown>>;
}

/** The experiment of a file, every default filled in, overlaid by the flags of the command. */
export function loadExperiment(
	input: InputFile,
	engine: Engine,
	overlay: ExperimentOverlay = { flags: {} },
): Experiment {
	const files = filesOf(input, engine);
	return inThisFile(input, () => {
		const { theories = [] } = overlay;
		const chosen = theories.length > 0 && { theories };
		return resolveExperiment(withSampling({ ...(asExperiment(input) as object), ...chosen }, overlay), files);
	});
}

/** The learning curve of a file, overlaid by the flags of the command. */
export function loadLearningCurve(
	input: InputFile,
	engine: Engine,
	{ experiment, learningCurve, sampling }: LearningCurveOverlay,
): LearningCurve {
	return inThisFile(input, () => {
		const json = { ...(asExperiment(input) as object), ...experiment };
		const { learningCurve: given = {} } = json as { readonly learningCurve?: unknown };
		// Anything but an object is wrong, and the schema says so.
		const section = isObject(given) ? { ...given, ...learningCurve } : given;
		const silent = isObject(section) && Object.keys(section).length === 0;
		const whole = silent ? json : { ...json, learningCurve: section };
		return resolveLearningCurve(withSampling(whole, { flags: sampling }), filesOf(input, engine));
	});
}

/** The theory map of a file, `sampling` overlaid by the flags of the command. */
export function loadTheoryMap(
	input: InputFile,
	engine: Engine,
	flags: ExperimentOverlay["flags"],
): TheoryMap {
	return inThisFile(input, () =>
		resolveTheoryMap(withSampling(asExperiment(input), { flags }), filesOf(input, engine)),
	);
}

/** Options of an analysis and, where the file has one, its problem. */
export function loadAnalysisFile(input: InputFile, engine: Engine): AnalysisFile {
	return inThisFile(input, () => resolveAnalysisFile(input.json, filesOf(input, engine)));
}

function filesOf({ folder }: InputFile, engine: Engine): ResolveContext {
	return {
		engine,
		readBytes: (path) => readBytes(resolve(folder, path)),
		mnist: () => readMnist(folder),
	};
}

/** The problem of a problem file or of an experiment file. */
export function loadProblem(input: InputFile, engine: Engine): Problem {
	return isExperiment(input.json)
		? loadExperiment(input, engine).problem
		: inThisFile(input, () => parseProblem(input.json));
}

/** A bare problem file becomes an experiment with all defaults. */
function asExperiment({ json }: InputFile): unknown {
	if (isExperiment(json)) return json;
	const problem = parseProblem(json);
	return { name: problem.name === "" ? "problem" : problem.name, problem: json };
}

function withSampling(json: unknown, { flags, required = false }: ExperimentOverlay): unknown {
	const { sampling: given = {}, ...rest } = json as { readonly sampling?: unknown };
	const sampling = given === false && required ? {} : given;
	if (sampling === false && Object.keys(flags).length > 0) {
		throw new InputError({
			where: "sampling",
			wanted: "sampling settings, since the command gives some too",
			got: "false",
			advice: "Remove `sampling: false` from the file or the sampling flags from the command.",
		});
	}
	// Anything but an object is either false or wrong, and the schema says so.
	if (!isObject(sampling)) return json;
	const inFile = sampling as { readonly sampler?: unknown; readonly options?: unknown };
	// Options in the file are those of the file's sampler.
	const sameSampler = flags.sampler === undefined || flags.sampler === (inFile.sampler ?? DEFAULT_SAMPLER);
	const { options: _, ...withoutOptions } = inFile;
	const merged = { ...(sameSampler ? inFile : withoutOptions), ...flags };
	const mergesOptions = sameSampler && isObject(inFile.options) && isObject(flags.options);
	return {
		...rest,
		sampling: mergesOptions
			? { ...merged, options: { ...inFile.options, ...(flags.options as object) } }
			: merged,
	};
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
