// Writes the JSON Schemas of problem, experiment and analysis files from the schemas in the code.
import { mkdirSync, writeFileSync } from "node:fs";
import { jsonSchemas } from "../dist/index.js";

const folder = new URL("../schemas/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(jsonSchemas())) {
	writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(schema, null, "\t")}\n`);
}
