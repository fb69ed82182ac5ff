import { readFileSync } from "node:fs";

export const folder = new URL("../../../fixtures/data/", import.meta.url);

export const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
