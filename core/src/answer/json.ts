import { type Matrix, matrixToRows } from "@finitude/engine";

/** What JSON can hold, without null. */
export type Json = number | string | boolean | Json[] | { [key: string]: Json };

/**
 * An answer (of a theory or a sampler, with whatever was added to it) as plain JSON: matrices become nested lists, typed
 * arrays lists; what is undefined is left out, and so are the deviations behind integration errors.
 *
 * @throws Error when a number is NaN or infinite, with its place: an answer never holds one.
 */
export function answerToJson(answer: object): Json {
	return toJson(answer, "answer");
}

function toJson(value: unknown, where: string): Json {
	if (typeof value === "number") {
		if (!Number.isFinite(value))
			throw new Error(`${where} is ${value}; an answer holds finite numbers only.`);
		return value;
	}
	if (typeof value === "string" || typeof value === "boolean") return value;
	if (value instanceof Float64Array) return toJson(Array.from(value), where);
	if (Array.isArray(value)) return value.map((entry, i) => toJson(entry, `${where}[${i}]`));
	if (typeof value !== "object" || value === null) {
		throw new Error(`${where} is ${String(value)}, which has no place in an answer.`);
	}
	if (isMatrix(value)) return toJson(matrixToRows(value), where);
	return Object.fromEntries(
		Object.entries(value)
			.filter(([key, entry]) => entry !== undefined && !isInternal(`${where}.${key}`))
			.map(([key, entry]) => [key, toJson(entry, `${where}.${key}`)]),
	);
}

/** Four times all kernels and variances: for what ranks theories in this process, not for readers. */
function isInternal(place: string): boolean {
	return place.endsWith(".integrationErrors.deviations");
}

function isMatrix(value: object): value is Matrix {
	return "data" in value && value.data instanceof Float64Array && "rows" in value && "columns" in value;
}
