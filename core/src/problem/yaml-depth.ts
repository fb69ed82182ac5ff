import { Lexer } from "yaml";

/** What the lexer adds to the text: start of document, end of a broken flow collection, start of a scalar. */
const MARKS = new Set(["\u0002", "\u0018", "\u001f"]);

/**
 * An upper bound on how deep a YAML text nests, found by its tokens alone. The YAML parser recurses once per level, and
 * a stack that overflows inside a regular expression ends the whole process, so the depth is checked before parsing.
 * Stops at the first offset where the bound exceeds `limit`.
 *
 * A block needs a column of indentation or an indicator (-, ?, :) for each level, two for a list inside a mapping;
 * a flow collection needs a bracket.
 */
export function tooDeepAt(text: string, limit: number): number | undefined {
	let brackets = 0;
	let onLine = 0;
	let offset = 0;
	let lineStart = true;
	for (const token of new Lexer().lex(text)) {
		if (token.endsWith("\n")) {
			onLine = 0;
			lineStart = true;
		} else if (lineStart && /^ +$/.test(token)) {
			onLine = token.length;
		} else {
			lineStart = false;
			if (token === "[" || token === "{") brackets++;
			else if (token === "]" || token === "}") brackets = Math.max(0, brackets - 1);
			else if (token === "-" || token === "?" || token === ":") onLine++;
		}
		if (brackets > limit || (brackets === 0 && onLine > 2 * limit)) return offset;
		if (!MARKS.has(token)) offset += token.length;
	}
	return undefined;
}
