import type { Command } from "commander";

export interface TheoriesFlags {
	readonly json?: boolean;
}

/** finitude theories [PROBLEM] */
export function addTheoriesCommand(program: Command): void {
	program
		.command("theories")
		.description("List the theories; with a problem, which of them answer it and why the others do not.")
		.argument("[problem]", "problem or experiment file, or - for standard input")
		.option("--json", "print JSON")
		.addHelpText("after", "\nExample: finitude theories examples/digits.yaml")
		.action(async (path: string | undefined, flags: TheoriesFlags) =>
			(await import("../actions/theories.ts")).listTheories(path, flags),
		);
}
