/** What a reader needs to judge an answer of any variant, for linear and bounded units. */
import type { ValidityNote } from "../../answer/answer.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import type { MultiScaleOptions } from "./options.ts";

const VARIANTS: Readonly<Record<MultiScaleOptions["variant"], string>> = {
	tree: "the saddle point without the fluctuations around it: enough in the mean-field scaling, with an error O(P/N) in the standard one",
	"one-loop": "the saddle point with the first fluctuation correction, for P below N",
	"self-consistent":
		"the self-consistent adaptive measure is this project's own synthesis, not taken from a publication",
};

/** Which variant, and where it comes from. */
export function variantNote(variant: MultiScaleOptions["variant"]): ValidityNote {
	return { name: "variant", value: variant, message: VARIANTS[variant] };
}

/** Up to here the self-consistent variant was good on sampled networks (docs/theories/multi-scale.md). */
const LARGEST_POINTS_PER_WIDTH = 1.6;

/** `P/N` of the narrowest layer. */
export function sizeNote({ trainInputs, network: { layers } }: Problem): ValidityNote {
	const width = Math.min(...layers.map(layerWidth));
	const value = trainInputs.rows / width;
	const points = `${trainInputs.rows} points for a ${layers.length > 1 ? "narrowest " : ""}hidden layer of width ${width}`;
	return {
		name: "P/N",
		value,
		message:
			value > LARGEST_POINTS_PER_WIDTH
				? `${points}: above ${LARGEST_POINTS_PER_WIDTH} no variant was found to be reliable; compare with a sampler`
				: `${points}: the errors of all variants grow with this, those of tree and one-loop first`,
	};
}

/**
 * `kernelOverNoise`, in the mean-field scaling: with a noise that does not fall with the width the kernel vanishes beside it.
 *
 * @param largestEigenvalue of K0 at the training points
 */
export function vanishingKernelNotes(problem: Problem, largestEigenvalue: number): ValidityNote[] {
	const { network, noiseVariance } = problem;
	if (network.scaling !== "mean-field" || noiseVariance === 0) return [];
	const value = largestEigenvalue / noiseVariance;
	return [
		{
			name: "kernelOverNoise",
			value,
			message:
				value < 1
					? "the largest eigenvalue of the prior kernel is below the noise: in the mean-field scaling the kernel falls as 1/N, and little is learned unless noiseVariance falls with it"
					: "the largest eigenvalue of the prior kernel over the noise; in the mean-field scaling it falls as 1/N unless noiseVariance does too",
		},
	];
}
