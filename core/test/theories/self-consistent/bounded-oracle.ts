/** W(t) of a bounded unit by brute force, and finite differences: slow, plain and independent of the theory's code. */

/**
 * W(t) = N ln E exp((c/2) (sum_a t_a phi(u_a . w))^2) over w ~ N(0, I_2), on a grid of step 0.15 with |w_k| <= 10.5: the integrands
 * of the tests are analytic, so its error is below rounding.
 *
 * @param inputs effective inputs u_a
 */
export function bruteForceCumulant(
	phi: (h: number) => number,
	inputs: readonly (readonly [number, number])[],
	width: number,
	readoutVariance: number,
): (t: ArrayLike<number>) => number {
	const c = readoutVariance / width;
	const step = 0.15;
	const nodes: { weight: number; features: number[] }[] = [];
	for (let i = -70; i <= 70; i++) {
		for (let j = -70; j <= 70; j++) {
			const [x, y] = [i * step, j * step];
			nodes.push({
				weight: (step * step * Math.exp(-(x * x + y * y) / 2)) / (2 * Math.PI),
				features: inputs.map(([u, v]) => phi(u * x + v * y)),
			});
		}
	}
	return (t) => {
		let sum = 0;
		for (const { weight, features } of nodes) {
			const s = features.reduce((total, f, a) => total + t[a]! * f, 0);
			sum += weight * Math.expm1((c / 2) * s * s);
		}
		return width * Math.log1p(sum);
	};
}

/** Weights of the central first difference of order 8. */
const FIRST = [4 / 5, -1 / 5, 4 / 105, -1 / 280];

/** df/dt_a at t, f a vector, by differences of order 8; the error of a step of 0.02 is rounding, 1e-14 / 0.02. */
export function derivative(
	f: (t: Float64Array) => ArrayLike<number>,
	t: Float64Array,
	a: number,
	step = 0.02,
): Float64Array {
	const at = (shift: number) => f(t.map((x, i) => (i === a ? x + shift : x)));
	const result = new Float64Array(f(t).length);
	FIRST.forEach((weight, k) => {
		const [above, below] = [at((k + 1) * step), at(-(k + 1) * step)];
		for (let i = 0; i < result.length; i++) result[i]! += (weight * (above[i]! - below[i]!)) / step;
	});
	return result;
}
