import type { ValidityNote } from "../../answer/answer.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import type { PointValues } from "./cumulant-function.ts";
import { largestMagnitude } from "./vectors.ts";

/** `P/N`. */
export function sizeNote(problem: Problem): ValidityNote {
	const { points, width } = size(problem);
	return {
		name: "P/N",
		value: points / width,
		message: `${points} points for a hidden layer of width ${width}: the fluctuations that tree and loop leave out grow with this; kernel-saddle is made for P of the order of N`,
	};
}

/** `weakRegime`: the tree variant in the standard scaling with P < N. */
export function weakRegimeNotes(problem: Problem): ValidityNote[] {
	const { points, width } = size(problem);
	if (problem.network.scaling !== "standard" || points >= width) return [];
	return [
		{
			name: "weakRegime",
			value: points / width,
			message: "in this regime finite-width-correction is usually more accurate than the tree variant",
		},
	];
}

/** In every case that was compared with sampled networks, a loop root further away than this was worse than the tree. */
const FAR_FROM_THE_TREE = 0.3;

/** `loopTreeDistance`: the largest |loop - tree| over training and test points, relative to the largest |tree|. */
export function loopTreeDistanceNote(loop: PointValues, tree: PointValues): ValidityNote {
	const differences = differencesOf(loop, tree);
	const scale = Math.max(largestMagnitude(tree.train), largestMagnitude(tree.test ?? new Float64Array(0)));
	// Means of zero (zero targets) agree.
	const value = scale === 0 ? 0 : differences / scale;
	return {
		name: "loopTreeDistance",
		value,
		message:
			value > FAR_FROM_THE_TREE
				? "the loop solution is far from the tree solution and is usually worse: use the tree variant"
				: `the means of loop and tree differ by at most ${(100 * value).toPrecision(2)} % of the largest mean of tree`,
	};
}

function differencesOf(a: PointValues, b: PointValues): number {
	const largest = (x: Float64Array, y: Float64Array) => largestMagnitude(x.map((value, i) => value - y[i]!));
	return Math.max(largest(a.train, b.train), a.test && b.test ? largest(a.test, b.test) : 0);
}

function size({ network, trainInputs }: Problem): { points: number; width: number } {
	return { points: trainInputs.rows, width: layerWidth(network.layers[0]!) };
}
