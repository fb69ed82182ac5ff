/** Runs the built command line as a user does: a process of its own. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../..", import.meta.url));
const bin = fileURLToPath(new URL("../bin/finitude.js", import.meta.url));

export interface CliResult {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface CliOptions {
	readonly input?: string;
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** Called with the process once it runs, for signals. */
	readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
}

/** finitude ...args, with standard input closed or filled. */
export function finitude(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [bin, ...args], {
			cwd: options.cwd ?? repository,
			env: { ...process.env, ...options.env },
		});
		let stdout = "";
		let stderr = "";
		child.stdout.on("data", (chunk) => {
			stdout += chunk;
		});
		child.stderr.on("data", (chunk) => {
			stderr += chunk;
		});
		child.on("error", reject);
		child.on("close", (code) => resolve({ code, stdout, stderr }));
		child.stdin.end(options.input ?? "");
		options.onStart?.((signal) => child.kill(signal));
	});
}

/** Sends a signal `afterMs` after the condition holds: a busy machine delays both. */
export function whenever(condition: () => boolean, signal: NodeJS.Signals, afterMs = 0) {
	return (kill: (signal: NodeJS.Signals) => void) => {
		const poll = setInterval(() => {
			if (!condition()) return;
			clearInterval(poll);
			setTimeout(() => kill(signal), afterMs);
		}, 10);
	};
}
