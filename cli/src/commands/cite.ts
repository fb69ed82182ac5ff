import type { Command } from "commander";

/** finitude cite [ID...] */
export function addCiteCommand(program: Command): void {
	program
		.command("cite")
		.description(
			"Print BibTeX of the papers behind theories, analyses and probes (all of them when none is named).",
		)
		.argument("[id...]", "ids or aliases of theories, analyses and probes")
		.addHelpText("after", "\nExample: finitude cite kernel-rescaling > references.bib")
		.action(async (ids: readonly string[]) => (await import("../actions/cite.ts")).cite(ids));
}
