/** The files of this repository, as version control lists them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);

/** Paths relative to the root, of tracked files and of new ones that are not ignored. */
export const files: readonly string[] = execFileSync(
	"git",
	["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"],
	{ cwd: fileURLToPath(root), encoding: "utf8" },
)
	.split("\n")
	.filter((path) => path !== "");

export const exists = (path: string): boolean =>
	files.some((file) => file === path || file.startsWith(`${path.replace(/\/$/, "")}/`));

export const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

/** README and everything else written for people. */
export const pages: readonly string[] = files.filter((path) => /^(docs\/.*|[^/]*)\.md$/.test(path));
