/** What a command left in its folder of results. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";

/** The folder of the one run below `base`/runs. @param beside names of what else is there */
export function onlyRun(base: string, beside: readonly string[] = []): string {
	const runs = readdirSync(join(base, "runs")).filter((name) => !beside.includes(name));
	expect(runs).toHaveLength(1);
	return join(base, "runs", runs[0]!);
}

/** Everything of result.json except the times, which no run repeats. */
export function timeless(folder: string) {
	return JSON.parse(readFileSync(join(folder, "result.json"), "utf8"), (key, value) =>
		key === "seconds" ? undefined : value,
	);
}
