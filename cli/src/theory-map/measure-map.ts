import { availableParallelism } from "node:os";
import {
	type CellContext,
	type CellMeasurement,
	type MapCell,
	mapCells,
	measureCell,
	type TheoryMap,
} from "@finitude/core";
import type { EngineChoice } from "@finitude/engine";
import { createJobPool, type JobPool } from "../workers/job-pool.ts";
import type { CellStore } from "./cell-store.ts";

export interface MeasureMapOptions {
	readonly choice: EngineChoice;
	/** Number of worker threads; the numbers do not depend on it. Default: one per processor. */
	readonly workers?: number | undefined;
	/** Aborting keeps the cells that are measured. */
	readonly signal: AbortSignal;
	/** Cells that are there are not measured again. */
	readonly store: CellStore;
	/** Told each cell as soon as it is there, and how many there are then. */
	readonly onCell: (measurement: CellMeasurement, done: number, count: number) => void;
}

/**
 * Every cell of a map, over worker threads that share theories and chains of all cells, those of earlier cells first. After an abort the cells that
 * were finished.
 * @throws InputError for a damaged cell in the store, or where none can be written; any other error of a worker as it is.
 */
export async function measureMap(
	map: TheoryMap,
	{ choice, workers, signal, store, onCell }: MeasureMapOptions,
): Promise<CellMeasurement[]> {
	const cells = mapCells(map.settings);
	const measured: CellMeasurement[] = [];
	const missing: (readonly [MapCell, number])[] = [];
	cells.forEach((cell, index) => {
		const known = store.read(cell);
		if (known === undefined) missing.push([cell, index]);
		else measured.push(known);
	});
	if (missing.length === 0) return measured;
	const pool = createJobPool(workers ?? availableParallelism(), choice, signal);
	try {
		await Promise.all(
			missing.map(async ([cell, index]) => {
				const measurement = await measureCell(map, cell, contextOf(pool, index));
				if (measurement === undefined) return;
				store.write(measurement);
				measured.push(measurement);
				onCell(measurement, measured.length, cells.length);
			}),
		);
	} finally {
		await pool.close();
	}
	return measured;
}

function contextOf(pool: JobPool, rank: number): CellContext {
	return {
		judge: (task) => pool.run({ kind: "judge", task }, rank),
		solve: (problem, choice) => pool.run({ kind: "theory", problem, choice }, rank),
		async sample(problem, settings, snapshots) {
			const ends = await Promise.all(
				Array.from({ length: settings.chains }, (_, chain) => {
					const snapshot = snapshots?.[chain];
					return pool.run({ kind: "chain", problem, settings, chain, ...(snapshot && { snapshot }) }, rank);
				}),
			);
			const whole = ends.flatMap((end) => (end === undefined ? [] : [end]));
			if (whole.length < settings.chains) return undefined;
			return {
				chains: whole.map(({ result }) => result),
				snapshots: whole.map(({ snapshot }) => snapshot),
			};
		},
	};
}
