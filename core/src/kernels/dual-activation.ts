/** The contract of dual activations: averages of a nonlinearity over Gaussian pre-activations. */
import type { Engine } from "@finitude/engine";
import type { GaussianPairs } from "./gaussian-pairs.ts";

/** What an activation does to covariances: G_ab = E[phi(h_a) phi(h_b)], equation (1) of docs/theories/nngp.md. */
export interface DualActivation {
	/** E[phi(h)], h ~ N(0, variance), for each variance. */
	mean(engine: Engine, variances: Float64Array): Float64Array;
	/** E[phi(h_a) phi(h_b)] of each pair. */
	kernel(engine: Engine, pairs: GaussianPairs): Float64Array;
	/** J of `derivatives` alone: m x 3, row-major: aa, bb, ab. */
	gradient(engine: Engine, pairs: GaussianPairs): Float64Array;
	/** Derivatives of the kernel of each pair with respect to C_aa, C_bb and C_ab. */
	derivatives(engine: Engine, pairs: GaussianPairs): DualDerivatives;
}

/**
 * Gradient J and Hessian H of G_ab as a function of three **independent** arguments (C_aa, C_bb, C_ab), also where the
 * pair is one point twice. At a point of variance 0, which no layer below can change, the derivatives with respect to
 * its variance and covariances are given as 0: they multiply fluctuations that vanish.
 */
export interface DualDerivatives {
	/** m x 3, row-major: aa, bb, ab. */
	readonly gradient: Float64Array;
	/** m x 6, row-major: aa aa, bb bb, ab ab, aa bb, aa ab, bb ab. */
	readonly hessian: Float64Array;
}

/** One pair at a time: the closed forms of an activation. */
export interface ClosedForm {
	/** E[phi(h)], h ~ N(0, a). */
	mean(a: number): number;
	/** Of all pairs at once, so that engine maps can be used. */
	kernel(engine: Engine, pairs: GaussianPairs): Float64Array;
	/** [aa, bb, ab] */
	gradient(a: number, b: number, c: number): readonly [number, number, number];
	/** [aa aa, bb bb, ab ab, aa bb, aa ab, bb ab] */
	hessian(a: number, b: number, c: number): readonly [number, number, number, number, number, number];
}

/** A dual activation from closed forms. */
export function fromClosedForm(form: ClosedForm): DualActivation {
	const gradient = (pairs: GaussianPairs) => tabulate(pairs, 3, form.gradient);
	return {
		mean: (_engine, variances) => variances.map((a) => form.mean(a)),
		kernel: form.kernel,
		gradient: (_engine, pairs) => gradient(pairs),
		derivatives: (_engine, pairs) => ({
			gradient: gradient(pairs),
			hessian: tabulate(pairs, 6, form.hessian),
		}),
	};
}

/** The entries of a formula for every pair, one row each. */
function tabulate(
	{ variances, first, second, covariances }: GaussianPairs,
	columns: number,
	formula: (a: number, b: number, c: number) => readonly number[],
): Float64Array {
	const table = new Float64Array(columns * covariances.length);
	for (let k = 0; k < covariances.length; k++) {
		const row = formula(variances[first[k]!]!, variances[second[k]!]!, covariances[k]!);
		// Far faster than `table.set(row, ...)` for rows this short.
		for (let j = 0; j < columns; j++) table[columns * k + j] = row[j]!;
	}
	return table;
}

/** The loop over pairs of a kernel that needs no engine map. */
export function eachPair(formula: (a: number, b: number, c: number) => number): ClosedForm["kernel"] {
	return (_engine, { variances, first, second, covariances }) =>
		covariances.map((c, k) => formula(variances[first[k]!]!, variances[second[k]!]!, c));
}
