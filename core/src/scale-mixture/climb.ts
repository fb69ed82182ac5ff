/** A local maximum of a smooth function of a few variables, by Newton's method with numerical derivatives. */

export interface Mode {
	readonly place: readonly number[];
	readonly value: number;
	/** C with C C^T the inverse of minus the Hessian, upper triangular: the axes of Laplace's approximation. */
	readonly axes: readonly (readonly number[])[];
}

/** Gradient and minus the Hessian of a function, in units of `scales`. */
export interface Derivatives {
	readonly gradient: readonly number[];
	readonly curvature: readonly (readonly number[])[];
}

/** Steps of the differences in units of `scales`: second differences are then good to about 1e-6. */
const DIFFERENCE = 1e-3;

/**
 * Levenberg's damping keeps every step uphill: where the function is not concave, or a full step overshoots, the step turns
 * toward the gradient in units of `scales`. The place need not be exact: it is where a lattice is laid, not a result.
 *
 * @param scales typical lengths along each variable
 * @param derivativesAt where something better is known than differences of f
 */
export function climb(
	f: (x: readonly number[]) => number,
	start: readonly number[],
	scales: readonly number[],
	derivativesAt = (x: readonly number[]): Derivatives => derivatives(f, x, scales),
): Mode {
	let place = start;
	let value = f(place);
	let damping = 1;
	for (let iterations = 0; iterations < 200; iterations++) {
		const { gradient, curvature } = derivativesAt(place);
		const factor = cholesky(curvature.map((row, i) => row.map((x, j) => (i === j ? x + damping : x))));
		if (factor === undefined) {
			damping *= 4;
			continue;
		}
		const step = solve(factor, gradient);
		const next = place.map((x, i) => x + scales[i]! * step[i]!);
		const reached = f(next);
		// Also refuses NaN.
		if (!(reached >= value)) {
			damping *= 4;
			continue;
		}
		const gain = reached - value;
		[place, value] = [next, reached];
		if (gain < 1e-8) break;
		damping = Math.max(damping / 8, 1e-9);
	}
	return { place, value, axes: axesAt(derivativesAt(place), scales) };
}

/** Laplace's axes, or those of the scales where the function is not concave: any lattice that converges is right. */
function axesAt({ curvature }: Derivatives, scales: readonly number[]) {
	const factor = cholesky(curvature);
	const unit = scales.map((_, i) => scales.map((_, j) => (i === j ? 1 : 0)));
	// (L L^T)^-1 = L^-T L^-1: column j of L^-T solves L^T c = e_j.
	const columns = factor === undefined ? unit : unit.map((e) => solveTransposed(factor, e));
	return scales.map((scale, i) => columns.map((column) => scale * column[i]!));
}

/** Gradient and minus the Hessian in units of the scales. */
function derivatives(
	f: (x: readonly number[]) => number,
	x: readonly number[],
	scales: readonly number[],
): Derivatives {
	const n = x.length;
	const at = (...moves: (readonly [number, number])[]) => {
		const y = [...x];
		for (const [i, direction] of moves) y[i]! += direction * DIFFERENCE * scales[i]!;
		return f(y);
	};
	const center = f(x);
	const up = x.map((_, i) => at([i, 1]));
	const down = x.map((_, i) => at([i, -1]));
	const gradient = up.map((above, i) => (above - down[i]!) / (2 * DIFFERENCE));
	const curvature = x.map(() => new Array<number>(n).fill(0));
	for (let i = 0; i < n; i++) {
		curvature[i]![i] = (2 * center - up[i]! - down[i]!) / DIFFERENCE ** 2;
		for (let j = 0; j < i; j++) {
			const mixed = at([i, 1], [j, 1]) - at([i, 1], [j, -1]) - at([i, -1], [j, 1]) + at([i, -1], [j, -1]);
			curvature[i]![j] = curvature[j]![i] = -mixed / (4 * DIFFERENCE ** 2);
		}
	}
	return { gradient, curvature };
}

/** Lower factor, undefined when a pivot is not positive. Plain loops: for three variables an engine would be slower. */
function cholesky(a: readonly (readonly number[])[]): number[][] | undefined {
	const l = a.map((row) => new Array<number>(row.length).fill(0));
	for (let i = 0; i < a.length; i++) {
		for (let j = 0; j <= i; j++) {
			let sum = a[i]![j]!;
			for (let k = 0; k < j; k++) sum -= l[i]![k]! * l[j]![k]!;
			if (i === j && !(sum > 0)) return undefined;
			l[i]![j] = i === j ? Math.sqrt(sum) : sum / l[j]![j]!;
		}
	}
	return l;
}

function solve(l: readonly (readonly number[])[], b: readonly number[]): number[] {
	const x = [...b];
	for (let i = 0; i < x.length; i++) {
		for (let k = 0; k < i; k++) x[i]! -= l[i]![k]! * x[k]!;
		x[i]! /= l[i]![i]!;
	}
	return solveTransposed(l, x);
}

function solveTransposed(l: readonly (readonly number[])[], b: readonly number[]): number[] {
	const x = [...b];
	for (let i = x.length - 1; i >= 0; i--) {
		for (let k = i + 1; k < x.length; k++) x[i]! -= l[k]![i]! * x[k]!;
		x[i]! /= l[i]![i]!;
	}
	return x;
}
