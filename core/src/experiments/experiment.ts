import type { Engine } from "@finitude/engine";
import { activationNames } from "../activations/registry.ts";
import { makeDataSet } from "../data/data-set.ts";
import { type FileAccess, readFile } from "../data/file-access.ts";
import { InputError } from "../errors.ts";
import { networkFromJson } from "../network/parse-network.ts";
import { inFile, parseWith } from "../problem/faults.ts";
import { checkProblem, parseProblem, problemToJson } from "../problem/parse-problem.ts";
import { parseText } from "../problem/parse-text.ts";
import type { Problem } from "../problem/problem.ts";
import { findSampler } from "../samplers/registry.ts";
import type { SamplingSettings } from "../samplers/sampler.ts";
import { findTheory } from "../theories/registry.ts";
import { parseOptions } from "../theories/solve.ts";
import type { Theory } from "../theories/theory.ts";
import type { LearningCurveJson } from "./learning-curve/schema.ts";
import { type ExperimentJson, experimentSchema } from "./schema.ts";
import type { TheoryMapJson } from "./theory-map/schema.ts";

/** A theory to solve, with the options the file gives (the theory fills in the rest). */
export interface TheoryChoice {
	readonly id: string;
	readonly options: Readonly<Record<string, unknown>>;
}

/** An experiment ready to run. */
export interface Experiment {
	readonly name: string;
	readonly problem: Problem;
	readonly theories: "all" | readonly TheoryChoice[];
	readonly sampling: SamplingSettings | false;
	readonly seed: number;
	/** How to sweep it, where the file says so: `resolveLearningCurve` fills in the rest. */
	readonly learningCurve?: LearningCurveJson;
	/** How to map theories over width and scaling, where the file says so: `resolveTheoryMap` fills in the rest. */
	readonly map?: TheoryMapJson;
	/** The same experiment as a file with every default written out; a problem given by path stands in it in full. */
	readonly resolved: Readonly<Record<string, unknown>>;
}

export interface ResolveContext extends FileAccess {
	/** Draws the points of synthetic and subsampled data. */
	readonly engine: Engine;
	/** Names that `activation` may take. */
	readonly activations?: readonly string[];
}

/** Whether a file's content is an experiment (or means to be one) and not a bare problem. */
export function isExperiment(json: unknown): boolean {
	if (typeof json !== "object" || json === null || "trainInputs" in json) return false;
	return ["data", "problem", "theories", "sampling"].some((key) => key in json);
}

/**
 * Reads an experiment: fills in the defaults, loads or makes its data set, checks everything.
 * Resolving `resolved` again gives the same problem, bit for bit.
 *
 * @throws InputError for the first fault, of the experiment or of a file it names.
 */
export function resolveExperiment(json: unknown, context: ResolveContext): Experiment {
	const { activations = activationNames() } = context;
	const parsed = parseWith(experimentSchema(activations), json);
	const { seed, learningCurve, map } = parsed;
	const sweeps = { ...(learningCurve && { learningCurve }), ...(map && { map }) };
	const theories = parsed.theories === "all" ? parsed.theories : theoryChoices(parsed.theories);
	const sampling = parsed.sampling && samplingSettings(parsed.sampling, seed);
	const { problem, parts } =
		parsed.problem === undefined
			? problemFromData(parsed, context)
			: givenProblem((json as { problem: unknown }).problem, parsed, context, activations);
	const { name } = problem;
	return {
		name,
		problem,
		theories,
		sampling,
		seed,
		...sweeps,
		resolved: { name, seed, ...parts, theories, sampling, ...sweeps },
	};
}

/** The sampler's options are checked here, and their defaults written out. */
function samplingSettings(
	sampling: Exclude<ExperimentJson["sampling"], false>,
	experimentSeed: number,
): SamplingSettings {
	const sampler = findSampler(sampling.sampler, "sampling.sampler");
	const options = parseWith(sampler.options, sampling.options, "sampling.options");
	return { ...sampling, seed: sampling.seed ?? experimentSeed, options };
}

/** Checked here, before data are read and theories solved for minutes. */
function theoryChoices(entries: Exclude<ExperimentJson["theories"], "all">): TheoryChoice[] {
	const chosen = new Set<Theory>();
	return entries.map((entry, i) => {
		const choice = typeof entry === "string" ? { id: entry, options: {} } : entry;
		const where = `theories[${i}]`;
		const theory = findTheory(choice.id, where);
		parseOptions(theory, choice.options, `${where}.options`);
		// Tables and figures tell theories apart by their id.
		if (chosen.has(theory)) {
			throw new InputError({ where, wanted: "every theory once", got: `${theory.id} again` });
		}
		chosen.add(theory);
		return choice;
	});
}

interface ProblemParts {
	readonly problem: Problem;
	/** What stands in the resolved file for it. */
	readonly parts: Readonly<Record<string, unknown>>;
}

function problemFromData(experiment: ExperimentJson, context: ResolveContext): ProblemParts {
	const { data: settings, network: networkJson, noiseVariance, seed } = experiment;
	for (const field of ["data", "network", "noiseVariance"] as const) {
		if (experiment[field] !== undefined) continue;
		throw new InputError({
			where: field,
			wanted: FIELD_FORMS[field],
			got: "nothing",
			advice: field === "data" ? "Or give problem." : "",
		});
	}
	const network = networkFromJson(networkJson!);
	const { data, resolved } = makeDataSet(settings!, { files: context, engine: context.engine, seed });
	const problem: Problem = {
		name: experiment.name ?? settings!.source,
		...data,
		network,
		noiseVariance: noiseVariance!,
	};
	checkProblem(problem);
	return { problem, parts: { data: resolved, network, noiseVariance } };
}

const FIELD_FORMS = {
	data: "how to make the data set",
	network: "a network",
	noiseVariance: "a finite number of at least 0",
} as const;

function givenProblem(
	given: unknown,
	experiment: ExperimentJson,
	context: ResolveContext,
	activations: readonly string[],
): ProblemParts {
	for (const field of ["data", "network", "noiseVariance"] as const) {
		if (experiment[field] === undefined) continue;
		throw new InputError({
			where: field,
			wanted: `no ${field} beside problem`,
			got: "both",
			advice: field === "data" ? "Leave one out." : "The problem has its own.",
		});
	}
	const problem =
		typeof given === "string"
			? readProblem(given, context, activations)
			: parseProblem(given, "problem", activations);
	const name = experiment.name ?? (problem.name === "" ? "unnamed" : problem.name);
	return { problem: { ...problem, name }, parts: { problem: problemToJson(problem) } };
}

function readProblem(path: string, context: ResolveContext, activations: readonly string[]): Problem {
	const json = parseText(readFile(context, path), path);
	return inFile(path, () => parseProblem(json, "", activations));
}
