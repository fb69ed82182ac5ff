import { createHash } from "node:crypto";
import { type Problem, problemToJson, type SamplingSettings, version } from "@finitude/core";
import type { Engine } from "@finitude/engine";
import type { SamplingFlags } from "../commands/options.ts";
import { type CheckpointPlace, countCheckpoints } from "./checkpoints.ts";

/**
 * The place of a run's checkpoints; its identity is a hash of everything that the draws depend on. Says on standard error when
 * there is nothing to resume.
 * @throws InputError when a checkpoint to resume is damaged or belongs to another run: now, not after the theories are solved.
 */
export function checkpointPlace(
	folder: string,
	{ resume = false, checkpointEvery: seconds }: Pick<SamplingFlags, "resume" | "checkpointEvery">,
	problem: Problem,
	settings: SamplingSettings,
	{ id, variant, deterministic }: Engine,
): CheckpointPlace {
	const run = { problem: problemToJson(problem), settings, engine: { id, variant, deterministic }, version };
	const identity = createHash("sha256").update(JSON.stringify(run)).digest("hex");
	const place = { folder, identity, resume, seconds };
	if (resume && countCheckpoints(place, settings.chains) === 0) {
		console.error(`No checkpoints in ${folder}: starting from the beginning.`);
	}
	return place;
}
