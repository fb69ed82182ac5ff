/**
 * What is wrong with what the user gave, in one fixed form: "where: wanted ...; got .... What to do."
 * The command line prints it and exits with 2; the web shows it beside the field.
 */
export class InputError extends Error {
	override readonly name = "InputError";
	/** The field or file at fault, as the user wrote it: "network.layers[0].width". */
	readonly where: string;
	/** What was wanted, without a final period. */
	readonly wanted: string;
	/** What was got, short. */
	readonly got: string;
	/** What to do about it: a full sentence, or empty when `wanted` already says it. */
	readonly advice: string;
	/** The whole message, where a theory's own sentence says it better than the fixed form. */
	readonly sentence?: string;

	/** @param fault `sentence` replaces the fixed form. */
	constructor(fault: { where: string; wanted: string; got: string; advice?: string; sentence?: string }) {
		const { where, wanted, got, advice = "", sentence } = fault;
		super(visible(sentence ?? `${where}: wanted ${wanted}; got ${got}.${advice === "" ? "" : ` ${advice}`}`));
		this.where = where;
		this.wanted = wanted;
		this.got = got;
		this.advice = advice;
		if (sentence !== undefined) this.sentence = sentence;
	}
}

/** Control characters as escapes: names and keys come from files, and must not steer a terminal or break the line. */
function visible(text: string): string {
	return text.replace(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The guard to use instead of instanceof across bundles. */
export function isInputError(error: unknown): error is InputError {
	return error instanceof Error && error.name === "InputError" && "where" in error;
}
