import { analyses, bibtex, findAnalysis, findTheory, type Reference, theories } from "@finitude/core";

/** What `finitude cite` does. */
export function cite(ids: readonly string[]): void {
	const chosen: readonly { readonly references: readonly Reference[] }[] =
		ids.length === 0
			? [...theories, ...analyses]
			: ids.map((id) => (isAnalysis(id) ? findAnalysis(id) : findTheory(id)));
	console.log(bibtex(chosen.flatMap(({ references }) => references)));
}

function isAnalysis(idOrAlias: string): boolean {
	return analyses.some(({ id, aliases }) => id === idOrAlias || aliases.includes(idOrAlias));
}
