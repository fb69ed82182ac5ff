import { isInputError } from "../errors.ts";

/** What is computed, or the message of the input that does not allow it. */
export function orReason<T>(compute: () => T): T | string {
	try {
		return compute();
	} catch (error) {
		if (!isInputError(error)) throw error;
		return error.message;
	}
}
