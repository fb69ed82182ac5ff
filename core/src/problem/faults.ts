/** From what Zod found wrong to the one form of `InputError`. */
import type { z } from "zod";
import { InputError, isInputError } from "../errors.ts";

type Path = readonly PropertyKey[];

/** "network.layers[0].width" from ["network", "layers", 0, "width"], after a prefix such as "problem". */
export function fieldName(path: Path, prefix = ""): string {
	let name = prefix;
	for (const key of path) {
		if (typeof key === "number") name += `[${key}]`;
		else name += `${name === "" ? "" : "."}${shortened(String(key))}`;
	}
	return name === "" ? "file" : name;
}

function shortened(key: string): string {
	return key.length > 60 ? `${key.slice(0, 57)}...` : key;
}

/** A value as an error message shows it: short, and telling types apart. */
export function describeValue(value: unknown): string {
	if (value === undefined) return "nothing";
	if (value === null) return "null";
	if (typeof value === "string") {
		return value.length > 60 ? `${JSON.stringify(value.slice(0, 57))}...` : JSON.stringify(value);
	}
	if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
	if (typeof value === "object") {
		const keys = Object.keys(value);
		const shown = keys.slice(0, 4).map((key) => (key.length > 30 ? `${key.slice(0, 27)}...` : key));
		if (keys.length === 0) return "an empty object";
		return `an object with ${shown.join(", ")}${keys.length > 4 ? ", ..." : ""}`;
	}
	return String(value);
}

/** "1 number", "3 numbers". */
export function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** "linear, erf, relu or tanh". */
export function alternatives(names: readonly unknown[]): string {
	const words = names.map((name) => (typeof name === "string" ? name : JSON.stringify(name)));
	return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** "Did you mean erf?" when a known name is close to what was written, else "". */
export function suggestion(written: unknown, known: readonly unknown[]): string {
	if (typeof written !== "string" || written.length > 60) return "";
	let best = "";
	// Half of the letters may differ, but no more than 3: beyond that a suggestion is noise.
	let bestDistance = Math.min(3, Math.floor(written.length / 2)) + 1;
	for (const name of known) {
		if (typeof name !== "string") continue;
		const distance = editDistance(written.toLowerCase(), name.toLowerCase());
		if (distance < bestDistance) [best, bestDistance] = [name, distance];
	}
	return best === "" ? "" : `Did you mean ${best}?`;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
	let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const change = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
			row.push(Math.min(change, previous[j]! + 1, row[j - 1]! + 1));
		}
		previous = row;
	}
	return previous[b.length]!;
}

/**
 * `value` parsed by a schema. A schema's own `error` text says what is wanted; for the rest `wanted` below says it.
 * @throws InputError for the first fault, with the number of further ones.
 */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, prefix = ""): T {
	const result = schema.safeParse(value, { error: wanted });
	if (result.success) return result.data;
	const issues = result.error.issues.flatMap((issue) => leaves(issue, value));
	throw fault(issues[0]!, value, prefix, issues.length - 1);
}

/** Runs `body`; an InputError in it is told as a fault of the file `path`. */
export function inFile<T>(path: string, body: () => T): T {
	try {
		return body();
	} catch (error) {
		if (!isInputError(error)) throw error;
		const { where, wanted, got, advice, sentence } = error;
		throw new InputError({
			where: `${path}: ${where}`,
			wanted,
			got,
			advice,
			...(sentence === undefined ? {} : { sentence: `${path}: ${sentence}` }),
		});
	}
}

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** The issues inside the branch of a union that the value was meant for; the union's own issue when none stands out. */
function leaves(issue: Issue, value: unknown): Issue[] {
	if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
	const meant = issue.errors.filter((branch) => branch[0] && branch[0].path.length > 0);
	if (meant.length !== 1) return [issue];
	return meant[0]!.flatMap((inner) =>
		leaves({ ...inner, path: [...issue.path, ...inner.path] } as Issue, value),
	);
}

function fault(issue: Issue, value: unknown, prefix: string, more: number): InputError {
	const key = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
	const got =
		issue.code === "unrecognized_keys" ? "an unknown key" : describeValue(valueAt(value, issue.path));
	const [text, advice = ""] = issue.message.split(ADVICE_MARK) as [string, string?];
	const rest = more === 0 ? "" : more === 1 ? "There is 1 more fault." : `There are ${more} more faults.`;
	return new InputError({
		where: fieldName([...issue.path, ...key], prefix),
		wanted: text,
		got,
		advice: [advice, rest].filter((sentence) => sentence !== "").join(" "),
	});
}

function valueAt(value: unknown, path: Path): unknown {
	let current = value;
	for (const key of path) {
		if (typeof current !== "object" || current === null) return undefined;
		current = Object.hasOwn(current, key) ? (current as Record<PropertyKey, unknown>)[key] : undefined;
	}
	return current;
}

/** Separates what is wanted from the advice inside a message; no user text reaches `wanted`. */
const ADVICE_MARK = "\u0000";

/** What was wanted, for the issues whose schema does not say it. */
function wanted(issue: RawIssue): string {
	switch (issue.code) {
		case "invalid_type":
			return TYPE_NAMES[issue.expected] ?? `a value of type ${issue.expected}`;
		case "invalid_value":
			return `${alternatives(issue.values)}${ADVICE_MARK}${suggestion(issue.input, issue.values)}`;
		case "unrecognized_keys": {
			const known = knownKeys(issue.inst);
			if (known.length === 0) return "no keys";
			return `one of the keys ${alternatives(known)}${ADVICE_MARK}${suggestion(issue.keys[0], known)}`;
		}
		case "invalid_union": {
			const known = discriminatorValues(issue.inst, issue.discriminator);
			const written =
				typeof issue.input === "object" && issue.input !== null && typeof issue.discriminator === "string"
					? (issue.input as Record<string, unknown>)[issue.discriminator]
					: undefined;
			return known.length === 0
				? "another form of value"
				: `${alternatives(known)}${ADVICE_MARK}${suggestion(written, known)}`;
		}
		case "too_small":
			return issue.origin === "array"
				? `a list of at least ${issue.minimum}`
				: issue.origin === "string"
					? "some text"
					: `a number ${issue.inclusive ? "of at least" : "above"} ${issue.minimum}`;
		case "too_big":
			return issue.origin === "array"
				? `a list of at most ${issue.maximum}`
				: issue.origin === "string"
					? `text of at most ${issue.maximum} characters`
					: `a number ${issue.inclusive ? "of at most" : "below"} ${issue.maximum}`;
		default:
			return "another value";
	}
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
	number: "a finite number",
	int: "an integer",
	string: "text",
	boolean: "true or false",
	array: "a list",
	tuple: "a list",
	object: "an object",
	record: "an object",
};

/** The raw issue carries the schema that found it; these read its definition. */
interface Definition {
	readonly shape?: Readonly<Record<string, unknown>>;
	readonly options?: readonly { readonly _zod: { readonly propValues?: Record<string, Set<unknown>> } }[];
}

function definition(schema: unknown): Definition {
	return (schema as { _zod?: { def?: Definition } } | undefined)?._zod?.def ?? {};
}

function knownKeys(schema: unknown): string[] {
	return Object.keys(definition(schema).shape ?? {});
}

function discriminatorValues(schema: unknown, discriminator: string | undefined): unknown[] {
	if (discriminator === undefined) return [];
	return (definition(schema).options ?? []).flatMap((option) => [
		...(option._zod.propValues?.[discriminator] ?? []),
	]);
}
