import { dot } from "@finitude/engine";
import type { ValidityNote } from "../../answer/answer.ts";
import type { Problem } from "../../problem/problem.ts";
import { inputDimensionNote, pointsPerWidthNote } from "../scale-notes.ts";
import type { Modes } from "./modes.ts";
import type { RescaledPrior } from "./rescaled-prior.ts";

/** Two digits. */
export const percent = (x: number) => `${(100 * x).toPrecision(2)} %`;

/**
 * What a reader needs to judge this answer.
 *
 * @param mean m at the training points, for an activation with a mean
 */
export function validityNotes(
	problem: Problem,
	{ saddle, modes }: RescaledPrior,
	recursion: "vanilla" | "nested" | "full",
	meanTerm: { included: boolean; mean?: Float64Array },
	hasOutputKernel: boolean,
): ValidityNote[] {
	const { network, noiseVariance } = problem;
	const depth = network.layers.length;
	const { scale, scales, meanScale } = saddle.chosen;
	const kernel = meanScale === undefined ? "the prior kernel" : "the prior kernel (its fluctuating part)";
	return [
		pointsPerWidthNote(problem),
		inputDimensionNote(problem),
		{
			name: "Q",
			value: scale,
			message:
				depth === 1
					? `${kernel} is multiplied by ${scale.toPrecision(4)}`
					: `product of the scales of the layers, ${scales.map((Q) => Q.toPrecision(4)).join(" x ")}`,
		},
		stationaryNote(saddle.all.length, saddle.neglectedWeight),
		...meanNotes(problem, meanTerm),
		smallestEigenvalueNote(modes, noiseVariance, meanTerm.included),
		{ name: "recursion", value: recursion, message: RECURSIONS[depth === 1 ? "one" : recursion] },
		...(hasOutputKernel
			? [
					{
						name: "predictorKernel",
						value: "kernels.predictor",
						message:
							"the kernel that predicts; kernels.output, the mean of the learned feature kernel, already holds what the targets say and would count them twice as the kernel of a Gaussian process",
					},
				]
			: []),
	];
}

export const RECURSIONS = {
	one: "with one hidden layer the recursions vanilla, nested and full coincide",
	vanilla: "the product of all scales multiplies the prior kernel",
	nested: "the rescaled kernel of each layer goes through the nonlinearities above it",
	full: "as nested, to first order in the scale of each layer below the last",
} as const;

function stationaryNote(count: number, neglectedWeight: number | undefined): ValidityNote {
	return {
		name: "stationaryPoints",
		value: count,
		message:
			neglectedWeight === undefined
				? "the action has no second minimum"
				: `the next minimum has ${percent(neglectedWeight)} of the weight of the one used and is neglected; it can still dominate the mean where the two scales differ by orders of magnitude`,
	};
}

function meanNotes(
	{ trainTargets, network }: Problem,
	{ included, mean }: { included: boolean; mean?: Float64Array },
): ValidityNote[] {
	const { activation } = network.layers[network.layers.length - 1]!;
	const derived = network.layers.length > 1 ? " (it is derived for one hidden layer only)" : "";
	if (mean === undefined) {
		return [
			{ name: "meanTerm", value: included ? "included" : "none", message: `${activation} has no mean` },
		];
	}
	const y = trainTargets.data;
	const [yy, mm, ym] = [dot(y, y), dot(mean, mean), dot(y, mean)];
	const notes: ValidityNote[] = [
		{
			name: "meanTerm",
			value: included ? "included" : "ignored",
			message: included
				? `${activation} has a mean, which is rescaled by its own factor`
				: `${activation} has a mean and its term is ignored${derived}: worse than infinite width where the targets overlap with it`,
		},
	];
	if (yy > 0 && mm > 0) {
		const overlap = (ym * ym) / (yy * mm);
		notes.push({
			name: "meanOverlap",
			value: overlap,
			message: `(y.m)^2 / (|y|^2 |m|^2): ${percent(overlap)} of the targets lies along the mean of the hidden units`,
		});
	}
	return notes;
}

export function smallestEigenvalueNote(
	{ smallestEigenvalue: smallest, hiddenEigenvalues }: Modes,
	noiseVariance: number,
	meanIncluded: boolean,
): ValidityNote {
	const kernel = meanIncluded ? "the fluctuating part of the kernel" : "the kernel";
	const rounding =
		hiddenEigenvalues === 0 ? "" : ` (${hiddenEigenvalues} below the rounding of the largest one, used as 0)`;
	return noiseVariance === 0
		? {
				name: "smallestEigenvalue",
				value: smallest,
				message: `smallest eigenvalue of ${kernel} at the training points${rounding}; there is no noise to compare with`,
			}
		: {
				name: "smallestEigenvalue/noise",
				value: smallest / noiseVariance,
				message: `smallest eigenvalue of ${kernel} at the training points, ${smallest.toExponential(1)}${rounding}, over the noise variance`,
			};
}
