import { load, mirrorLower, multiply, transpose } from "@finitude/engine";
import { allocateView } from "./block-operations.ts";
import { averagedName } from "./observation.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { weightsOf } from "./whitened-network.ts";

/** Above this fan-in the weight covariance is not recorded: it grows with its square. */
export const WEIGHT_COVARIANCE_LIMIT = 256;

/**
 * Sigma = (1/N) sum_i w_i w_i^T over the units of the first layer, w_i in the units of the problem (prior s^2/d I), with a bias
 * as the last row and column. Outside the row space of the training inputs the weights keep their prior: that part is exact.
 * Reads the weights of the potential. Undefined when the fan-in exceeds WEIGHT_COVARIANCE_LIMIT.
 */
export function createWeightCovariance(
	space: SamplingSpace,
): (() => Record<string, Float64Array>) | undefined {
	const { engine, inputs, network, problem, potential } = space;
	const size = inputs.basis.columns;
	if (size > WEIGHT_COVARIANCE_LIMIT) return undefined;
	const layer = network.layers[0]!;
	const { weightVariance, biasVariance } = problem.network.layers[0]!;
	const inputCount = size - (biasVariance > 0 ? 1 : 0);
	const deviations = Float64Array.from({ length: size }, (_, i) =>
		Math.sqrt(i < inputCount ? weightVariance / inputCount : biasVariance),
	);
	const projection = multiply(engine, inputs.basis, inputs.basis, { transposeA: true });
	const basis = load(engine, inputs.basis);
	const inside = allocateView(engine, layer.width, size);
	const second = allocateView(engine, size, size);
	const covariance = new Float64Array(size * size);
	return () => {
		engine.gemm(1, weightsOf(layer, potential.position), basis, 0, inside);
		engine.syrk(1 / layer.width, transpose(inside), 0, second);
		const { data: moment } = mirrorLower({ rows: size, columns: size, data: second.block.data });
		for (let i = 0; i < size; i++) {
			for (let j = 0; j < size; j++) {
				const k = i * size + j;
				const rest = (i === j ? 1 : 0) - projection.data[k]!;
				covariance[k] = deviations[i]! * deviations[j]! * (moment[k]! + rest);
			}
		}
		return { [averagedName.weightCovariance]: covariance };
	};
}
