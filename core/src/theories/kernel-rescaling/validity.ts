import { dot } from "@finitude/engine";
import type { ValidityNote } from "../../answer/answer.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
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
	recursion: string,
	meanTerm: { included: boolean; mean?: Float64Array },
): ValidityNote[] {
	const { trainInputs, network, noiseVariance } = problem;
	const width = layerWidth(network.layers[0]!);
	const { scale, meanScale } = saddle.chosen;
	return [
		{
			name: "P/N",
			value: trainInputs.rows / width,
			message: `${trainInputs.rows} points for a hidden layer of width ${width}: the scale departs from 1 as this grows`,
		},
		{
			name: "inputDimension",
			value: trainInputs.columns,
			message:
				"for nonlinear units the theory assumes that the hidden kernel fluctuates like a Wishart matrix, which wants many input dimensions",
		},
		{
			name: "Q",
			value: scale,
			message: `the prior kernel${meanScale === undefined ? "" : " (its fluctuating part)"} is multiplied by ${scale.toPrecision(4)}`,
		},
		stationaryNote(saddle.all.length, saddle.neglectedWeight),
		...meanNotes(problem, meanTerm),
		smallestEigenvalueNote(modes, noiseVariance, meanTerm.included),
		{
			name: "recursion",
			value: recursion,
			message: "with one hidden layer the recursions vanilla, nested and full coincide",
		},
	];
}

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
	const { activation } = network.layers[0]!;
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
				: `${activation} has a mean and its term is ignored: worse than infinite width where the targets overlap with it`,
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
