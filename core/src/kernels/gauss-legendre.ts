/** The Gauss-Legendre rule. */

/** Integrals over [0, 1]: sum_i weights[i] f(nodes[i]). */
export interface UnitRule {
	readonly nodes: Float64Array;
	readonly weights: Float64Array;
}

/** The rule of `count` nodes, exact for polynomials up to degree 2 count - 1: zeros of P_n by Newton's method from Tricomi's guess. */
export function gaussLegendre(count: number): UnitRule {
	const nodes = new Float64Array(count);
	const weights = new Float64Array(count);
	for (let i = 0; i < count; i++) {
		let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
		let slope = 0;
		// The guess is within 1/count^2 of the zero; each step squares the error, so five reach rounding.
		for (let step = 0; step < 5; step++) {
			let previous = 0;
			let value = 1;
			for (let k = 1; k <= count; k++) {
				const next = ((2 * k - 1) * x * value - (k - 1) * previous) / k;
				previous = value;
				value = next;
			}
			slope = (count * (x * value - previous)) / (x * x - 1);
			x -= value / slope;
		}
		nodes[i] = 0.5 * (1 - x);
		weights[i] = 1 / ((1 - x * x) * slope * slope);
	}
	return { nodes, weights };
}
