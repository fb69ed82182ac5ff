/** The files that every visitor of a repository looks for, and what must not be in any file. */
import { describe, expect, it, test } from "vitest";
import { exists, files, read } from "./repository.ts";

const HOUSE = [
	"CHANGELOG.md",
	"CITATION.cff",
	"CONTRIBUTING.md",
	"LICENSE",
	"NOTICE",
	"README.md",
	"docs/conventions.md",
	"docs/sharp-bits.md",
];

interface Manifest {
	readonly version?: string;
	readonly license?: string;
	readonly scripts?: Readonly<Record<string, string>>;
	readonly dependencies?: object;
	readonly devDependencies?: object;
	readonly peerDependencies?: object;
	readonly optionalDependencies?: object;
}

const manifests = files
	.filter((path) => /^([^/]+\/)?package\.json$/.test(path))
	.map((path) => JSON.parse(read(path)) as Manifest);

test.each(HOUSE)("%s exists", (path) => expect(exists(path)).toBe(true));

describe("NOTICE", () => {
	it("names every direct dependency", () => {
		const direct = manifests.flatMap((manifest) =>
			[
				manifest.dependencies,
				manifest.devDependencies,
				manifest.peerDependencies,
				manifest.optionalDependencies,
			].flatMap((section) => Object.keys(section ?? {})),
		);
		const others = [...new Set(direct)].filter((name) => !name.startsWith("@finitude/")).sort();
		expect(others).toContain("zod");
		// A whole word: "zod" is not named by "zodiac", nor "yaml" by "js-yaml".
		const words = new Set(read("NOTICE").split(/[\s,;:()`|]+/));
		expect(others.filter((name) => !words.has(name))).toEqual([]);
	});
});

describe("CONTRIBUTING.md", () => {
	it("has one table of commands, and every npm script that it names exists", () => {
		const text = read("CONTRIBUTING.md");
		expect(text.match(/^\| *command\b.*\n\|[\s:|-]+\|$/gm)).toHaveLength(1);
		const { scripts = {} } = JSON.parse(read("package.json")) as Manifest;
		const named = [...text.matchAll(/`npm (?:run )?([\w:]+)[^`]*`/g)].map(([, name]) => name!);
		expect(named).toContain("test");
		expect(named.filter((name) => !(name in scripts) && !["ci", "install"].includes(name))).toEqual([]);
	});
});

test("every package has the same license and the packages with a version the same one", () => {
	expect(new Set(manifests.map(({ license }) => license))).toEqual(new Set(["MIT"]));
	const versions = manifests.flatMap(({ version }) => (version === undefined ? [] : [version]));
	expect(new Set(versions).size).toBe(1);
	expect(read("CITATION.cff")).toContain(`version: ${versions[0]}`);
});

test("no file names a place on somebody's machine or a package registry", () => {
	const here = "docs/test/house.test.ts";
	const places = ["/work/", "/tmp/wt", "/root/", "://registry."];
	const text = files.filter((path) => path !== here && !/\.(npy|npz|png|woff2?|wasm|gz)$/.test(path));
	const found = text.flatMap((path) => {
		const content = read(path);
		return places.filter((place) => content.includes(place)).map((place) => `${path}: ${place}`);
	});
	expect(found).toEqual([]);
});
