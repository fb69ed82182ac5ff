/** The message that `body` throws, to be compared as a whole. @throws Error when it does not throw. */
export function messageOf(body: () => unknown): string {
	try {
		body();
	} catch (error) {
		return (error as Error).message;
	}
	throw new Error("messageOf: wanted an exception; got none.");
}
