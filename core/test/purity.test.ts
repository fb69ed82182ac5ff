/** Engine and core run in a worker, in Node and in a browser: they know neither the DOM nor Node. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const workspace = (name: string) => fileURLToPath(new URL(`../../${name}/`, import.meta.url));

/** The compiler options in force, inherited ones included. */
function compilerOptions(name: string): ts.CompilerOptions {
	const host: ts.ParseConfigFileHost = {
		...ts.sys,
		onUnRecoverableConfigFileDiagnostic(diagnostic) {
			throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
		},
	};
	return ts.getParsedCommandLineOfConfigFile(`${workspace(name)}tsconfig.json`, {}, host)!.options;
}

/** Package names of all static imports and of dynamic ones with a literal name, over a folder of built files. */
function importedPackages(folder: string): string[] {
	const built = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
		path.endsWith(".js"),
	);
	expect(built.length).toBeGreaterThan(10);
	const specifiers = built.flatMap((path) => {
		const { importedFiles } = ts.preProcessFile(readFileSync(`${folder}/${path}`, "utf8"), true, true);
		return importedFiles.map(({ fileName }) => fileName).filter((name) => !name.startsWith("."));
	});
	return [...new Set(specifiers.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)![0]))].sort();
}

describe.each(["engine", "core"])("%s", (name) => {
	it("compiles without DOM and without Node types", () => {
		const { lib, types } = compilerOptions(name);
		expect(types).toEqual([]);
		expect(lib).toEqual(["lib.es2023.d.ts"]);
	});

	it("imports, as built, exactly the packages that its package.json lists", () => {
		const { dependencies = {} } = JSON.parse(readFileSync(`${workspace(name)}package.json`, "utf8"));
		expect(importedPackages(`${workspace(name)}dist`)).toEqual(Object.keys(dependencies).sort());
	});
});
