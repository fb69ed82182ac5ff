import { InputError } from "../errors.ts";
import { suggestion } from "../problem/faults.ts";
import type { Analysis } from "./analysis.ts";
import { lazyRichTransition } from "./lazy-rich-transition.ts";
import { widthScaling } from "./width-scaling.ts";

/** Every analysis, in the order in which tables show them. */
export const analyses: readonly Analysis[] = [asAnalysis(lazyRichTransition), asAnalysis(widthScaling)];

/** Options are checked against the analysis's own schema before `solve` sees them, so the list need not know their types. */
function asAnalysis<Options extends object, Results extends object>(
	analysis: Analysis<Options, Results>,
): Analysis {
	return analysis as unknown as Analysis;
}

/** The analysis of that id or alias. @param where The field that names it. @throws InputError with all ids when there is none. */
export function findAnalysis(idOrAlias: string, where = "analysis"): Analysis {
	const found = analyses.find(({ id, aliases }) => id === idOrAlias || aliases.includes(idOrAlias));
	if (found !== undefined) return found;
	throw new InputError({
		where,
		wanted: `one of ${analyses.map(({ id }) => id).join(", ")}, or an alias`,
		got: JSON.stringify(idOrAlias),
		advice: suggestion(
			idOrAlias,
			analyses.flatMap(({ id, aliases }) => [id, ...aliases]),
		),
	});
}
