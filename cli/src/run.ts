import { type Command, CommanderError } from "commander";
import { ExitCode } from "./exit-codes.ts";
import { messageColors } from "./render/color.ts";

/** Runs a command line and returns its exit code. Messages go to standard error. */
export async function run(program: Command, argv: readonly string[]): Promise<number> {
	try {
		await program.parseAsync([...argv]);
		return Number(process.exitCode ?? ExitCode.answered);
	} catch (error) {
		return report(error);
	}
}

/** Told by their names: importing the classes would load the whole library before any command. */
const MENDABLE: ReadonlySet<string> = new Set(["InputError", "EngineError"]);

function report(error: unknown): number {
	if (error instanceof CommanderError) {
		// Commander has printed its message; asking for help or the version is not an error.
		return error.exitCode === 0 ? ExitCode.answered : ExitCode.wrongInput;
	}
	if (error instanceof Error && MENDABLE.has(error.name)) {
		console.error(`${messageColors.red("error:")} ${error.message}`);
		return ExitCode.wrongInput;
	}
	if (isOutOfMemory(error)) {
		console.error(
			`${messageColors.red("error:")} memory: wanted more than this machine gives; got "${(error as Error).message}". Use fewer points, draws or workers, or a narrower network.`,
		);
		return ExitCode.wrongInput;
	}
	console.error(
		`${messageColors.red("internal failure:")} ${error instanceof Error ? (error.stack ?? error.message) : error}`,
	);
	console.error("This is a defect of finitude. Please report it with the command and the input file.");
	return ExitCode.internalFailure;
}

/** How Node.js says it: of an array, and of a worker thread. */
function isOutOfMemory(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	return (
		(error instanceof RangeError && error.message === "Array buffer allocation failed") ||
		(error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY"
	);
}
