import type { TemperedPotential } from "./tempered-potential.ts";

/**
 * What the log evidence needs of one state of a ladder with K rungs, in one array of 2 K - 2 numbers. U_i is the tempered energy
 * of rung i, w_i the weights on it. Infinity where the kernel cannot be factorized.
 */
export interface RungRecord {
	/** K - 1: U_{i+1}(w_i) - U_i(w_i). */
	readonly upward: Float64Array;
	/** K - 1: U_i(w_{i+1}) - U_{i+1}(w_{i+1}). */
	readonly downward: Float64Array;
}

/** Numbers in the record of a ladder. */
export const recordSize = (rungs: number): number => 2 * rungs - 2;

/** The parts of a record: live views. */
export function readRecord(record: Float64Array): RungRecord {
	const pairs = record.length / 2;
	return { upward: record.subarray(0, pairs), downward: record.subarray(pairs) };
}

/** @param powers of the rungs, from 1 to 0 @param weights on each rung */
export function recordRungs(
	tempered: TemperedPotential,
	powers: readonly number[],
	weights: readonly Float64Array[],
): Float64Array {
	const record = new Float64Array(recordSize(powers.length));
	const { upward, downward } = readRecord(record);
	powers.forEach((power, i) => {
		tempered.look(weights[i]!);
		const own = tempered.energy(power);
		if (i > 0) downward[i - 1] = tempered.energy(powers[i - 1]!) - own;
		if (i < powers.length - 1) upward[i] = tempered.energy(powers[i + 1]!) - own;
	});
	return record;
}
