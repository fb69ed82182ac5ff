import { InputError } from "../errors.ts";
import { suggestion } from "../problem/faults.ts";
import { kernelRescaling } from "./kernel-rescaling.ts";
import { nngp } from "./nngp.ts";
import { selfConsistent } from "./self-consistent.ts";
import type { Theory } from "./theory.ts";

/** Every theory, in the order in which tables show them. */
export const theories: readonly Theory[] = [
	asTheory(nngp),
	asTheory(selfConsistent),
	asTheory(kernelRescaling),
];

/** Options are checked against the theory's own schema before `solve` sees them, so the list need not know their types. */
function asTheory<Options extends object>(theory: Theory<Options>): Theory {
	return theory as unknown as Theory;
}

/** The theory of that id or alias. @param where The field that names it. @throws InputError with all ids when there is none. */
export function findTheory(idOrAlias: string, where = "theory"): Theory {
	const found = theories.find(({ id, aliases }) => id === idOrAlias || aliases.includes(idOrAlias));
	if (found !== undefined) return found;
	throw new InputError({
		where,
		wanted: `one of ${theories.map(({ id }) => id).join(", ")}, or an alias`,
		got: JSON.stringify(idOrAlias),
		advice: suggestion(
			idOrAlias,
			theories.flatMap(({ id, aliases }) => [id, ...aliases]),
		),
	});
}
