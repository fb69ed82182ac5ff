/** The Python lines of the page are those that a person ran: no test runs Python. */
import { expect, it } from "vitest";
import { read } from "./repository.ts";

const linesOf = (text: string) => text.split("\n").map((line) => line.trim());

it("every Python line of interoperability.md stands in open_draws.py", () => {
	const blocks = [...read("docs/interoperability.md").matchAll(/```python\n(.*?)```/gs)];
	const lines = blocks.flatMap(([, code]) => linesOf(code!)).filter((line) => line !== "");
	expect(lines.length).toBeGreaterThan(15);
	const script = new Set(linesOf(read("fixtures/python/open_draws.py")));
	expect(lines.filter((line) => !script.has(line))).toEqual([]);
});
