import { type Engine, gram, symmetricEigenvalues } from "@finitude/engine";
import { InputError } from "../../errors.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";

/**
 * Without noise the likelihood grows as q^(-P/2) where the scale q of a direction of the outputs that has no targets goes to 0:
 * faster than its prior falls, where N_l <= P.
 *
 * @throws InputError when a combination of the outputs has no targets and a layer has P units or fewer
 */
export function requireSpanningTargets(engine: Engine, { trainTargets, network }: Problem): void {
	const { rows: P, columns: D } = trainTargets;
	const narrowest = Math.min(...network.layers.map(layerWidth));
	if (narrowest > P) return;
	const values = symmetricEigenvalues(engine, gram(engine, trainTargets, { transposeA: true }));
	const largest = values[D - 1]!;
	const rank = values.filter((v) => v > P * Number.EPSILON * largest).length;
	if (largest > 0 && rank === D) return;
	throw new InputError({
		where: "trainTargets",
		wanted: "targets of which no combination of the outputs is zero, when noiseVariance is 0 and P >= N",
		got: `targets of rank ${largest > 0 ? rank : 0} for D = ${D}, P = ${P} and N = ${narrowest}`,
		advice: "The scale of that combination has no posterior; give a positive noiseVariance.",
	});
}
