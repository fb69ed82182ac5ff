/** What a reader needs to judge an answer of a deep kernel machine. */
import type { ValidityNote } from "../../answer/answer.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { columnNorms } from "./conditional-layer.ts";
import type { InducingSolution } from "./solve-inducing.ts";

/** `nu`: it is not the width of a layer. `deepGaussianProcess`: the network has nonlinear units. */
export function machineNotes({ network }: Problem, nu: readonly number[]): ValidityNote[] {
	const notes: ValidityNote[] = [];
	if (network.layers.some((layer, l) => layerWidth(layer) !== nu[l])) {
		notes.push({
			name: "nu",
			value: nu.join(", "),
			message:
				"nu differs from the width: logEvidence is the objective of the deep kernel machine, not an evidence estimate of the network",
		});
	}
	if (network.layers.some(({ activation }) => activation !== "linear")) {
		notes.push({
			name: "deepGaussianProcess",
			value: "deep Gaussian process",
			message:
				"kernels are functions of the Gram matrix of the layer below, as in a deep Gaussian process with nu features a layer: a network of nonlinear units differs at any width in the mean-field scaling",
		});
	}
	return notes;
}

/** `inducingInputs`: how many, and the prior variance of the outputs that they leave out. */
export function inducingNotes({ model, kernels }: InducingSolution): ValidityNote[] {
	const { jitter, noiseVariance } = model.output;
	const { features } = kernels.collapsed;
	const explained = columnNorms(features);
	const { diagonal } = kernels.outputSpread;
	const left = diagonal.reduce((sum, x, a) => sum + (x - explained[a]!), 0) / noiseVariance;
	const m = model.inputs.inducing.rows / model.inputs.positions;
	const notes: ValidityNote[] = [
		{
			name: "inducingInputs",
			value: m,
			message: `${m} inducing inputs for ${diagonal.length} training points: logEvidence is the collapsed bound, below the objective without them; tr(Q - Q~)/kappa = ${left.toPrecision(2)}, the penalty on what they leave out, moves the kernels where it is not small, and then the bound can have several maxima: this is the one reached from infinite width`,
		},
	];
	if (jitter > 0) {
		notes.push({
			name: "inducingJitter",
			value: jitter,
			message: "added to the diagonal of the output kernel of the inducing inputs",
		});
	}
	return notes;
}
