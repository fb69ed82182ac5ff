import { type Matrix, matrix, matrixToRows } from "@finitude/engine";
import type { Answer, SampledAnswer } from "../../answer/answer.ts";
import type { TheoryAnswer } from "../../experiments/theory-choice.ts";
import { positionsOf } from "./infinite-width.ts";
import type { WidthStep } from "./steps.ts";

/** P x P, row by row. */
type Rows = readonly (readonly number[])[];

/** One kernel of the network at the training points: before the data, after them by a theory, and as sampled. */
export interface AdaptedKernel {
	/** The hidden layer, counted from 1, whose pre-activations it is the covariance of; "output" for the output kernel. */
	readonly layer: number | "output";
	readonly prior: Rows;
	readonly adapted?: Rows;
	readonly sampled?: Rows;
}

/** Every kernel of the network at one width; covariances of several positions are averaged over them. */
export interface AdaptedKernels {
	readonly width: number;
	/** Label of the theory, where one gives every kernel. */
	readonly theory?: string;
	readonly sampler?: string;
	/** The points by the target of the first output, ascending: an order in which adaptation shows. */
	readonly order: readonly number[];
	readonly kernels: readonly AdaptedKernel[];
}

/** The first theory whose answer has these kernels is taken. */
export function adaptedKernels(
	{ width, problem: { trainTargets }, limit, answers: adapted }: WidthStep,
	sampled?: SampledAnswer,
): AdaptedKernels {
	const theory = adapted.find(hasKernels);
	const target = (i: number) => trainTargets.data[i * trainTargets.columns]!;
	const answers = {
		prior: kernelRows(limit.answer),
		...(theory && { adapted: kernelRows(theory.answer!) }),
		...(sampled && { sampled: kernelRows(sampled) }),
	};
	return {
		width,
		...(theory && { theory: theory.label }),
		...(sampled && { sampler: sampled.sampler }),
		order: Array.from({ length: trainTargets.rows }, (_, i) => i).sort((i, j) => target(i) - target(j)),
		kernels: answers.prior.map((priorKernel, l) => ({
			layer: l === answers.prior.length - 1 ? "output" : l + 1,
			prior: priorKernel,
			...(answers.adapted && { adapted: answers.adapted[l]! }),
			...(answers.sampled && { sampled: answers.sampled[l]! }),
		})),
	};
}

function hasKernels({ answer, reason }: TheoryAnswer): boolean {
	if (answer === undefined || reason !== undefined) return false;
	return answer.kernels.preactivation !== undefined && answer.kernels.output !== undefined;
}

/** The pre-activations' covariances in order, then the output kernel. */
function kernelRows({ kernels }: Answer | SampledAnswer): Rows[] {
	const layers = kernels.preactivation as readonly (Matrix | readonly Matrix[])[];
	return [...layers.map((layer) => average(positionsOf(layer))), kernels.output as Matrix].map(matrixToRows);
}

function average(positions: readonly Matrix[]): Matrix {
	const [first] = positions;
	const sum = matrix(first!.rows, first!.columns);
	for (const { data } of positions) {
		for (let i = 0; i < data.length; i++) sum.data[i]! += data[i]! / positions.length;
	}
	return sum;
}
