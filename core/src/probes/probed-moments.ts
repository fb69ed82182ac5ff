/** The moments that probes look at: of the infinitely wide prior, and as a theory predicts them. */
import { type Engine, type Matrix, matrix } from "@finitude/engine";
import type { Answer } from "../answer/answer.ts";
import { posteriorKernel } from "../experiments/comparison.ts";
import { priorKernels } from "../kernels/prior-kernels.ts";
import type { Problem } from "../problem/problem.ts";
import { positionOrder } from "../samplers/position-order.ts";
import { WEIGHT_COVARIANCE_LIMIT } from "../samplers/weight-covariance.ts";
import { findTheory } from "../theories/registry.ts";
import { type LayerKernel, layerLabel, OUTPUT, type ProbedMoments } from "./probe.ts";

/** Moments, and why those that are not among them are missing: by the layer's label, or `WEIGHTS`. */
export interface PartialMoments {
	readonly moments: ProbedMoments;
	readonly missing: Readonly<Record<string, string>>;
}

/** The key of the weight covariance among what is missing. */
export const WEIGHTS = "weights";

/** Of layers that read more inputs: nothing records their weight covariance. */
export const TOO_MANY_WEIGHTS = `the weight covariance of units with more than ${WEIGHT_COVARIANCE_LIMIT} inputs is not recorded`;

/**
 * Of infinitely wide layers before they see data, at the training points.
 * @throws InputError as `priorKernels` does
 */
export function priorMoments(engine: Engine, problem: Problem): PartialMoments {
	const { testInputs: _, ...training } = problem;
	const { preactivation, output } = priorKernels(engine, training);
	const kernels: LayerKernel[] = preactivation.map((positions, l) => ({
		layer: layerLabel(l),
		kernel: averageOf(positions.map(({ train }) => train)),
	}));
	const weightCovariance = priorWeightCovariance(problem);
	return {
		moments: {
			kernels: [...kernels, { layer: OUTPUT, kernel: output.train }],
			...(weightCovariance && { weightCovariance }),
		},
		missing: weightCovariance ? {} : { [WEIGHTS]: TOO_MANY_WEIGHTS },
	};
}

/**
 * What a theory says of the posterior: the output kernel with its shift, the pre-activation kernels where they are those of the
 * posterior (`Theory.posteriorLayers`), the weight covariance `orderParameters.Sigma`.
 */
export function predictedMoments(problem: Problem, answer: Answer): PartialMoments {
	const { kernels, absent, orderParameters, theory } = answer;
	const missing: Record<string, string> = {};
	const given: LayerKernel[] = [];
	const ofPosterior = findTheory(theory).posteriorLayers === true;
	const layers = (kernels.preactivation ?? []) as readonly (Matrix | readonly Matrix[])[];
	problem.network.layers.forEach((_, l) => {
		const layer = layerLabel(l);
		const kernel = layers[l];
		if (kernel === undefined) {
			missing[layer] = absent["kernels.preactivation"] ?? absent.kernels ?? NOT_SAID;
		} else if (ofPosterior) {
			given.push({ layer, kernel: "data" in kernel ? kernel : averageOf(kernel) });
		} else missing[layer] = CONDITIONAL;
	});
	const output = posteriorKernel(answer);
	if (output) given.push({ layer: OUTPUT, kernel: output });
	else missing[OUTPUT] = absent["kernels.output"] ?? absent.kernels ?? NOT_SAID;
	const wide = fanIn(problem) > WEIGHT_COVARIANCE_LIMIT;
	const Sigma = wide ? undefined : (orderParameters.Sigma as Matrix | undefined);
	if (!Sigma) missing[WEIGHTS] = wide ? TOO_MANY_WEIGHTS : NOT_SAID;
	return { moments: { kernels: given, ...(Sigma && { weightCovariance: Sigma }) }, missing };
}

const NOT_SAID = "the theory does not say";
const CONDITIONAL =
	"the theory's kernels of pre-activations are covariances given the layer below, not those of the posterior";

/** Entry by entry. */
export function averageOf(kernels: readonly Matrix[]): Matrix {
	const [first, ...others] = kernels as [Matrix, ...Matrix[]];
	if (others.length === 0) return first;
	const sum = first.data.slice();
	for (const { data } of others) for (let k = 0; k < sum.length; k++) sum[k]! += data[k]!;
	return matrix(
		first.rows,
		first.columns,
		sum.map((x) => x / kernels.length),
	);
}

/** Inputs of a unit of the first layer, its bias included. */
function fanIn(problem: Problem): number {
	const inputs = positionOrder(problem).inputColumns[0]!.length;
	return inputs + (problem.network.layers[0]!.biasVariance > 0 ? 1 : 0);
}

/** diag(s^2/d, ..., s_b^2). Undefined for more than WEIGHT_COVARIANCE_LIMIT inputs. */
function priorWeightCovariance(problem: Problem): Matrix | undefined {
	const size = fanIn(problem);
	if (size > WEIGHT_COVARIANCE_LIMIT) return undefined;
	const { weightVariance, biasVariance } = problem.network.layers[0]!;
	const inputs = biasVariance > 0 ? size - 1 : size;
	const covariance = matrix(size, size);
	for (let i = 0; i < size; i++) {
		covariance.data[i * size + i] = i < inputs ? weightVariance / inputs : biasVariance;
	}
	return covariance;
}
