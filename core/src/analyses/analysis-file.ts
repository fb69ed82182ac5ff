/** The file of an analysis: its options, and a problem, how to make one, or a network alone, where it needs that. */

import type { Engine } from "@finitude/engine";
import { z } from "zod";
import { activationNames } from "../activations/registry.ts";
import type { DataSettings } from "../data/schema.ts";
import { teacherData, teacherDirection } from "../data/teachers/index.ts";
import { type ResolveContext, resolveExperiment } from "../experiments/experiment.ts";
import { experimentSchema } from "../experiments/schema.ts";
import { networkFromJson } from "../network/parse-network.ts";
import { perActivations } from "../network/per-activations.ts";
import { parseWith } from "../problem/faults.ts";
import { problemSchema } from "../problem/schema.ts";
import type { AnalysisInput, NetworkSetting } from "./analysis.ts";

const networkSettingSchema = perActivations((activations) =>
	problemSchema(activations).pick({ name: true, network: true, noiseVariance: true }),
);

/** The strict Zod schema of an analysis file. @param activations Names that `activation` may take. */
export const analysisFileSchema = perActivations((activations) => {
	const experiment = experimentSchema(activations);
	return experiment
		.pick({ name: true, seed: true, problem: true, data: true, network: true, noiseVariance: true })
		.extend({
			problem: z
				.union([experiment.shape.problem.unwrap(), networkSettingSchema(activations)])
				.optional()
				.describe(
					"A problem, or the path of one, or of a problem the network and the noise alone. Then data, network and noiseVariance are left out.",
				),
			options: z
				.record(z.string(), z.unknown())
				.default({})
				.describe("Options of the analysis, told on its page."),
		});
});

/** A file ready to be analyzed. */
export interface AnalysisFile {
	readonly name?: string;
	readonly input: AnalysisInput;
	/** As the file gives them: the analysis checks them and fills in the rest. */
	readonly options: Readonly<Record<string, unknown>>;
	/** The same file with defaults written out, but for the options; a problem given by path stands in it in full. */
	readonly resolved: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws InputError for the first fault, of the file or of a file that it names. */
export function resolveAnalysisFile(json: unknown, context: ResolveContext): AnalysisFile {
	const { activations = activationNames() } = context;
	// The problem is checked below, as what it is: of a union of its forms only one fault could be told.
	const { name, options, seed } = parseWith(analysisFileSchema(activations), withoutProblem(json));
	const { options: _, ...question } = json as Fields;
	const named = { ...(name !== undefined && { name }) };
	const setting = networkSetting(question, activations);
	if (setting !== undefined) {
		return { ...named, input: { setting, seed }, options, resolved: { ...named, seed, ...setting } };
	}
	if (!("problem" in question || "data" in question)) {
		return { ...named, input: { seed }, options, resolved: { ...named, seed } };
	}
	const experiment = resolveExperiment({ ...question, theories: [], sampling: false }, context);
	const { theories: __, sampling: ___, ...resolved } = experiment.resolved;
	const taught = taughtBy(resolved.data as DataSettings | undefined, context.engine);
	const input = { problem: experiment.problem, seed, ...taught };
	return { name: experiment.name, input, options, resolved };
}

function isObject(value: unknown): value is Fields {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutProblem(json: unknown): unknown {
	if (!isObject(json)) return json;
	const { problem: _, ...rest } = json;
	return rest;
}

/** The network and the noise of a file that has no data, in its problem or beside the options; undefined where it has neither. */
function networkSetting(
	{ problem, data, network, noiseVariance }: Fields,
	activations: readonly string[],
): NetworkSetting | undefined {
	const beside = data !== undefined || network !== undefined || noiseVariance !== undefined;
	const where = problem === undefined ? "" : "problem";
	const given = problem === undefined ? { network, noiseVariance } : problem;
	if (problem === undefined ? data !== undefined || !beside : beside || !lacksData(problem)) return undefined;
	const parsed = parseWith(networkSettingSchema(activations), given, where);
	return {
		network: networkFromJson(parsed.network, where === "" ? "network" : "problem.network"),
		noiseVariance: parsed.noiseVariance,
	};
}

/** A problem that names its network or its noise, and no points. */
function lacksData(problem: unknown): boolean {
	if (!isObject(problem)) return false;
	const points = ["trainInputs", "trainTargets", "testInputs", "testTargets", "inputShape"];
	return ("network" in problem || "noiseVariance" in problem) && !points.some((field) => field in problem);
}

/** What is known of the task of a teacher. @param data as resolved: the seed is in it */
function taughtBy(
	data: DataSettings | undefined,
	engine: Engine,
): Pick<AnalysisInput, "freshPoints" | "teacherDirection"> {
	if (data?.source !== "teacher") return {};
	const { teacher, targetNoiseVariance } = data;
	const seed = data.seed!;
	const direction = teacherDirection(teacher, { seed, engine });
	return {
		...(direction && { teacherDirection: direction }),
		freshPoints(count) {
			const { testInputs, testTargets } = teacherData(teacher, {
				trainCount: 1,
				testCount: count,
				seed,
				engine,
			});
			return { inputs: testInputs!, targets: testTargets!.data, noiseVariance: targetNoiseVariance };
		},
	};
}
