import { type Engine, identity } from "@finitude/engine";
import type { FeatureSource } from "./features.ts";
import { pointExponents, type TiltedMeasure } from "./tilted-measure.ts";

/**
 * How much of the prior's estimate of E[phi phi^T] to replace by what is known of it (control variate). Random nodes estimate the
 * moments of a tilted measure and of the prior with related errors; the share is the regression coefficient of one on the other
 * for |phi|^2: 1 for a weak tilt, where it leaves only the tilt to the nodes, and near 0 where the nodes cover the prior badly.
 *
 * @param source the unit at the points of the moments
 * @param prior on its nodes
 * @param tilted on its nodes: the measure of interest, or one like it
 */
export function priorShare(
	engine: Engine,
	source: FeatureSource,
	prior: TiltedMeasure,
	tilted: TiltedMeasure,
): number {
	const squares = pointExponents(engine, source, { form: identity(source.unit.points) });
	const [ofTilted, ofPrior] = [influence(tilted, squares), influence(prior, squares)];
	let [product, square] = [0, 0];
	for (let s = 0; s < squares.length; s++) {
		product += ofTilted[s]! * ofPrior[s]!;
		square += ofPrior[s]! ** 2;
	}
	return square === 0 ? 1 : product / square;
}

/** What each node adds to the error of E_p[x], x of degree 2: p (r^2 x - E_p[r^2 x]). */
function influence({ probabilities, second }: TiltedMeasure, x: Float64Array): Float64Array {
	const mean = x.reduce((sum, value, s) => sum + second[s]! * value, 0);
	return x.map((value, s) => second[s]! * value - probabilities[s]! * mean);
}
