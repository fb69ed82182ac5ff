import { chunkBuilder, type IntegrationRule, type PointChunk } from "./integration-rule.ts";

/**
 * The trapezoidal rule on a grid of the given step, within a ball. For a function of w_k that is analytic in a strip around
 * the real axis the error of axis k falls as exp(-2 pi width / step_k); at a kink it falls as a power of the step only.
 *
 * @param dimension r, at most 3 in practice: there are about (2 radius / step)^r points
 * @param step one for all axes, or one for each
 * @param radius points with |w| above it are dropped; exp(-radius^2 / 2) is what they weigh
 * @param even true when every integrand has f(-w) = f(w): half of the points then stand for all
 */
export function trapezoidRule(
	dimension: number,
	step: number | Float64Array,
	radius: number,
	{ even = false } = {},
): IntegrationRule {
	const steps = typeof step === "number" ? new Float64Array(dimension).fill(step) : step;
	const cell = steps.reduce((product, h) => (product * h) / Math.sqrt(2 * Math.PI), 1);
	return {
		kind: "trapezoid",
		dimension,
		count: gridPoints(steps, 0, radius * radius, even),
		*chunks(size) {
			const builder = chunkBuilder(dimension, size);
			const point = new Float64Array(dimension);
			yield* line(0, radius * radius, 1);
			const rest = builder.rest();
			if (rest) yield rest;

			/** The points that continue the coordinates before `axis`, with radius^2 less their squares left. */
			function* line(axis: number, left: number, multiplicity: number): Generator<PointChunk> {
				const half = axis === 0 && even;
				const most = lastIndex(left, steps[axis]!);
				for (let i = half ? 0 : -most; i <= most; i++) {
					const w = i * steps[axis]!;
					point[axis] = w;
					const times = half && i > 0 ? 2 : multiplicity;
					if (axis + 1 < dimension) {
						yield* line(axis + 1, left - w * w, times);
						continue;
					}
					const squares = radius * radius - left + w * w;
					const full = builder.add(point, times * cell * Math.exp(-0.5 * squares));
					if (full) yield full;
				}
			}
		},
	};
}

/** Grid points from `axis` on within the squared radius that is left; of the half with the middle plane where asked. */
function gridPoints(steps: Float64Array, axis: number, left: number, half: boolean): number {
	const most = lastIndex(left, steps[axis]!);
	if (axis + 1 === steps.length) return half ? most + 1 : 2 * most + 1;
	let count = 0;
	for (let i = half ? 0 : -most; i <= most; i++) {
		const w = i * steps[axis]!;
		count += gridPoints(steps, axis + 1, left - w * w, false);
	}
	return count;
}

/** The middle of a line belongs to the grid also where rounding leaves a negative square. */
function lastIndex(left: number, step: number): number {
	return Math.floor(Math.sqrt(Math.max(0, left)) / step);
}
