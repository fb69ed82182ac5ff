import { isInputError } from "../../src/index.ts";

/** The message of the InputError that `body` throws, "no fault" where it throws none. @throws every other error */
export function faultOf(body: () => unknown): string {
	try {
		body();
	} catch (error) {
		if (isInputError(error)) return error.message;
		throw error;
	}
	return "no fault";
}
