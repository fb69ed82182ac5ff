import { type DataVariable, sizeOf, type Values } from "./data-tree.ts";

/** Numbers read, and made into one piece of text, at once. */
const PIECE = 1024;

/**
 * A variable as nested JSON lists, in pieces of text. Numbers keep all digits and their type: a float64 always has a point or
 * an exponent, so that a reader does not take 1.0 for an integer.
 * @param name For errors. @throws Error for a number that is not finite.
 */
export function* nestedLists({ shape, read }: DataVariable, name: string): Generator<string> {
	const texts = (start: number, length: number) => {
		const values = read(start, length);
		return Array.from({ length }, (_, i) => numberText(values, i, `${name}[${start + i}]`));
	};
	const entry = function* (lengths: readonly number[], start: number): Generator<string> {
		const [length, ...rest] = lengths;
		if (length === undefined) return yield texts(start, 1)[0]!;
		const size = sizeOf(rest);
		// Entries larger than a piece one by one, smaller ones several at once.
		const together = Math.max(1, Math.floor(PIECE / size));
		yield "[";
		for (let i = 0; i < length; i += together) {
			if (i > 0) yield ", ";
			if (size > PIECE) yield* entry(rest, start + i * size);
			else yield listsOf(texts(start + i * size, Math.min(together, length - i) * size), rest).join(", ");
		}
		yield "]";
	};
	yield* entry(shape, 0);
}

/** Numbers grouped to lists of this shape. */
function listsOf(texts: readonly string[], shape: readonly number[]): readonly string[] {
	return shape.reduceRight(
		(entries, length) =>
			Array.from(
				{ length: entries.length / length },
				(_, i) => `[${entries.slice(i * length, (i + 1) * length).join(", ")}]`,
			),
		texts,
	);
}

function numberText(values: Values, at: number, where: string): string {
	const value = values[at]!;
	if (values instanceof Uint8Array) return value === 0 ? "false" : "true";
	if (!Number.isFinite(value)) throw new Error(`arviz-json: ${where} is ${value}.`);
	if (values instanceof Int32Array || !Number.isInteger(value)) return String(value);
	const text = Object.is(value, -0) ? "-0" : String(value);
	return text.includes("e") ? text : `${text}.0`;
}
