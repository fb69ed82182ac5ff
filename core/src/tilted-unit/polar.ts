import { type Engine, type Matrix, matrixRow } from "@finitude/engine";
import { gaussLaguerre, gaussLegendre } from "./gauss-rules.ts";
import { chunkBuilder, type IntegrationRule } from "./integration-rule.ts";

/**
 * Polar coordinates in the plane for an activation with a kink at 0: Gauss-Legendre on every arc between two directions at
 * which a pre-activation changes sign, and Gauss-Laguerre in half the squared radius.
 *
 * For relu, products of an even number 2k of features are r^(2k) times trigonometric polynomials on each arc, so the rule is
 * exact to rounding for k < 2 radii. Odd moments, and tilted averages, converge with the number of radii.
 *
 * @param inputs effective inputs, one row of two numbers for each pre-activation
 * @param nodes on each arc; 24 give products of four features to rounding on an arc of any length
 */
export function polarRule(engine: Engine, inputs: Matrix, nodes = 24, radii = 4): IntegrationRule {
	const directions = [...arcNodes(engine, inputs, nodes)];
	const radial = gaussLaguerre(engine, radii);
	return {
		kind: "polar",
		dimension: 2,
		count: directions.length * radii,
		*chunks(size) {
			const builder = chunkBuilder(2, size);
			for (const { angle, weight } of directions) {
				for (let k = 0; k < radii; k++) {
					const radius = Math.sqrt(2 * radial.nodes[k]!);
					const full = builder.add(
						[radius * Math.cos(angle), radius * Math.sin(angle)],
						weight * radial.weights[k]!,
					);
					if (full) yield full;
				}
			}
			const rest = builder.rest();
			if (rest) yield rest;
		},
	};
}

/** Angles with their weights, which sum to 1: Gauss-Legendre on every arc between two sign changes. */
export function* arcNodes(
	engine: Engine,
	inputs: Matrix,
	nodes: number,
): Generator<{ readonly angle: number; readonly weight: number }> {
	const turns = signChanges(inputs);
	const rule = gaussLegendre(engine, nodes);
	for (let t = 0; t < turns.length; t++) {
		const start = turns[t]!;
		const end = t + 1 < turns.length ? turns[t + 1]! : turns[0]! + 2 * Math.PI;
		for (let i = 0; i < nodes; i++) {
			yield {
				angle: start + 0.5 * (end - start) * (1 + rule.nodes[i]!),
				weight: ((end - start) / (2 * Math.PI)) * rule.weights[i]!,
			};
		}
	}
}

/** The angles in [0, 2 pi), ascending, at which some u.w changes sign, and the four axes so that no arc exceeds a quadrant. */
function signChanges(inputs: Matrix): number[] {
	const angles = [0, 0.5 * Math.PI, Math.PI, 1.5 * Math.PI];
	for (let a = 0; a < inputs.rows; a++) {
		const [x, y] = matrixRow(inputs, a) as unknown as [number, number];
		if (x === 0 && y === 0) continue;
		for (const quarter of [0.5, 1.5]) {
			const angle = Math.atan2(y, x) + quarter * Math.PI;
			angles.push(angle < 0 ? angle + 2 * Math.PI : angle % (2 * Math.PI));
		}
	}
	angles.sort((a, b) => a - b);
	return angles.filter((angle, i) => i === 0 || angle > angles[i - 1]!);
}
