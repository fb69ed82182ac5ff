import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { strToU8 } from "fflate";

/** Ten hexadecimal digits: two of a million different experiments share them with a probability below one half. */
const DIGITS = 10;

/**
 * A short hash of a resolved experiment's content (SHA-256 of its canonical JSON): the same for files that differ only
 * in the order of keys, in comments, or in defaults written out.
 */
export function hashExperiment(resolved: unknown): string {
	return bytesToHex(sha256(strToU8(canonicalJson(resolved)))).slice(0, DIGITS);
}

/** JSON with the keys of every object in code-unit order and no spaces; absent for undefined, as in JSON.stringify. */
export function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_, item: unknown) => {
		if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
		return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
	});
}
