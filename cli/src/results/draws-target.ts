/** Where `finitude sample` leaves its draws. */
import { InputError } from "@finitude/core";
import type { SampledProblem } from "@finitude/core/formats";
import { makeFolder, refuseOccupied } from "../io/files.ts";
import { type DrawFormat, drawFormats } from "./draw-formats.ts";

export interface DrawsFlags {
	readonly out?: string;
	readonly format?: DrawFormat;
	readonly force?: boolean;
	readonly saveWeights?: boolean;
}

export interface DrawsTarget {
	readonly folder: string;
	readonly format: DrawFormat;
}

/**
 * The target that the flags name, its folder made; undefined when no draws are wanted.
 * @throws InputError when the flags do not go together, or the folder is not empty or cannot be written to.
 */
export function drawsTarget({
	out,
	format,
	force = false,
	saveWeights,
}: DrawsFlags): DrawsTarget | undefined {
	if (out === undefined) {
		if (format === undefined && saveWeights === undefined) return undefined;
		const where = format === undefined ? "--save-weights" : "--format";
		throw new InputError({ where, wanted: "--out FOLDER beside it", got: "no --out" });
	}
	makeFolder(out);
	if (!force) refuseOccupied(out, "Choose another folder, or use --force to replace the draws in it.");
	return { folder: out, format: format ?? drawFormats[0]! };
}

/** Writes a sampled problem and says where. @throws InputError when the path does not allow it, or the format cannot hold it. */
export async function writeSampled({ folder, format }: DrawsTarget, sampled: SampledProblem): Promise<void> {
	// The writers are libraries that no other run needs: load them only now.
	const { sampledTree } = await import("@finitude/core/formats");
	const { writeDraws } = await import("./write-draws.ts");
	console.error(`Wrote ${await writeDraws(folder, format, sampledTree(sampled))}`);
}
