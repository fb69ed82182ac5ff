import { theories } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import type { TheoriesFlags } from "../commands/theories.ts";
import { loadProblem, readInput } from "../io/input.ts";
import { renderTable } from "../render/table.ts";

/** What `finitude theories` does. */
export async function listTheories(path: string | undefined, flags: TheoriesFlags): Promise<void> {
	const problem =
		path === undefined
			? undefined
			: loadProblem(await readInput(path), await createEngine({ engine: "auto" }));
	const rows = theories.map((theory) => ({
		id: theory.id,
		title: theory.title,
		aliases: theory.aliases,
		summary: theory.summary,
		...(problem === undefined ? {} : { applies: theory.applies(problem) }),
	}));
	if (flags.json) console.log(JSON.stringify(rows, null, 2));
	else console.log(renderTheories(rows, problem !== undefined));
}

interface TheoryRow {
	readonly id: string;
	readonly title: string;
	readonly summary: string;
	readonly applies?: true | string;
}

function renderTheories(rows: readonly TheoryRow[], withProblem: boolean): string {
	if (!withProblem) {
		return renderTable(
			[{ title: "theory" }, { title: "what it approximates" }],
			rows.map((row) => [row.id, row.summary]),
		);
	}
	return renderTable(
		[{ title: "theory" }, { title: "answers this problem?" }],
		rows.map((row) => [row.id, row.applies === true ? "yes" : `no: ${row.applies}`]),
	);
}
