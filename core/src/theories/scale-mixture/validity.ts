import type { ValidityNote } from "../../answer/answer.ts";
import type { Problem } from "../../problem/problem.ts";
import { firstNonlinear } from "../../samplers/linear-networks.ts";
import type { OneOutputMixture } from "../../scale-mixture/one-output.ts";
import { inputDimensionNote, pointsPerWidthNote } from "../scale-notes.ts";
import type { MeanTermUse } from "./mean-term.ts";

/** What a reader needs to judge an answer of a random scale. @param solution where the scale is one number */
export function validityNotes(
	problem: Problem,
	meanTerm: MeanTermUse,
	solution?: OneOutputMixture,
): ValidityNote[] {
	return [
		ansatzNote(problem),
		pointsPerWidthNote(problem, solution ? "scale" : "scales"),
		inputDimensionNote(problem),
		...(solution ? scaleNotes(solution) : []),
		...meanNotes(problem, meanTerm),
	];
}

function scaleNotes({ scale: { modes }, mixture, prior }: OneOutputMixture): ValidityNote[] {
	const hidden = mixture.modes.hiddenEigenvalues;
	const points = prior.output.train.rows;
	return [
		{
			name: "modes",
			value: modes,
			message:
				modes === 1
					? "the posterior of the scale has one mode"
					: `the posterior of the scale has ${modes} modes, and the answer averages over them all`,
		},
		...(hidden > 0
			? [
					{
						name: "rank",
						value: points - hidden,
						message: `${hidden} of ${points} eigenvalues of the kernel at the training points are below the rounding of the largest one and used as 0`,
					},
				]
			: []),
	];
}

/** Layers are counted from 1, the first one reading the inputs. */
export function firstUpperBias({ network }: Problem): number | undefined {
	const index = network.layers.findIndex(({ biasVariance }, l) => l > 0 && biasVariance > 0);
	return index < 0 ? undefined : index + 1;
}

function ansatzNote(problem: Problem): ValidityNote {
	const nonlinear = firstNonlinear(problem.network);
	if (nonlinear) {
		return {
			name: "ansatz",
			value: nonlinear.activation,
			message: "the scale ansatz is not exact for this activation",
		};
	}
	const layer = firstUpperBias(problem);
	return layer === undefined
		? {
				name: "ansatz",
				value: "exact",
				message: "for linear units the law of the scale is exact at any width",
			}
		: {
				name: "ansatz",
				value: `bias in hidden layer ${layer}`,
				message:
					"the scale ansatz is not exact with a bias above the first layer, which the scales below do not multiply",
			};
}

function meanNotes({ network }: Problem, use: MeanTermUse): ValidityNote[] {
	const { activation } = network.layers[network.layers.length - 1]!;
	const messages: Record<MeanTermUse, string | undefined> = {
		none: undefined,
		included: `${activation} has a mean, and the angle of the readout to it is averaged over`,
		ignored: `${activation} has a mean and its term is ignored: worse than infinite width where the targets overlap with it`,
		"not derived": `${activation} has a mean, whose term is ignored: it is derived for one dense hidden layer and one output only`,
	};
	const message = messages[use];
	return message === undefined
		? []
		: [{ name: "meanTerm", value: use === "included" ? use : "ignored", message }];
}
