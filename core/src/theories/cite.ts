import type { Reference } from "./theory.ts";

/** BibTeX entries of the references, each key once, in the order of first appearance. */
export function bibtex(references: readonly Reference[]): string {
	const byKey = new Map(references.map((reference) => [reference.key, reference]));
	return [...byKey.values()].map(entry).join("\n\n");
}

function entry(reference: Reference): string {
	const { key, authors, title, year, journal, doi, arxiv } = reference;
	const fields: [string, string | undefined][] = [
		["author", authors.join(" and ")],
		// The second braces keep BibTeX styles from changing capitals.
		["title", `{${title}}`],
		["year", String(year)],
		["journal", journal],
		["doi", doi],
		["eprint", arxiv],
		["archivePrefix", arxiv && "arXiv"],
	];
	const lines = fields
		.filter(([, text]) => text !== undefined)
		.map(([name, text]) => `  ${name} = {${text}}`);
	return `@${journal === undefined ? "misc" : "article"}{${key},\n${lines.join(",\n")}\n}`;
}
