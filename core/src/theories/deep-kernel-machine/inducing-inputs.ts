/** The inducing inputs of a problem, and its layers at them. */
import { type Engine, type Matrix, matrix } from "@finitude/engine";
import { InputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import { stacked } from "../../problem/stacked.ts";
import { type WhitenedInputs, whitenInputs } from "../../samplers/whitened-inputs.ts";
import { type KernelState, layerKernels } from "../equations-of-state/free-energy.ts";
import {
	eigenvalueRange,
	type LayerSettings,
	meanDiagonal,
	prepareLayers,
	rangeOf,
	resolved,
} from "../equations-of-state/model.ts";
import { inducingKernel } from "./collapsed-output.ts";
import type { InducingModel } from "./inducing-energy.ts";
import { spreadMap } from "./spread-map.ts";

/** Rows of inputs, or m for the first m training inputs. */
export type InducingChoice = number | readonly (readonly number[])[];

/** Z, m x d. @throws InputError for more inputs than there are training points, or rows of the wrong length. */
export function inducingInputs({ trainInputs }: Problem, choice: InducingChoice): Matrix {
	const { rows: P, columns: d, data } = trainInputs;
	if (typeof choice === "number") {
		if (choice <= P) return matrix(choice, d, data.slice(0, choice * d));
		throw new InputError({
			where: "inducingInputs",
			wanted: `at most ${P}, the number of training inputs`,
			got: String(choice),
		});
	}
	const wrong = choice.findIndex((row) => row.length !== d);
	if (wrong >= 0) {
		throw new InputError({
			where: `inducingInputs[${wrong}]`,
			wanted: `${d} numbers, as in every row of trainInputs`,
			got: String(choice[wrong]!.length),
		});
	}
	return matrix(choice.length, d, Float64Array.from(choice.flat()));
}

export interface PreparedInducing {
	readonly model: InducingModel;
	/** S = I and K_l = Q_l at the inducing inputs. */
	readonly start: KernelState;
	/** Of the inducing and the training inputs together: `train` holds both. */
	readonly whitened: WhitenedInputs;
}

/**
 * The first layer is described by S over the row space of inducing and training inputs together, the others by their
 * kernels at the inducing inputs.
 *
 * @throws InputError where a layer above the first has several positions, or a kernel of the inducing inputs is singular
 */
export function prepareInducing(
	engine: Engine,
	problem: Problem,
	choice: InducingChoice,
	settings: LayerSettings,
): PreparedInducing {
	const Z = inducingInputs(problem, choice);
	const [m, P] = [Z.rows, problem.trainInputs.rows];
	const whitened = whitenInputs(engine, { ...problem, trainInputs: stacked(Z, problem.trainInputs) });
	const { positions, train } = whitened;
	const inputs = {
		inducing: rowsOfEach(train, positions, 0, m),
		training: rowsOfEach(train, positions, m, P),
		positions,
	};
	const { layers, start } = prepareLayers(engine, problem, inputs.inducing, settings);
	const several = layers.maps.findIndex(({ layer }, l) => l > 0 && layer.positions > 1);
	if (several > 0) {
		const got = layers.maps[several]!.layer.positions;
		throw new InputError({
			where: "inducingInputs",
			wanted: "a network whose layers above the first have one position",
			got: `${got} positions in layer ${several + 1}`,
			sentence: `inducingInputs needs a network whose layers above the first have one position; layer ${several + 1} has ${got}.`,
		});
	}
	const kernel = layerKernels(engine, layers, start.factors)!.output;
	const jitter = settings.jitter * meanDiagonal(kernel);
	const linear = layers.maps.every(({ layer }) => layer.linear);
	const range = linear && jitter === 0 ? rangeOf(engine, kernel) : undefined;
	const reduced = inducingKernel(engine, { range, jitter }, kernel);
	if (!resolved(engine, reduced)) {
		const eigenvalues = eigenvalueRange(engine, reduced);
		throw new InputError({
			where: "inducingInputs",
			wanted: "inducing inputs whose output kernel is positive definite",
			got: eigenvalues,
			sentence: `the output kernel of the inducing inputs is not positive definite (${eigenvalues}); set jitter or remove duplicate inducing inputs.`,
		});
	}
	const { trainTargets: targets, noiseVariance } = problem;
	return {
		model: {
			layers,
			inputs,
			maps: layers.maps.map(({ layer }) => spreadMap(layer, m, P)),
			output: { targets, noiseVariance, jitter, range },
		},
		start,
		whitened,
	};
}

/** `count` rows of every position, from row `first` of it on. */
function rowsOfEach(m: Matrix, positions: number, first: number, count: number): Matrix {
	const each = m.rows / positions;
	const size = count * m.columns;
	const result = matrix(positions * count, m.columns);
	for (let j = 0; j < positions; j++) {
		const from = (j * each + first) * m.columns;
		result.data.set(m.data.subarray(from, from + size), j * size);
	}
	return result;
}
