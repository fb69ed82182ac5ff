/** Pages exist where code promises them, and what they point to exists. */
import { posix } from "node:path";
import { analyses, probes, samplers, theories } from "@finitude/core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { exists, files, pages, read } from "./repository.ts";

/** "How it is built" -> "how-it-is-built": the anchor of a heading. */
function anchor(heading: string): string {
	return heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N} _-]/gu, "")
		.replaceAll(" ", "-");
}

const anchorsOf = (path: string) => [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, text]) => anchor(text!));

/** Relative links of a page that lead nowhere. Code blocks hold no links. */
function brokenLinks(page: string): string[] {
	const text = read(page).replace(/```.*?```/gs, "");
	return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
		.map(([, link]) => link!)
		.filter((link) => !/^[a-z]+:/.test(link))
		.filter((link) => {
			const [path, fragment] = link.split("#");
			const target = path === "" ? page : posix.join(posix.dirname(page), path!);
			if (!exists(target)) return true;
			return fragment !== undefined && !anchorsOf(target).includes(fragment);
		});
}

/** Whether a file fits a path in which * stands for any part of a name. */
function fits(path: string): boolean {
	const pattern = path.split("*").map((part) => part.replace(/[.+?^$()[\]{}|\\]/g, "\\$&"));
	const whole = new RegExp(`^${pattern.join("[^/]*")}$`);
	return files.some((file) => whole.test(file));
}

/** Paths in backticks that no file has: `core/src/kernels/{erf,relu}.ts` and `fixtures/golden/nngp-*.json` stand for several. */
function missingPaths(page: string): string[] {
	const spans = [...read(page).matchAll(/`((?:core|engine|cli|docs|examples|fixtures)\/[^`\s]*)`/g)];
	return spans
		.map(([, path]) => path!)
		.filter((path) => {
			const [, before = "", names, after = ""] = /^(.*)\{(.*)\}(.*)$/.exec(path) ?? [];
			const each = names === undefined ? [path] : names.split(",").map((name) => before + name + after);
			return !each.every((one) => exists(one) || fits(one));
		});
}

describe.each(pages)("%s", (page) => {
	it("links to what exists", () => expect(brokenLinks(page)).toEqual([]));
	it("names files that exist", () => expect(missingPaths(page)).toEqual([]));
});

it("comments point to pages that exist", () => {
	const sources = files.filter((path) => /^(core|engine|cli)\/(src|assembly)\/.*\.ts$/.test(path));
	const mentioned = new Set(sources.flatMap((path) => read(path).match(/\bdocs\/[\w/-]+\.md\b/g) ?? []));
	expect([...mentioned].filter((page) => !exists(page))).toEqual([]);
});

const described = [
	...theories.map((theory) => ({ folder: "theories", ...theory })),
	...analyses.map((analysis) => ({ folder: "analyses", ...analysis })),
];

describe.each(described)("$folder: $id", ({ folder, id, options, aliases, references }) => {
	const page = `docs/${folder}/${id}.md`;

	it("has a source file and a page named by its id", () => {
		expect(exists(`core/src/${folder}/${id}.ts`)).toBe(true);
		expect(read(page).split("\n", 1)[0]).toMatch(new RegExp(`^# \`${id}\`: \\S`));
	});

	it("has every option and every alias on its page", () => {
		const text = read(page);
		const { properties = {} } = z.toJSONSchema(options, { io: "input" });
		const names = [...Object.keys(properties), ...aliases];
		expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
	});

	it("has every reference on its page", () => {
		const text = read(page);
		expect(references.filter(({ arxiv, year }) => !text.includes(arxiv ?? `(${year})`))).toEqual([]);
	});
});

describe.each(probes.map((probe) => [probe.id, probe] as const))("probe %s", (id, probe) => {
	const page = `docs/probes/${id}.md`;

	it("has a source file and a page named by its id", () => {
		expect(exists(`core/src/probes/${id}.ts`)).toBe(true);
		expect(read(page).split("\n", 1)[0]).toMatch(new RegExp(`^# \`${id}\`: \\S`));
	});

	it("has its aliases, quantities and references on its page", () => {
		const text = read(page);
		const names = [...probe.aliases, ...probe.quantities.map((quantity) => quantity.id)];
		expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
		const missing = probe.references.filter(({ arxiv, year }) => !text.includes(arxiv ?? `(${year})`));
		expect(missing).toEqual([]);
	});

	it("says on its page and in the README whether it is descriptive", () => {
		const row = read("README.md")
			.split("\n")
			.find((line) => line.startsWith(`| [\`${id}\`](${page})`));
		const said = [/\bDescriptive\b/.test(read(page)), /\bDescriptive\b/.test(row ?? "")];
		expect(said).toEqual(new Array(2).fill(probe.descriptive === true));
	});
});

describe.each(samplers.map((sampler) => [sampler.id, sampler] as const))("sampler %s", (id, sampler) => {
	it("has a source file and a page named by its id, with its references", () => {
		expect(exists(`core/src/samplers/${id}.ts`)).toBe(true);
		const text = read(`docs/samplers/${id}.md`);
		expect(text.split("\n", 1)[0]).toMatch(new RegExp(`^# \`${id}\`: \\S`));
		const missing = sampler.references.filter(({ arxiv, year }) => !text.includes(arxiv ?? `(${year})`));
		expect(missing).toEqual([]);
	});
});

it("the README lists every theory with a link to its page", () => {
	const text = read("README.md");
	const missing = theories.filter(({ id }) => !text.includes(`[\`${id}\`](docs/theories/${id}.md)`));
	expect(missing.map(({ id }) => id)).toEqual([]);
});

it("the README lists every probe with a link to its page and what it needs", () => {
	const lines = read("README.md").split("\n");
	const missing = probes.filter(({ id, needs }) => {
		const start = `| [\`${id}\`](docs/probes/${id}.md) | ${needs} | `;
		return !lines.some((line) => line.startsWith(start));
	});
	expect(missing.map(({ id }) => id)).toEqual([]);
});

it("the README lists every analysis with links to its page and its example", () => {
	const text = read("README.md");
	const linked = (path: string, name: string) => exists(path) && text.includes(`[\`${name}\`](${path})`);
	const missing = analyses.filter(({ id }) => {
		const example = `examples/${id}.yaml`;
		return !linked(`docs/analyses/${id}.md`, id) || !linked(example, example);
	});
	expect(missing.map(({ id }) => id)).toEqual([]);
});
