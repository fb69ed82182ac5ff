import { dot } from "@finitude/engine";
import { InputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import { layerPositions, positionCount } from "../problem/tiling.ts";
import type { AnalysisInput } from "./analysis.ts";

/** The direction of adaptation, as the weights of the first layer see it. */
export interface FirstLayer {
	/** Weights of one unit or filter. */
	readonly fanIn: number;
	/** Of unit length, where one is known. */
	readonly direction?: Float64Array;
}

/** The first layer with the direction of the options or of the teacher. */
export interface ChosenFirstLayer extends FirstLayer {
	/** The direction as it was given, whatever its length. */
	readonly given?: number[];
	/** Why there is none. */
	readonly noDirection?: string;
}

/**
 * The direction of the options stands before that of the teacher. A teacher's direction in another space than the weights',
 * one of whole inputs for a network that reads patches, is not used.
 * @throws InputError when the direction of the options has another length than the weights, or is 0.
 */
export function firstLayerOf(
	{ problem, teacherDirection }: AnalysisInput & { readonly problem: Problem },
	given: readonly number[] | undefined,
): ChosenFirstLayer {
	const fanIn = firstFanIn(problem);
	if (given !== undefined) {
		const direction = unitVector(Float64Array.from(given));
		if (given.length === fanIn && direction !== undefined) return { fanIn, direction, given: [...given] };
		throw new InputError({
			where: "options.teacherDirection",
			wanted: `${fanIn} numbers, not all 0: the weights of one ${problem.network.layers[0]!.type === "dense" ? "hidden unit" : "filter"}`,
			got: given.length === fanIn ? "zeros" : `${given.length}`,
		});
	}
	if (teacherDirection === undefined) {
		return { fanIn, noDirection: "no direction: give teacherDirection, or data of a teacher that has one" };
	}
	if (teacherDirection.length !== fanIn) {
		const noDirection = `the teacher's direction has ${teacherDirection.length} entries, a row of the first layer's weights ${fanIn}`;
		return { fanIn, noDirection };
	}
	return { fanIn, direction: unitVector(teacherDirection)!, given: Array.from(teacherDirection) };
}

/** Inputs of one hidden unit of the first layer. */
function firstFanIn({ network, trainInputs, inputShape }: Problem): number {
	if (network.layers[0]!.type === "dense") return trainInputs.columns;
	const [, first] = layerPositions(network.layers, trainInputs.columns, inputShape);
	return trainInputs.columns / positionCount(first!);
}

/** Undefined for 0. */
function unitVector(w: Float64Array): Float64Array | undefined {
	const norm = Math.sqrt(dot(w, w));
	return norm > 0 ? w.map((x) => x / norm) : undefined;
}
