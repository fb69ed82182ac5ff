import { ExitCode } from "../exit-codes.ts";

/**
 * What to do when standard output takes no more. A reader that has seen enough (`finitude cite | head -1`) is no fault and
 * ends the process quietly; anything else, such as a full disk, is told and fails.
 */
export function endWhenOutputFails(): void {
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code === "EPIPE") process.exit();
		console.error(`error: standard output: wanted room to write; got ${error.code}.`);
		process.exit(ExitCode.internalFailure);
	});
}
