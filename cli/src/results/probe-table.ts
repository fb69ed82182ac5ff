/** Every number of a probing, as CSV. */
import type { Measured, Predicted, Probing } from "@finitude/core";
import { renderCsv } from "../render/table.ts";

const HEADER = ["probe", "quantity", "layer", "index", "source", "value", "standardError", "z", "reason"];

/** One line a number; one with its reason where there is none. */
export function probeCsv({ probes }: Probing): string {
	const lines = probes.flatMap(({ id, rows, reason }) => {
		if (reason !== undefined) return [[id, "", "", "", "", "", "", "", reason]];
		return rows.flatMap(({ quantity, layer, prior, theories, sampled }) => {
			const sources: readonly (readonly [string, Measured | Predicted])[] = [
				["prior", prior],
				...Object.entries(theories),
				...(sampled ? [["sampled", sampled] as const] : []),
			];
			return sources.flatMap(([source, one]) => linesOf([id, quantity, layer], source, one));
		});
	});
	return renderCsv([HEADER, ...lines]);
}

function linesOf(place: readonly string[], source: string, one: Measured | Predicted): (string | number)[][] {
	if ("reason" in one) return [[...place, "", source, "", "", "", one.reason]];
	const errors = "standardErrors" in one ? one.standardErrors : undefined;
	const z = "z" in one ? one.z : undefined;
	return one.values.map((value, k) => [
		...place,
		k + 1,
		source,
		value,
		errors?.[k] ?? "",
		z?.[k] ?? "",
		("noStandardErrors" in one && one.noStandardErrors) || ("noZ" in one && one.noZ) || "",
	]);
}
