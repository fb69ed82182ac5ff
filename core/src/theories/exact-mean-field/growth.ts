import { type Engine, type Matrix, seedStream } from "@finitude/engine";
import {
	circleRule,
	featureSource,
	type HiddenUnit,
	paddedSobolRule,
	sphereRule,
	twoDirections,
} from "../../tilted-unit/index.ts";
import { neuronLaw } from "./neurons.ts";

/** Here phi(h)/h has reached its limit to rounding for every activation that grows linearly. */
const FAR = 1e9;

/** Directions that are looked at are part of the method. */
const [STREAM, LOG2_DIRECTIONS] = [seedStream(0), 12];

/**
 * Whether the tilted density of a unit can be normalized: always for a bounded activation, else b(u) = 1 - g(u)^T A g(u) > 0 has
 * to hold in every direction u, with g(u) the limit of phi(r u)/r for large r. Directions between those that are looked at are
 * not seen.
 *
 * @param unit at its training points
 * @param dual A
 */
export function isNormalizable(engine: Engine, unit: HiddenUnit, dual: Matrix): boolean {
	const { activation, dimension, inputs } = unit;
	if (activation.bounded) return true;
	const directions =
		dimension === 1
			? twoDirections()
			: dimension === 2
				? circleRule(engine, inputs)
				: sphereRule(paddedSobolRule(engine, dimension, LOG2_DIRECTIONS, STREAM));
	const source = featureSource(engine, unit, directions, {
		evaluate(_, h, phi) {
			const [from, to] = [h.block.data, phi.block.data];
			for (let k = 0; k < to.length; k++) to[k] = activation.value(FAR * from[k]!) / FAR;
		},
	});
	return neuronLaw(engine, source).at(dual) !== undefined;
}
