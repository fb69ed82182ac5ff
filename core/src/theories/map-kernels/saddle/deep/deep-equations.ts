/** The forward-backward equations of a deep network as one map of the kernels of its layers. */
import { type Engine, type Matrix, matrix, plusDiagonal } from "@finitude/engine";
import { findActivation } from "../../../../activations/registry.ts";
import { dualOf } from "../../../../kernels/dual-of.ts";
import { mapBlocks } from "../../../../kernels/kernel-blocks.ts";
import type { FeatureSource, IntegrationRule } from "../../../../tilted-unit/index.ts";
import { type OutputForce, outputForce } from "../../../output-force.ts";
import { backwardResponse } from "../../backward-response.ts";
import type { KernelMap } from "../../layers.ts";
import { covarianceRoot } from "./covariance-root.ts";
import { layerPoints } from "./layer-points.ts";
import { type TiltedLayer, tiltedLayer } from "./tilted-layer.ts";

/** A deep network on its training points. */
export interface DeepProblem {
	readonly layers: readonly KernelMap[];
	/** C^(0) = F F^T, P x r. */
	readonly inputFactor: Matrix;
	/** C^(0), P x P. */
	readonly inputs: Matrix;
	/** Y, P x D. */
	readonly targets: Matrix;
	readonly noiseVariance: number;
}

/** The random points of every layer, fixed: of r coordinates for the first one, of P for the others. */
export interface DeepPoints {
	readonly rules: readonly IntegrationRule[];
	/** The first layer, whose pre-activations do not change. */
	readonly firstLayer: FeatureSource;
}

/** @param rules one for each layer */
export function deepPoints(
	engine: Engine,
	{ layers, inputFactor }: DeepProblem,
	rules: readonly IntegrationRule[],
): DeepPoints {
	const activation = findActivation(layers[0]!.activation);
	return {
		rules,
		firstLayer: layerPoints(engine, activation, inputFactor, rules[0]!, { derivatives: false }),
	};
}

/** What the kernels C^(1) ... C^(L) imply, and the kernels that come back. */
export interface DeepIteration {
	readonly force: OutputForce;
	/** Ct^(1) ... Ct^(L). */
	readonly conjugates: readonly Matrix[];
	readonly tilted: readonly TiltedLayer[];
	/** The forward equation (3): equal to the kernels at a saddle. */
	readonly next: readonly Matrix[];
}

/**
 * From the output down: Ct^(L) by (5), then for each layer the averages under its tilt at C^(l-1), which give Ct^(l-1) by (4)
 * and a new C^(l) by (3). Of both averages the part of the prior is taken in closed form, only what the tilt changes from the
 * points (control variate).
 *
 * @param kernels C^(1) ... C^(L), P x P
 * @param widening of all widths
 * @returns undefined where K + kappa I is not positive definite, or a kernel below has a negative eigenvalue
 */
export function iterateDeep(
	engine: Engine,
	{ layers, inputs, targets, noiseVariance }: DeepProblem,
	{ rules, firstLayer }: DeepPoints,
	kernels: readonly Matrix[],
	widening: number,
): DeepIteration | undefined {
	const force = outputForce(engine, plusDiagonal(kernels.at(-1)!, noiseVariance), targets);
	if (force === undefined) return undefined;
	const conjugates = [force.conjugate];
	const tilted: TiltedLayer[] = [];
	const next: Matrix[] = [];
	for (let l = layers.length - 1; l >= 0; l--) {
		const layer = { ...layers[l]!, width: widening * layers[l]!.width };
		const { activation: name, prefactor, biasVariance, width } = layer;
		const below = l === 0 ? inputs : kernels[l - 1]!;
		const root = l === 0 ? undefined : covarianceRoot(engine, below);
		if (l > 0 && root === undefined) return undefined;
		const source = root
			? layerPoints(engine, findActivation(name), root.root, rules[l]!, { derivatives: true })
			: firstLayer;
		const conjugate = conjugates[0]!;
		const averages = tiltedLayer(engine, source, layer, conjugate);
		const prior = mapBlocks(engine, dualOf(name), { train: below }).train;
		tilted.unshift(averages);
		next.unshift(combined(prior, (x, k) => prefactor * (x + averages.change.data[k]!) + biasVariance));
		const { backward } = averages;
		if (backward === undefined) continue;
		const weight = (2 * prefactor ** 2) / width;
		const response = backwardResponse(engine, layer, below, conjugate);
		conjugates.unshift(
			combined(
				response,
				(x, k) => x + prefactor * backward.response.data[k]! + weight * backward.square.data[k]!,
			),
		);
	}
	return { force, conjugates, tilted, next };
}

function combined(a: Matrix, entry: (x: number, k: number) => number): Matrix {
	return matrix(a.rows, a.columns, a.data.map(entry));
}
