import { findNamed } from "../find-named.ts";
import { alignment } from "./alignment.ts";
import type { Probe } from "./probe.ts";

/** Every probe, in the order in which tables show them. */
export const probes: readonly Probe[] = [alignment];

/** The probe of that id or alias. @param where The field that names it. @throws InputError with all ids when there is none. */
export function findProbe(idOrAlias: string, where = "probe"): Probe {
	return findNamed(probes, idOrAlias, where);
}
