import { z } from "zod";
import { analysisFileSchema } from "../analyses/analysis-file.ts";
import { problemSchema } from "../problem/schema.ts";
import { experimentSchema } from "./schema.ts";

/** The JSON Schemas (draft 2020-12) of problem, experiment and analysis files, for editors. */
export function jsonSchemas(): { problem: object; experiment: object; analysis: object } {
	const convert = (schema: z.ZodType, title: string) => ({
		...z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
		title,
	});
	return {
		problem: convert(problemSchema(), "finitude problem"),
		experiment: convert(experimentSchema(), "finitude experiment"),
		analysis: convert(analysisFileSchema(), "finitude analysis"),
	};
}
