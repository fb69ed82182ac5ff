import { InputError } from "../errors.ts";
import { alternatives, suggestion } from "../problem/faults.ts";
import { readNpy } from "./npy.ts";
import type { NumericArray } from "./numeric-array.ts";
import { readZipDirectory, unpackZipEntry } from "./zip.ts";

/** All arrays that are read from one NPZ file together, unpacked. */
const MAX_UNPACKED = 2 ** 31;

/**
 * The named arrays of an NPZ file (numpy.savez or savez_compressed); entries not named are not unpacked.
 * @throws InputError for an array that is not there, a damaged archive, and more than 2 GiB unpacked.
 */
export function readNpz<Name extends string>(
	bytes: Uint8Array,
	names: readonly Name[],
	where: string,
): Record<Name, NumericArray> {
	const entries = readZipDirectory(bytes, where);
	let budget = MAX_UNPACKED;
	const arrays = names.map((name) => {
		const entry = entries.find((candidate) => candidate.name === `${name}.npy`);
		if (entry === undefined) {
			const known = entries.map((candidate) => candidate.name.replace(/\.npy$/, ""));
			throw new InputError({
				where,
				wanted: `an array named ${name}`,
				got:
					known.length === 0
						? "an archive without arrays"
						: `an archive with ${alternatives(known.slice(0, 20))}`,
				advice: suggestion(name, known),
			});
		}
		const content = unpackZipEntry(bytes, entry, where, budget);
		budget -= content.length;
		return [name, readNpy(content, `${where}: ${entry.name}`)] as const;
	});
	return Object.fromEntries(arrays) as Record<Name, NumericArray>;
}
