/** One step of an explicit Runge-Kutta method of high order, for systems of ordinary differential equations. */

/** Numbers of substeps; with six columns the method has order 12. */
const SUBSTEPS = [2, 4, 6, 8, 10, 12];

export interface Step {
	readonly value: readonly number[];
	/** Largest difference between the last two orders, relative to the largest entry. */
	readonly error: number;
}

/**
 * y(t + h) of y' = f(y): Gragg's modified midpoint rule with 2 to 12 substeps, extrapolated to substeps of no length (Gragg
 * 1965; Bulirsch and Stoer 1966; Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section II.9). Its
 * error is even in the substep, so that every column of the tableau gains two orders.
 */
export function extrapolatedStep(
	f: (y: readonly number[]) => readonly number[],
	y: readonly number[],
	h: number,
): Step {
	const slope = f(y);
	let row: (readonly number[])[] = [];
	for (const [i, n] of SUBSTEPS.entries()) {
		const next: (readonly number[])[] = [midpoint(f, y, slope, h / n, n)];
		for (let j = 1; j <= i; j++) {
			const ratio = (n / SUBSTEPS[i - j]!) ** 2;
			const [finer, coarser] = [next[j - 1]!, row[j - 1]!];
			next.push(finer.map((value, k) => value + (value - coarser[k]!) / (ratio - 1)));
		}
		row = next;
	}
	const value = row[row.length - 1]!;
	const before = row[row.length - 2]!;
	const size = Math.max(...value.map(Math.abs));
	const difference = Math.max(...value.map((x, k) => Math.abs(x - before[k]!)));
	return { value, error: difference / size };
}

/** n steps of the midpoint rule, n even. Gragg's smoothing is left out: extrapolation does not need it. */
function midpoint(
	f: (y: readonly number[]) => readonly number[],
	y: readonly number[],
	slope: readonly number[],
	h: number,
	n: number,
): readonly number[] {
	let before = y;
	let now = y.map((value, k) => value + h * slope[k]!);
	for (let i = 1; i < n; i++) {
		const derivative = f(now);
		const next = before.map((value, k) => value + 2 * h * derivative[k]!);
		[before, now] = [now, next];
	}
	return now;
}
