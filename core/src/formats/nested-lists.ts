import { type DataVariable, readFinite, sizeOf, type Values } from "./data-tree.ts";

/** Numbers read, and made into one piece of text, at once. */
const PIECE = 1024;

/**
 * A variable as nested JSON lists, in pieces of text. Numbers keep all digits and their type: a float64 always has a point or
 * an exponent, so that a reader does not take 1.0 for an integer.
 * @param name For errors. @throws Error for a number that is not finite.
 */
export function* nestedLists(variable: DataVariable, name: string): Generator<string> {
	const { shape } = variable;
	const entries = (start: number, count: number, entry: readonly number[]) =>
		entriesText(readFinite(variable, name, start, count * sizeOf(entry)), entry);
	const list = function* (lengths: readonly number[], start: number): Generator<string> {
		const [length, ...entry] = lengths;
		if (length === undefined) return yield entries(start, 1, []);
		const size = sizeOf(entry);
		// Entries larger than a piece one by one, smaller ones several at once.
		const together = Math.max(1, Math.floor(PIECE / size));
		yield "[";
		for (let i = 0; i < length; i += together) {
			if (i > 0) yield ", ";
			if (size > PIECE) yield* list(entry, start + i * size);
			else yield entries(start + i * size, Math.min(together, length - i), entry);
		}
		yield "]";
	};
	yield* list(shape, 0);
}

/** Lists of this shape, one after the other. */
function entriesText(values: Values, shape: readonly number[]): string {
	const sizes = shape.map((_, axis) => sizeOf(shape.slice(axis)));
	let text = "";
	for (let i = 0; i < values.length; i++) {
		if (i > 0) text += ", ";
		for (const size of sizes) if (i % size === 0) text += "[";
		text += numberText(values, i);
		for (const size of sizes) if ((i + 1) % size === 0) text += "]";
	}
	return text;
}

function numberText(values: Values, at: number): string {
	const value = values[at]!;
	if (values instanceof Uint8Array) return value === 0 ? "false" : "true";
	if (values instanceof Int32Array || !Number.isInteger(value)) return String(value);
	const text = Object.is(value, -0) ? "-0" : String(value);
	return text.includes("e") ? text : `${text}.0`;
}
