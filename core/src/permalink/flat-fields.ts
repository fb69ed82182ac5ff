/** JSON objects as flat lists of fields that a person can read and edit in an address: "network.layers.0.width" and "50". */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A path and a value, both ready for an address. */
export type Field = readonly [path: string, value: string];

/** Deeper than any experiment; a path of an address could ask for more. */
const MAX_DEPTH = 30;

/** The fields of an object, in its order. Lists of objects are numbered; other lists are one value. */
export function flatten(json: Json, path = ""): Field[] {
	if (typeof json !== "object" || json === null) return [[path, scalarText(json)]];
	const inner = (key: string) => (path === "" ? key : `${path}.${key}`);
	if (Array.isArray(json)) {
		const list = json as readonly Json[];
		if (!list.some(holdsObject)) return [[path, encodeText(JSON.stringify(list))]];
		return list.flatMap((item, i) => flatten(item, inner(`${i}`)));
	}
	const entries = Object.entries(json);
	if (entries.length === 0) return [[path, "{}"]];
	return entries.flatMap(([key, value]) => flatten(value, inner(encodeKey(key))));
}

/** The object that `flatten` took apart. @throws SyntaxError for fields that contradict each other or are malformed. */
export function unflatten(fields: readonly Field[]): Json {
	const root: Branch = new Map();
	for (const [path, value] of fields) {
		const keys = path.split(".");
		if (keys.length > MAX_DEPTH) throw new SyntaxError(`${path}: deeper than ${MAX_DEPTH}`);
		let at = root;
		for (const key of keys.slice(0, -1)) {
			const next = at.get(key) ?? new Map();
			if (!(next instanceof Map)) throw new SyntaxError(`${path}: inside of a value`);
			at.set(key, next);
			at = next;
		}
		const last = keys[keys.length - 1]!;
		if (at.has(last)) throw new SyntaxError(`${path}: given twice`);
		at.set(last, { value: parsed(decodeText(value)) });
	}
	return assemble(root);
}

type Branch = Map<string, Branch | { readonly value: Json }>;

function assemble(branch: Branch): Json {
	const entries = [...branch].map(
		([key, inner]) => [key, inner instanceof Map ? assemble(inner) : inner.value] as const,
	);
	if (entries.length > 0 && entries.every(([key], i) => key === `${i}`)) {
		return entries.map(([, value]) => value);
	}
	// Not by assignment, which would take "__proto__" for something else.
	return Object.fromEntries(entries.map(([key, value]) => [key === EMPTY_KEY ? "" : decodeText(key), value]));
}

function holdsObject(json: Json): boolean {
	if (typeof json !== "object" || json === null) return false;
	return Array.isArray(json) ? json.some(holdsObject) : true;
}

/** Text stands bare unless it could be read as something else. */
function scalarText(json: null | boolean | number | string): string {
	if (typeof json !== "string") return `${JSON.stringify(json)}`;
	return encodeText(parsed(json) === json ? json : JSON.stringify(json));
}

/** JSON where it is JSON, and text otherwise. */
function parsed(text: string): Json {
	if (!/^[-\d"[{]|^(true|false|null)$/.test(text)) return text;
	try {
		return JSON.parse(text) as Json;
	} catch {
		return text;
	}
}

/** For a key without characters. */
const EMPTY_KEY = "~";

/** A key of digits only would be taken for a place in a list. */
function encodeKey(key: string): string {
	if (key === "") return EMPTY_KEY;
	if (key === EMPTY_KEY) return "%7E";
	const plain = encodeText(key).replaceAll(".", "%2E");
	return /^\d+$/.test(plain) ? `%3${plain}` : plain;
}

/** Percent-encoding of all but what an address may hold after "#" and is read easily. */
function encodeText(text: string): string {
	return encodeURIComponent(text).replace(/%(2C|3A|5B|5D|2F)/g, (escaped) => decodeURIComponent(escaped));
}

function decodeText(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		throw new SyntaxError(`${text}: malformed percent-encoding`);
	}
}
