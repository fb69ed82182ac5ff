import { chunkBuilder, type IntegrationRule, type PointChunk } from "./integration-rule.ts";

/**
 * The trapezoidal rule on a grid of the given step, within a ball. For a function of w that is analytic in a strip around
 * the real axis its error falls as exp(-2 pi width / step); at a kink it falls as a power of the step only.
 *
 * @param dimension r, at most 3 in practice: there are (2 radius / step)^r points
 * @param radius points with |w| above it are dropped; exp(-radius^2 / 2) is what they weigh
 * @param even true when every integrand has f(-w) = f(w): half of the points then stand for all
 */
export function trapezoidRule(
	dimension: number,
	step: number,
	radius: number,
	{ even = false } = {},
): IntegrationRule {
	const reach = (radius / step) ** 2;
	const factor = (step / Math.sqrt(2 * Math.PI)) ** dimension;
	return {
		kind: "trapezoid",
		dimension,
		count: gridPoints(dimension, reach, even),
		*chunks(size) {
			const builder = chunkBuilder(dimension, size);
			const point = new Float64Array(dimension);
			yield* line(0, reach, 1);
			const rest = builder.rest();
			if (rest) yield rest;

			/** The points that continue the coordinates before `axis`, with (radius / step)^2 minus their squares left. */
			function* line(axis: number, left: number, multiplicity: number): Generator<PointChunk> {
				const most = Math.floor(Math.sqrt(left));
				const least = axis === 0 && even ? 0 : -most;
				for (let i = least; i <= most; i++) {
					point[axis] = i * step;
					const times = axis === 0 && even && i > 0 ? 2 : multiplicity;
					if (axis + 1 < dimension) {
						yield* line(axis + 1, left - i * i, times);
						continue;
					}
					const squares = (reach - left + i * i) * step * step;
					const full = builder.add(point, times * factor * Math.exp(-0.5 * squares));
					if (full) yield full;
				}
			}
		},
	};
}

/** Grid points in a ball of squared radius `reach`, in steps; in half of it, with the whole middle plane, when `half`. */
function gridPoints(dimension: number, reach: number, half: boolean): number {
	const most = Math.floor(Math.sqrt(reach));
	if (dimension === 1) return half ? most + 1 : 2 * most + 1;
	let count = 0;
	for (let i = half ? 0 : -most; i <= most; i++) count += gridPoints(dimension - 1, reach - i * i, false);
	return count;
}
