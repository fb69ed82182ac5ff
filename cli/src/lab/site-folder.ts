import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { InputError } from "@finitude/core";

/** The built site: the `dist` folder of the package @finitude/lab. @throws InputError when it has not been built. */
export function siteFolder(): string {
	const manifest = createRequire(import.meta.url).resolve("@finitude/lab/package.json");
	const folder = join(dirname(manifest), "dist");
	if (existsSync(join(folder, "index.html"))) return folder;
	throw new InputError({
		where: "lab",
		wanted: "the built site",
		got: "none",
		advice: "Run npm run build.",
	});
}
