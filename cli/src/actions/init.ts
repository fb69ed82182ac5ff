import { existsSync } from "node:fs";
import { commentedTemplate, InputError } from "@finitude/core";
import type { InitFlags } from "../commands/init.ts";
import { writeFile } from "../io/files.ts";

/** What `finitude init` does. */
export function init(file: string, flags: InitFlags): void {
	if (file === "-") {
		process.stdout.write(commentedTemplate());
		return;
	}
	if (existsSync(file) && flags.force !== true) {
		throw new InputError({
			where: file,
			wanted: "a file that does not exist yet",
			got: "an existing file",
			advice: "Choose another name, or use --force to replace it.",
		});
	}
	writeFile(file, commentedTemplate());
	console.error(`Wrote ${file}. Next: finitude compare ${file}`);
}
