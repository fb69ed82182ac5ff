import type { Engine } from "@finitude/engine";
import { gaussHermite } from "./gauss-rules.ts";
import { chunkBuilder, type IntegrationRule } from "./integration-rule.ts";

/** The product of Gauss-Hermite rules, exact for polynomials of degree 2 nodes - 1 in each coordinate: nodes^r points. */
export function gaussHermiteRule(engine: Engine, dimension: number, nodes: number): IntegrationRule {
	const rule = gaussHermite(engine, nodes);
	return {
		kind: "gauss-hermite",
		dimension,
		count: nodes ** dimension,
		*chunks(size) {
			const builder = chunkBuilder(dimension, size);
			const point = new Float64Array(dimension);
			for (let s = 0; s < nodes ** dimension; s++) {
				let weight = 1;
				for (let k = 0, digits = s; k < dimension; k++, digits = Math.floor(digits / nodes)) {
					point[k] = rule.nodes[digits % nodes]!;
					weight *= rule.weights[digits % nodes]!;
				}
				const full = builder.add(point, weight);
				if (full) yield full;
			}
			const rest = builder.rest();
			if (rest) yield rest;
		},
	};
}

/**
 * A rule of 2 r^2 + 1 points, exact for polynomials of total degree 5 in any number of dimensions: the origin, the points
 * +-sqrt(r + 2) e_i, and sqrt(r/2 + 1) (+-e_i +- e_j). Its weights are negative on the axes for r > 4, so it serves
 * polynomials only, never a tilted measure.
 *
 * Stroud and Secrest 1963, Math. Comp. 17:105 (the points and weights follow from the moments of degree 2 and 4).
 */
export function degreeFiveRule(dimension: number): IntegrationRule {
	const r = dimension;
	const origin = 2 / (r + 2);
	const axis = (4 - r) / (2 * (r + 2) ** 2);
	const pair = 1 / (r + 2) ** 2;
	return {
		kind: "degree-five",
		dimension,
		count: 2 * r * r + 1,
		*chunks(size) {
			const builder = chunkBuilder(r, size);
			const point = new Float64Array(r);
			const place = function* (weight: number) {
				const full = builder.add(point, weight);
				if (full) yield full;
			};
			yield* place(origin);
			for (let i = 0; i < r; i++) {
				for (const sign of [1, -1]) {
					point[i] = sign * Math.sqrt(r + 2);
					yield* place(axis);
					point[i] = sign * Math.sqrt(r / 2 + 1);
					for (let j = 0; j < i; j++) {
						for (const other of [1, -1]) {
							point[j] = other * Math.sqrt(r / 2 + 1);
							yield* place(pair);
						}
						point[j] = 0;
					}
				}
				point[i] = 0;
			}
			const rest = builder.rest();
			if (rest) yield rest;
		},
	};
}
