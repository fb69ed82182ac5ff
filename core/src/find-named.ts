import { InputError } from "./errors.ts";
import { suggestion } from "./problem/faults.ts";

/** What a registry holds: its id, and other names that the command line accepts. */
export interface Named {
	readonly id: string;
	readonly aliases: readonly string[];
}

/** The entry of that id or alias. @param where The field that names it. @throws InputError with all ids when there is none. */
export function findNamed<Entry extends Named>(
	entries: readonly Entry[],
	idOrAlias: string,
	where: string,
): Entry {
	const found = entries.find(({ id, aliases }) => id === idOrAlias || aliases.includes(idOrAlias));
	if (found !== undefined) return found;
	throw new InputError({
		where,
		wanted: `one of ${entries.map(({ id }) => id).join(", ")}, or an alias`,
		got: JSON.stringify(idOrAlias),
		advice: suggestion(
			idOrAlias,
			entries.flatMap(({ id, aliases }) => [id, ...aliases]),
		),
	});
}
