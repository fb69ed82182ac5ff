/**
 * Directions instead of points, for homogeneous activations: w = r u with |u| = 1. Features at w are r times those at u, so
 * the radius can be integrated in closed form (`tiltedMeasure`).
 */
import type { Engine, Matrix } from "@finitude/engine";
import { chunkBuilder, type IntegrationRule } from "./integration-rule.ts";
import { arcNodes } from "./polar.ts";

/** The directions of a rule's points: uniform on the sphere where the points are standard normal. */
export function sphereRule(rule: IntegrationRule): IntegrationRule {
	return {
		...rule,
		kind: "directions",
		*chunks(size) {
			for (const { points, weights, count } of rule.chunks(size)) {
				const squares = new Float64Array(count);
				points.forEach((x, at) => {
					squares[at % count]! += x * x;
				});
				yield { points: points.map((x, at) => x / Math.sqrt(squares[at % count]!)), weights, count };
			}
		},
	};
}

/**
 * Directions in the plane: Gauss-Legendre nodes on every arc between two directions at which a pre-activation changes sign.
 *
 * @param inputs effective inputs, one row of two numbers for each pre-activation
 * @param nodes on each arc
 */
export function circleRule(engine: Engine, inputs: Matrix, nodes = 32): IntegrationRule {
	const directions = [...arcNodes(engine, inputs, nodes)];
	return {
		kind: "directions",
		dimension: 2,
		count: directions.length,
		*chunks(size) {
			const builder = chunkBuilder(2, size);
			for (const { angle, weight } of directions) {
				const full = builder.add([Math.cos(angle), Math.sin(angle)], weight);
				if (full) yield full;
			}
			const rest = builder.rest();
			if (rest) yield rest;
		},
	};
}

/** The two directions of one weight, each with half of the prior: exact. */
export function twoDirections(): IntegrationRule {
	return {
		kind: "directions",
		dimension: 1,
		count: 2,
		*chunks(size) {
			const builder = chunkBuilder(1, size);
			for (const direction of [1, -1]) {
				const full = builder.add([direction], 0.5);
				if (full) yield full;
			}
			const rest = builder.rest();
			if (rest) yield rest;
		},
	};
}
