import { analyses, bibtex, findNamed, probes, type Reference, theories } from "@finitude/core";

interface Cited {
	readonly id: string;
	readonly aliases: readonly string[];
	readonly references: readonly Reference[];
}

/** What `finitude cite` does. */
export function cite(ids: readonly string[]): void {
	const all: readonly Cited[] = [...theories, ...analyses, ...probes];
	const chosen = ids.length === 0 ? all : ids.map((id) => findNamed(all, id, "cite"));
	console.log(bibtex(chosen.flatMap(({ references }) => references)));
}
