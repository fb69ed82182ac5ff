/** Measured cells of theory maps, one file each: a run that was interrupted, or another map with the same cells, finds them. */
import { createHash } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import {
	type CellMeasurement,
	InputError,
	type MapCell,
	problemOfCell,
	problemToJson,
	type TheoryMap,
	version,
} from "@finitude/core";
import type { Engine } from "@finitude/engine";
import { makeFolder, readBytes, withPath, writeFile } from "../io/files.ts";

export interface CellStore {
	/** Undefined where the cell was not measured. @throws InputError when its file is damaged. */
	read(cell: MapCell): CellMeasurement | undefined;
	/** Appears under its name as a whole. @throws InputError when it cannot be written. */
	write(measurement: CellMeasurement): void;
}

/** The store of a map in a folder. A cell's file is named by a hash of everything that its numbers depend on. */
export function createCellStore(
	folder: string,
	map: TheoryMap,
	{ id, variant, deterministic }: Engine,
): CellStore {
	const { settings, sampling, theories } = map;
	const { quantity, rounds, agreement } = settings;
	// The name changes no number.
	const problem = { ...map.experiment.problem, name: "" };
	const fileOf = (cell: MapCell) => {
		const identity = {
			...cell,
			problem: problemToJson(problemOfCell(problem, cell)),
			theories: theories.map(({ theory, options }) => [theory.id, options]),
			quantity,
			rounds,
			agreement,
			sampling,
			engine: { id, variant, deterministic },
			version,
		};
		const hash = createHash("sha256").update(JSON.stringify(identity)).digest("hex");
		return join(folder, `${hash.slice(0, 32)}.json`);
	};
	return {
		read(cell) {
			const file = fileOf(cell);
			return existsSync(file) ? parsed(file) : undefined;
		},
		write({ width, exponent, ...rest }) {
			const file = fileOf({ width, exponent });
			makeFolder(folder);
			writeFile(`${file}.unfinished`, `${JSON.stringify({ width, exponent, ...rest })}\n`);
			withPath(file, "a file that can be replaced", () => renameSync(`${file}.unfinished`, file));
		},
	};
}

function parsed(file: string): CellMeasurement {
	try {
		return JSON.parse(new TextDecoder().decode(readBytes(file))) as CellMeasurement;
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		throw new InputError({
			where: file,
			wanted: "a measured cell of a theory map",
			got: "a damaged file",
			advice: "Remove it to measure the cell again.",
		});
	}
}
