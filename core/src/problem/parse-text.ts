import { strFromU8 } from "fflate";
import { parseDocument } from "yaml";
import { InputError } from "../errors.ts";
import { type Duplicate, duplicateKey } from "./duplicate-key.ts";
import { tooDeepAt } from "./yaml-depth.ts";

/** A JSON text of 256 MiB holds about 13 million numbers; V8 cannot hold a string above 512 MiB. */
const MAX_JSON_BYTES = 2 ** 28;
/** The YAML parser needs about a second and 200 MB for every megabyte. */
const MAX_YAML_BYTES = 2 ** 23;
/** No file of ours nests deeper than 10; cyclic aliases nest without end. */
const MAX_DEPTH = 100;
/** How often aliases may repeat what they stand for, as the YAML parser counts it: stops "billion laughs" files. */
const MAX_ALIAS_COUNT = 100;

/**
 * The value of a YAML or JSON text: objects, lists, text, numbers, booleans and null only.
 * A text that begins with { or [ is read as JSON; when it is not JSON, it is read as YAML.
 *
 * @param source The text, or its bytes in UTF-8. @param where The file, for messages.
 * @throws InputError with line and column for a malformed text, keys given twice, and anything too large or too deep.
 */
export function parseText(source: string | Uint8Array, where = "file"): unknown {
	const text = typeof source === "string" ? source : decodeText(source, where);
	if (text.trim() === "") {
		throw new InputError({ where, wanted: "YAML or JSON", got: "an empty text" });
	}
	checkSize(text.length, MAX_JSON_BYTES, where, "Give the data as an NPY or NPZ file instead.");
	const json = /^\s*[[{]/.test(text) ? tryJson(text) : undefined;
	// The depth of the text itself is checked before YAML is parsed, so only aliases can go deeper.
	if (json === undefined) return plain(parseYaml(text, where), where, "An alias must not contain itself.");
	const twice = duplicateKey(text);
	if (twice !== undefined) throw duplicateFault(twice, text, where);
	return plain(json, where, "");
}

/** The text of UTF-8 bytes, without a byte-order mark. @throws InputError for other bytes and for more than 256 MiB. */
export function decodeText(bytes: Uint8Array, where: string): string {
	checkSize(bytes.length, MAX_JSON_BYTES, where, "Give the data as an NPY or NPZ file instead.");
	const text = strFromU8(bytes);
	const bad = text.indexOf("\ufffd");
	if (bad >= 0) {
		throw new InputError({
			where: position(text, bad, where),
			wanted: "text in UTF-8",
			got: "other bytes",
			advice: "Save the file as UTF-8.",
		});
	}
	return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** The parsed value, or undefined when the text is not JSON. */
function tryJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function parseYaml(text: string, where: string): unknown {
	checkSize(text.length, MAX_YAML_BYTES, where, "Larger texts must be well-formed JSON.");
	const deep = tooDeepAt(text, MAX_DEPTH);
	if (deep !== undefined) throw depthFault(position(text, deep, where));
	try {
		const document = parseDocument(text, {
			version: "1.2",
			schema: "core",
			stringKeys: true,
			prettyErrors: false,
			logLevel: "error",
		});
		const error = document.errors[0] ?? document.warnings[0];
		if (error) {
			throw new InputError({
				where: position(text, error.pos[0], where),
				wanted: "well-formed YAML or JSON",
				got: `a fault (${error.message.replace(/\.$/, "")})`,
			});
		}
		return document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
	} catch (error) {
		if (error instanceof InputError) throw error;
		throw new InputError({
			where,
			wanted: "well-formed YAML or JSON",
			got: `a fault (${error instanceof Error ? error.message : String(error)})`,
		});
	}
}

/** The value itself, when it is made of plain objects, lists and scalars and nests no deeper than MAX_DEPTH. */
function plain(value: unknown, where: string, depthAdvice: string, depth = 0): unknown {
	if (typeof value !== "object" || value === null) {
		if (typeof value === "bigint" || typeof value === "symbol") throw notPlain(where, typeof value);
		return value;
	}
	if (depth > MAX_DEPTH) throw depthFault(where, depthAdvice);
	if (Array.isArray(value)) {
		for (const item of value) if (typeof item !== "number") plain(item, where, depthAdvice, depth + 1);
		return value;
	}
	if (Object.getPrototypeOf(value) !== Object.prototype) throw notPlain(where, value.constructor.name);
	for (const item of Object.values(value)) plain(item, where, depthAdvice, depth + 1);
	return value;
}

function depthFault(where: string, advice = ""): InputError {
	const wanted = `lists and objects nested at most ${MAX_DEPTH} deep`;
	return new InputError({ where, wanted, got: "deeper ones", advice });
}

function notPlain(where: string, got: string): InputError {
	return new InputError({
		where,
		wanted: "objects, lists, text, numbers, booleans and null",
		got: `a value of type ${got}`,
		advice: "Leave YAML tags such as !!set out.",
	});
}

function checkSize(size: number, limit: number, where: string, advice: string): void {
	if (size <= limit) return;
	throw new InputError({
		where,
		wanted: `at most ${limit / 2 ** 20} MiB of text`,
		got: `${Math.ceil((size / 2 ** 20) * 10) / 10} MiB`,
		advice,
	});
}

function duplicateFault({ key, offset }: Duplicate, text: string, where: string): InputError {
	return new InputError({
		where: position(text, offset, where),
		wanted: "every key once",
		got: `${JSON.stringify(key)} again`,
	});
}

/** "file, line 3, column 5". */
function position(text: string, offset: number, where: string): string {
	let line = 1;
	let start = 0;
	for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) {
		line++;
		start = at + 1;
	}
	return `${where}, line ${line}, column ${offset - start + 1}`;
}
