import type { Engine, Matrix } from "@finitude/engine";
import { priorShare, type TiltedMeasure } from "../../tilted-unit/index.ts";
import type { Anchor, NeuronLaw } from "./neurons.ts";

/**
 * How much of the prior's estimate to replace by what is known of it (`priorShare`). Whether Z_1 is divided by the sum of the
 * weights is decided by which of both leaves the smaller error.
 *
 * @param exact E_prior[phi phi^T], P x P
 * @param measure of the density, or of one like it
 */
export function anchorOf(engine: Engine, law: NeuronLaw, exact: Matrix, measure: TiltedMeasure): Anchor {
	const { probabilities } = measure;
	const even = 1 / probabilities.length;
	let [normalized, plain] = [0, 0];
	probabilities.forEach((p, s) => {
		normalized += (p - law.prior.probabilities[s]!) ** 2;
		plain += (p - even) ** 2;
	});
	return {
		share: priorShare(engine, law.source, law.prior, measure),
		moment: exact,
		normalized: normalized <= plain,
	};
}
