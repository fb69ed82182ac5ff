import type { Engine } from "@finitude/engine";
import type { DataSettings } from "../../data/schema.ts";
import { teacherDirection } from "../../data/teachers/index.ts";
import type { Experiment } from "../experiment.ts";

/** The direction that the targets of an experiment depend on, of unit length, where a teacher made them that has one. */
export function taughtDirection(
	{ resolved }: Pick<Experiment, "resolved">,
	engine: Engine,
): Float64Array | undefined {
	const data = resolved.data as DataSettings | undefined;
	if (data?.source !== "teacher") return undefined;
	// As resolved: the seed is in it.
	return teacherDirection(data.teacher, { seed: data.seed!, engine });
}
