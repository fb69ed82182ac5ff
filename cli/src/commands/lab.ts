import { type Command, InvalidArgumentError } from "commander";

export interface LabFlags {
	readonly port: number;
}

/** finitude lab [EXPERIMENT] */
export function addLabCommand(program: Command): void {
	program
		.command("lab")
		.description("Open theories and the real network side by side in the browser; Ctrl-C ends it.")
		.argument("[experiment]", "experiment or problem file to open, or - for standard input")
		.option("--port <number>", "port on 127.0.0.1; 0 takes any that is free", portNumber, 0)
		.addHelpText("after", "\nExample: finitude lab examples/teacher.yaml")
		.action(async (path: string | undefined, flags: LabFlags) =>
			(await import("../actions/lab.ts")).lab(path, flags),
		);
}

function portNumber(text: string): number {
	const port = Number(text);
	if (Number.isInteger(port) && port >= 0 && port <= 65535 && text.trim() !== "") return port;
	throw new InvalidArgumentError("wanted an integer from 0 to 65535.");
}
