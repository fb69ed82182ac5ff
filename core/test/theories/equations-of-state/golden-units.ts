/** Golden files without a problem: numbers of single functions. */
import { readFileSync } from "node:fs";

/** The content of fixtures/golden/<name>.json. */
export function readGolden(name: string) {
	return JSON.parse(
		readFileSync(new URL(`../../../../fixtures/golden/${name}.json`, import.meta.url), "utf8"),
	);
}
