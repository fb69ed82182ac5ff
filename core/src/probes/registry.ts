import { findNamed } from "../find-named.ts";
import { alignment } from "./alignment.ts";
import { deepGraphPersistence } from "./deep-graph-persistence.ts";
import { funnel } from "./funnel.ts";
import { neuralPersistence } from "./neural-persistence.ts";
import { nonlinearity } from "./nonlinearity.ts";
import type { Probe } from "./probe.ts";

/** Every probe, in the order in which tables show them. */
export const probes: readonly Probe[] = [
	alignment,
	nonlinearity,
	funnel,
	neuralPersistence,
	deepGraphPersistence,
];

/** The probe of that id or alias. @param where The field that names it. @throws InputError with all ids when there is none. */
export function findProbe(idOrAlias: string, where = "probe"): Probe {
	return findNamed(probes, idOrAlias, where);
}
