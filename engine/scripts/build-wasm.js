/**
 * Compiles engine/assembly to two WebAssembly binaries (plain SIMD and relaxed SIMD) and writes them, base64 in
 * TypeScript, to engine/src/wasm. Does nothing when the sources have not changed.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const engine = dirname(dirname(fileURLToPath(import.meta.url)));
const assembly = join(engine, "assembly");

/** ASC_FEATURE_RELAXED_SIMD tells the sources which of the two is being compiled. */
const variants = [
	{ name: "plain-simd", flags: [] },
	{ name: "relaxed-simd", flags: ["--enable", "relaxed-simd"] },
];

function sourceHash() {
	const hash = createHash("sha256").update(require("assemblyscript/package.json").version);
	const files = readdirSync(assembly, { recursive: true })
		.map((file) => file.replaceAll("\\", "/"))
		.filter((file) => file.endsWith(".ts"))
		.sort();
	for (const path of [...files.map((file) => join(assembly, file)), fileURLToPath(import.meta.url)]) {
		hash.update(readFileSync(path)).update("\0");
	}
	return hash.digest("hex").slice(0, 32);
}

async function compile(flags) {
	const asc = await import("assemblyscript/asc");
	let binary;
	const { error, stderr } = await asc.main(
		[
			"index.ts",
			...["--outFile", "engine.wasm", "--baseDir", assembly],
			...["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--zeroFilledMemory"],
			...["--enable", "simd", ...flags],
		],
		{
			writeFile(name, contents) {
				if (name.endsWith(".wasm")) binary = contents;
			},
		},
	);
	if (error || !binary) throw new Error(`asc failed: ${error?.message ?? "no binary"}\n${stderr}`);
	return binary;
}

const hash = sourceHash();
const target = ({ name }) => join(engine, "src", "wasm", `${name}.generated.ts`);
const header = `// Made by engine/scripts/build-wasm.js from engine/assembly; sources ${hash}.\n`;

for (const variant of variants) {
	const file = target(variant);
	if (existsSync(file) && readFileSync(file, "utf8").startsWith(header)) continue;
	const binary = await compile(variant.flags);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, `${header}export default\n\t"${Buffer.from(binary).toString("base64")}";\n`);
	console.log(`${variant.name}: ${binary.length} bytes`);
}
