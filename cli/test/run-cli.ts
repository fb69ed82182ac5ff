/** Runs the command line: built and as a user does, in a process of its own, or from its sources in this one. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { createProgram } from "../src/program.ts";
import { run } from "../src/run.ts";

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
	readonly onStart?: (kill: (signal: NodeJS.Signals) => void, child: ChildProcess) => void;
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
		options.onStart?.((signal) => child.kill(signal), child);
	});
}

/**
 * finitude ...args in this process: the same code without the start of a process and its standard input. One call at a time.
 */
export async function finitudeHere(args: readonly string[]): Promise<CliResult> {
	const printed: Record<"log" | "error", string> = { log: "", error: "" };
	const spies = (["log", "error"] as const).map((stream) =>
		vi.spyOn(console, stream).mockImplementation((text: string) => {
			printed[stream] += `${text}\n`;
		}),
	);
	const before = process.exitCode;
	process.exitCode = undefined;
	try {
		const code = await run(createProgram(), ["node", "finitude", ...args]);
		return { code, stdout: printed.log, stderr: printed.error };
	} finally {
		process.exitCode = before;
		for (const spy of spies) spy.mockRestore();
	}
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
