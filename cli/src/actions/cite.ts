import { bibtex, findTheory, theories } from "@finitude/core";

/** What `finitude cite` does. */
export function cite(ids: readonly string[]): void {
	const chosen = ids.length === 0 ? theories : ids.map((id) => findTheory(id));
	console.log(bibtex(chosen.flatMap((theory) => theory.references)));
}
