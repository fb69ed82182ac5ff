/**
 * A signal that the first Ctrl-C aborts, so that a command can write what is finished. The second Ctrl-C ends the process.
 * Call `release` when the work is done.
 */
export function interruptSignal(): { signal: AbortSignal; release(): void } {
	const controller = new AbortController();
	const onInterrupt = () => {
		console.error(
			"\nInterrupted: finishing the current step and writing what is done. Ctrl-C again ends at once.",
		);
		controller.abort();
	};
	process.once("SIGINT", onInterrupt);
	return {
		signal: controller.signal,
		release: () => {
			process.off("SIGINT", onInterrupt);
		},
	};
}
