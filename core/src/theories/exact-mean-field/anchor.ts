import { type Engine, type Matrix, matrix } from "@finitude/engine";
import { pointExponents, type TiltedMeasure } from "../../tilted-unit/index.ts";
import type { Anchor, NeuronLaw } from "./neurons.ts";

/**
 * How much of the prior's estimate to replace by what is known of it. Random nodes estimate the moments of the density and of
 * the prior with related errors; the share is the regression coefficient of one on the other for |phi|^2, which is 1 for a weak
 * tilt, where it leaves only the tilt to the nodes, and near 0 where the nodes cover the prior badly. Whether Z_1 is divided by
 * the sum of the weights is decided in the same way.
 *
 * @param exact E_prior[phi phi^T], P x P
 * @param measure of the density, or of one like it
 */
export function anchorOf(engine: Engine, law: NeuronLaw, exact: Matrix, measure: TiltedMeasure): Anchor {
	const P = exact.rows;
	const identity = matrix(P, P);
	for (let a = 0; a < P; a++) identity.data[a * P + a] = 1;
	const squares = pointExponents(engine, law.source, { form: identity });
	const [tilted, prior] = [influence(measure, squares), influence(law.prior, squares)];
	let [product, square, normalized, plain] = [0, 0, 0, 0];
	const even = 1 / squares.length;
	for (let s = 0; s < squares.length; s++) {
		product += tilted[s]! * prior[s]!;
		square += prior[s]! ** 2;
		normalized += (measure.probabilities[s]! - law.prior.probabilities[s]!) ** 2;
		plain += (measure.probabilities[s]! - even) ** 2;
	}
	return { share: square === 0 ? 1 : product / square, moment: exact, normalized: normalized <= plain };
}

/** What each node adds to the error of E_p[x], x of degree 2: p (r^2 x - E_p[r^2 x]). */
function influence({ probabilities, second }: TiltedMeasure, x: Float64Array): Float64Array {
	const mean = x.reduce((sum, value, s) => sum + second[s]! * value, 0);
	return x.map((value, s) => second[s]! * value - probabilities[s]! * mean);
}
