/** Smooth functions of one pre-activation as tables. */

/** The distance of two entries. Cubic interpolation leaves (3/128) step^4 f'''', below 1e-6 for f'''' up to 100. */
const STEP = 1 / 40;

/**
 * Values of some functions at pre-activations, at least one, from a table that grows to the range they have.
 *
 * @param functions the functions, the same each time, at any pre-activations
 */
export type SmoothTable = (
	h: Float64Array,
	functions: (at: Float64Array) => readonly Float64Array[],
) => Float64Array[];

export function smoothTable(): SmoothTable {
	let values: readonly Float64Array[] = [];
	let [lowest, highest] = [0, 0];
	return (h, functions) => {
		let [least, most] = [h[0]!, h[0]!];
		for (const x of h) {
			if (x < least) least = x;
			else if (x > most) most = x;
		}
		if (values.length === 0 || least < lowest + STEP || most > highest - 2 * STEP) {
			// Well beyond what was seen, so that the next points rarely are.
			const beyond = Math.max(1, (most - least) / 2);
			const [from, to] = values.length === 0 ? [least, most] : [lowest, highest];
			lowest = Math.min(from, least - beyond);
			const count = Math.ceil((Math.max(to, most + beyond) - lowest) / STEP) + 1;
			highest = lowest + (count - 1) * STEP;
			values = functions(Float64Array.from({ length: count }, (_, i) => lowest + i * STEP));
		}
		return values.map((f) => {
			const row = new Float64Array(h.length);
			for (let s = 0; s < row.length; s++) {
				const at = (h[s]! - lowest) / STEP;
				const i = Math.floor(at);
				const t = at - i;
				const a = f[i - 1]!;
				const b = f[i]!;
				const c = f[i + 1]!;
				const d = f[i + 2]!;
				// Lagrange's cubic through four neighbors.
				const cubic = (d - a + 3 * (b - c)) / 6;
				row[s] = b + t * (c - a / 3 - b / 2 - d / 6 + t * ((a + c) / 2 - b + t * cubic));
			}
			return row;
		});
	};
}
