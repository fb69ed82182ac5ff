/** The file of an analysis: its options, and a problem or how to make one where it needs that. */

import type { Engine } from "@finitude/engine";
import { z } from "zod";
import { activationNames } from "../activations/registry.ts";
import type { DataSettings } from "../data/schema.ts";
import { teacherDirection } from "../data/teachers/index.ts";
import { type ResolveContext, resolveExperiment } from "../experiments/experiment.ts";
import { experimentSchema } from "../experiments/schema.ts";
import { perActivations } from "../network/per-activations.ts";
import { parseWith } from "../problem/faults.ts";
import type { AnalysisInput } from "./analysis.ts";

/** The strict Zod schema of an analysis file. @param activations Names that `activation` may take. */
export const analysisFileSchema = perActivations((activations) =>
	experimentSchema(activations)
		.pick({ name: true, seed: true, problem: true, data: true, network: true, noiseVariance: true })
		.extend({
			options: z
				.record(z.string(), z.unknown())
				.default({})
				.describe("Options of the analysis, told on its page."),
		}),
);

/** A file ready to be analyzed. */
export interface AnalysisFile {
	readonly name?: string;
	readonly input: AnalysisInput;
	/** As the file gives them: the analysis checks them and fills in the rest. */
	readonly options: Readonly<Record<string, unknown>>;
	/** The same file with defaults written out, but for the options; a problem given by path stands in it in full. */
	readonly resolved: Readonly<Record<string, unknown>>;
}

/** @throws InputError for the first fault, of the file or of a file that it names. */
export function resolveAnalysisFile(json: unknown, context: ResolveContext): AnalysisFile {
	const { activations = activationNames() } = context;
	const { name, options, seed } = parseWith(analysisFileSchema(activations), json);
	const { options: _, ...question } = json as Readonly<Record<string, unknown>>;
	const asksAbout = ["problem", "data", "network", "noiseVariance"].some((key) => key in question);
	if (!asksAbout) {
		return {
			...(name !== undefined && { name }),
			input: { seed },
			options,
			resolved: { ...(name !== undefined && { name }), seed },
		};
	}
	const experiment = resolveExperiment({ ...question, theories: [], sampling: false }, context);
	const { theories: __, sampling: ___, ...resolved } = experiment.resolved;
	const direction = directionOf(resolved.data as DataSettings | undefined, context.engine);
	const input = {
		problem: experiment.problem,
		seed,
		...(direction && { teacherDirection: direction }),
	};
	return { name: experiment.name, input, options, resolved };
}

/** @param data as resolved: the seed is in it */
function directionOf(data: DataSettings | undefined, engine: Engine): Float64Array | undefined {
	if (data?.source !== "teacher") return undefined;
	return teacherDirection(data.teacher, { seed: data.seed!, engine });
}
