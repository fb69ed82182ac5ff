/** One hidden layer at random points of its pre-activations: phi, phi' and phi'' side by side. */
import { type Engine, type Matrix, matrix, scoped } from "@finitude/engine";
import type { Activation } from "../../../../activations/activation.ts";
import {
	type FeatureMap,
	type FeatureSource,
	featureSource,
	type IntegrationRule,
} from "../../../../tilted-unit/index.ts";

/**
 * The features of a layer: P rows of phi, then P of phi' and P of phi'' where they are wanted.
 *
 * @param factor P x r with h = factor z
 * @param rule points of z
 */
export function layerPoints(
	engine: Engine,
	activation: Activation,
	factor: Matrix,
	rule: IntegrationRule,
	{ derivatives }: { readonly derivatives: boolean },
): FeatureSource {
	const { rows: P, columns: r } = factor;
	const rows = derivatives ? 3 * P : P;
	// The rows of the derivatives hold the pre-activations again.
	const inputs = matrix(rows, r);
	for (let first = 0; first < rows; first += P) inputs.data.set(factor.data, first * r);
	const unit = { activation, trainPoints: P, points: rows, positions: 1, dimension: r, inputs };
	return featureSource(engine, unit, rule, derivatives ? { evaluate: withDerivatives(activation, P) } : {});
}

function withDerivatives(activation: Activation, P: number): FeatureMap {
	return (engine, h, features) =>
		scoped(engine, () => {
			const length = P * h.columns;
			activation.valueAndDerivative(
				engine,
				h.block.slice(0, length),
				features.block.slice(0, length),
				features.block.slice(length, length),
			);
			const [from, to] = [h.block.data, features.block.data];
			for (let k = 0; k < length; k++) {
				to[2 * length + k] = activation.secondDerivative!(from[k]!, to[k]!, to[length + k]!);
			}
		});
}
