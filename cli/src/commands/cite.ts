import { bibtex, findTheory, theories } from "@finitude/core";
import type { Command } from "commander";

/** finitude cite [THEORY...] */
export function addCiteCommand(program: Command): void {
	program
		.command("cite")
		.description("Print BibTeX of the papers behind the theories (all of them when none is named).")
		.argument("[theory...]", "theory ids or aliases")
		.addHelpText("after", "\nExample: finitude cite kernel-rescaling > references.bib")
		.action((ids: readonly string[]) => {
			const chosen = ids.length === 0 ? theories : ids.map((id) => findTheory(id));
			console.log(bibtex(chosen.flatMap((theory) => theory.references)));
		});
}
