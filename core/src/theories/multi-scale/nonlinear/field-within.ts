import { matrix } from "@finitude/engine";
import type { DualField } from "./adaptive-unit.ts";

/** The farthest field on the way from one to another, to a sixteenth, for which at least this fraction of some nodes counts. */
export function fieldWithin(
	from: DualField,
	to: DualField,
	fraction: (field: DualField) => number,
	least: number,
): DualField {
	let [reached, beyond] = [0, 1];
	for (let halving = 0; halving < 4; halving++) {
		const middle = (reached + beyond) / 2;
		if (fraction(between(from, to, middle)) >= least) reached = middle;
		else beyond = middle;
	}
	// Even the first sixteenth may be too far: half of it is still progress.
	return between(from, to, reached > 0 ? reached : beyond / 2);
}

function between(from: DualField, to: DualField, part: number): DualField {
	const dual = mixed(from.dual, to.dual, part);
	if (to.resolvent === undefined) return { dual };
	const { rows, data } = to.resolvent;
	return {
		dual,
		resolvent: matrix(rows, rows, mixed(from.resolvent?.data ?? new Float64Array(data.length), data, part)),
	};
}

function mixed(a: Float64Array, b: Float64Array, part: number): Float64Array {
	return a.map((x, k) => (1 - part) * x + part * b[k]!);
}
