import type { Command } from "commander";

/** finitude cite [THEORY...] */
export function addCiteCommand(program: Command): void {
	program
		.command("cite")
		.description("Print BibTeX of the papers behind the theories (all of them when none is named).")
		.argument("[theory...]", "theory ids or aliases")
		.addHelpText("after", "\nExample: finitude cite kernel-rescaling > references.bib")
		.action(async (ids: readonly string[]) => (await import("../actions/cite.ts")).cite(ids));
}
