/**
 * The parts of the ArviZ schema (https://python.arviz.org/en/stable/schema/schema.html) that a sampled problem must follow,
 * and our own groups beside them.
 */
import { z } from "zod";
import type { ReadTree, ReadVariable } from "./trees.ts";

const DRAWN = ["posterior", "sample_stats", "weights"];
const REQUIRED = ["posterior", "sample_stats", "observed_data", "constant_data", "sampled_network"];

/** Names that the schema gives a meaning to; others are allowed by it, but none of ours should be a misspelled one. */
const SAMPLE_STATS: Readonly<Record<string, "number" | "boolean">> = {
	lp: "number",
	acceptance_rate: "number",
	diverging: "boolean",
	step_size: "number",
};

const attributes = z.looseObject({
	creation_library: z.literal("finitude"),
	creation_library_version: z.string(),
	creation_library_language: z.literal("TypeScript"),
	inference_library: z.literal("finitude"),
	inference_library_version: z.string(),
});

const drawnAttributes = attributes.extend({
	sample_dims: z.tuple([z.literal("chain"), z.literal("draw")]),
	tuning_steps: z.int().min(0),
	sampling_time: z.number().positive(),
});

/** Sentences on what does not follow the schema. */
export function schemaFaults({ groups }: ReadTree): string[] {
	const faults: string[] = [];
	const check = (claim: boolean, fault: string) => claim || faults.push(fault);
	for (const name of REQUIRED) check(name in groups, `${name} is missing`);
	const others = Object.keys(groups).filter((name) => ![...REQUIRED, "weights"].includes(name));
	for (const name of others) check(/^theory_[a-z0-9_]+$/.test(name), `${name} is no group of the schema`);
	for (const [group, { attributes: given, variables }] of Object.entries(groups)) {
		const parsed = (DRAWN.includes(group) ? drawnAttributes : attributes).safeParse(given);
		check(parsed.success, `${group}: ${parsed.error?.message}`);
		for (const [name, variable] of Object.entries(variables)) {
			for (const [axis, dimension] of variable.dimensions.entries()) {
				const label = variables[dimension];
				check(
					label !== undefined && label.dimensions.length === 1 && label.shape[0] === variable.shape[axis],
					`${group}.${name}: no coordinate for ${dimension}`,
				);
			}
			if (variable.dimensions[0] === name) continue;
			const leads = variable.dimensions.slice(0, 2).join() === "chain,draw";
			const sampled = variable.dimensions.includes("chain") || variable.dimensions.includes("draw");
			check(DRAWN.includes(group) ? leads : !sampled, `${group}.${name}: ${variable.dimensions.join()}`);
		}
	}
	const counts = DRAWN.filter((group) => group in groups).map((group) => [
		coordinate(groups, group, "chain"),
		coordinate(groups, group, "draw"),
	]);
	check(
		new Set(counts.map((labels) => JSON.stringify(labels))).size === 1,
		"chains and draws differ between the groups",
	);
	for (const [name, variable] of Object.entries(groups.sample_stats?.variables ?? {})) {
		if (name === "chain" || name === "draw") continue;
		const type = SAMPLE_STATS[name];
		check(
			variable.values.every((value) => typeof value === type),
			`sample_stats.${name} is not of type ${type}`,
		);
	}
	return faults;
}

function coordinate(
	groups: ReadTree["groups"],
	group: string,
	name: string,
): ReadVariable["values"] | undefined {
	return groups[group]?.variables[name]?.values;
}
