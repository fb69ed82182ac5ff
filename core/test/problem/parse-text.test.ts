import { parseText } from "@finitude/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { faultOf } from "../helpers/fault-of.ts";

const faultOfText = (source: string | Uint8Array) => faultOf(() => parseText(source, "digits.yaml"));

const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]", ..."bcdefgh"]
	.map((name, i) =>
		i === 0
			? name
			: `${name}: &${name} [${Array(9)
					.fill(`*${"abcdefgh"[i - 1]}`)
					.join()}]`,
	)
	.join("\n");

describe("parseText", () => {
	it("reads JSON and YAML", () => {
		expect(parseText('{"a": [1, 2.5, null, true, "x"]}')).toStrictEqual({ a: [1, 2.5, null, true, "x"] });
		expect(parseText("a: [1, 2.5, null, true, x]\nb: {c: no}")).toStrictEqual({
			a: [1, 2.5, null, true, "x"],
			b: { c: "no" },
		});
		expect(parseText("[1, 2,] # JSON but for a comma is YAML")).toStrictEqual([1, 2]);
		expect(parseText(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0x3a, 0x20, 0xc3, 0xa9]))).toStrictEqual({
			a: "é",
		});
		expect(parseText("a: &x {b: 1}\nc: *x")).toStrictEqual({ a: { b: 1 }, c: { b: 1 } });
	});

	const cases: [string, string | Uint8Array, string][] = [
		["an empty text", "  \n", "digits.yaml: wanted YAML or JSON; got an empty text."],
		[
			"bytes that are no text",
			new Uint8Array([0x61, 0x3a, 0x0a, 0x20, 0xff, 0xfe]),
			"digits.yaml, line 2, column 2: wanted text in UTF-8; got other bytes. Save the file as UTF-8.",
		],
		[
			"a key twice in JSON",
			'{"a": 1,\n "b": {"c": 1, "c": 2}}',
			'digits.yaml, line 2, column 16: wanted every key once; got "c" again.',
		],
		[
			"a key twice in JSON, once escaped",
			'{"a": 1, "\\u0061": 2}',
			'digits.yaml, line 1, column 10: wanted every key once; got "a" again.',
		],
		[
			"a key twice in YAML",
			"a: 1\nb:\n  c: 1\n  c: 2\n",
			"digits.yaml, line 4, column 3: wanted well-formed YAML or JSON; got a fault (Map keys must be unique).",
		],
		[
			"a list without end",
			"a: [1, 2",
			"digits.yaml, line 1, column 9: wanted well-formed YAML or JSON; got a fault (Flow sequence in block collection must be sufficiently indented and end with a ]).",
		],
		[
			"JSON cut short",
			'{"a": [1, 2',
			"digits.yaml, line 1, column 12: wanted well-formed YAML or JSON; got a fault (Flow sequence in block collection must be sufficiently indented and end with a ]).",
		],
		[
			"bad indentation",
			"a:\n  b: 1\n c: 2",
			"digits.yaml, line 3, column 1: wanted well-formed YAML or JSON; got a fault (All mapping items must start at the same column).",
		],
		[
			"a tab as indentation",
			"a:\n\tb: 1",
			"digits.yaml, line 2, column 1: wanted well-formed YAML or JSON; got a fault (Tabs are not allowed as indentation).",
		],
		[
			"an alias of nothing",
			"a: *b",
			"digits.yaml: wanted well-formed YAML or JSON; got a fault (Unresolved alias (the anchor must be set before the alias): b).",
		],
		[
			"an alias bomb",
			bomb,
			"digits.yaml: wanted well-formed YAML or JSON; got a fault (Excessive alias count indicates a resource exhaustion attack).",
		],
		[
			"an alias of itself",
			"a: &a [*a]",
			"digits.yaml: wanted lists and objects nested at most 100 deep; got deeper ones. An alias must not contain itself.",
		],
		[
			"two documents",
			"a: 1\n---\nb: 2",
			"digits.yaml, line 2, column 1: wanted well-formed YAML or JSON; got a fault (Source contains multiple documents; please use YAML.parseAllDocuments()).",
		],
		[
			"a tag",
			"a: !!set {x, y}",
			"digits.yaml: wanted objects, lists, text, numbers, booleans and null; got a value of type Set. Leave YAML tags such as !!set out.",
		],
		[
			"an unknown tag",
			"a: !py/object x",
			"digits.yaml, line 1, column 4: wanted well-formed YAML or JSON; got a fault (Unresolved tag: !py/object).",
		],
		[
			"a key that is a list",
			"? [a]\n: b",
			"digits.yaml, line 1, column 3: wanted well-formed YAML or JSON; got a fault (With stringKeys, all keys must be strings).",
		],
		[
			"deep JSON",
			"[".repeat(100_000) + "]".repeat(100_000),
			"digits.yaml: wanted lists and objects nested at most 100 deep; got deeper ones.",
		],
		[
			"deep YAML",
			`a: ${"[".repeat(200)}${"]".repeat(200)}`,
			"digits.yaml, line 1, column 104: wanted lists and objects nested at most 100 deep; got deeper ones.",
		],
		[
			"deep YAML that does not end",
			"[".repeat(100_000),
			"digits.yaml, line 1, column 101: wanted lists and objects nested at most 100 deep; got deeper ones.",
		],
		[
			"deep lists in blocks",
			"- ".repeat(5_000),
			"digits.yaml, line 1, column 401: wanted lists and objects nested at most 100 deep; got deeper ones.",
		],
		[
			"too much YAML",
			`a: "${"x".repeat(2 ** 23)}"`,
			"digits.yaml: wanted at most 8 MiB of text; got 8.1 MiB. Larger texts must be well-formed JSON.",
		],
	];
	it.each(cases)("refuses %s", (_, source, message) => {
		expect(faultOfText(source)).toBe(message);
	});

	it("never fails but with an InputError, whatever the text (1,000 random ones)", () => {
		const piece = fc.constantFrom(
			..."[]{},:-?&*!|>'\"%@`#~ab01. \t".split(""),
			"\n",
			"- ",
			": ",
			"&a ",
			"*a",
			"? ",
			"<<: ",
			"---\n",
			"...\n",
			"%YAML 1.1\n",
			"\n  ",
			"!!map ",
			".nan",
			"0x",
			"\ufffd",
			"\u0000",
			"__proto__",
		);
		const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
		fc.assert(
			fc.property(fc.oneof(text, fc.string({ unit: "binary", maxLength: 60 })), (source) => {
				expect(faultOfText(source)).toMatch(/^no fault$|^digits\.yaml.*: wanted .*; got .*\.( .*\.)?$/s);
			}),
			{ numRuns: 1000, seed: 1 },
		);
	});

	it("reads back what JSON and YAML writers wrote (500 random values)", () => {
		const key = fc.string({ maxLength: 5 }).filter((name) => name !== "__proto__");
		const { value } = fc.letrec((tie) => ({
			value: fc.oneof(
				{ depthSize: "small" },
				fc.constantFrom(null, true, false),
				fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
				fc.string(),
				fc.array(tie("value"), { maxLength: 4 }),
				fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
			),
		}));
		fc.assert(
			fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (object) => {
				expect(parseText(JSON.stringify(object))).toStrictEqual(object);
				expect(parseText(stringify(object))).toStrictEqual(object);
			}),
			{ numRuns: 500, seed: 1 },
		);
	});
});
