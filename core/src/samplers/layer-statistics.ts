/** Every layer's kernels, power sums and histograms at the training points, for one draw. */
import { mirrorLower, submatrix, transpose, type View, view } from "@finitude/engine";
import type { ValidityNote } from "../answer/answer.ts";
import { isInputError } from "../errors.ts";
import { priorKernels } from "../kernels/prior-kernels.ts";
import { allocateView } from "./block-operations.ts";
import { averagedName } from "./observation.ts";
import { positionOrder } from "./position-order.ts";
import type { SamplingSpace } from "./sampling-space.ts";

/** Bins of equal width from -HISTOGRAM_RANGE to HISTOGRAM_RANGE prior standard deviations. */
export const HISTOGRAM_BINS = 60;
export const HISTOGRAM_RANGE = 6;

export interface LayerStatistics {
	readonly notes: readonly ValidityNote[];
	/** Reads the forward pass of the potential, which must be current. Work space, valid until the next call. */
	observe(): Record<string, Float64Array>;
}

/** Allocates the work space. */
export function createLayerStatistics(space: SamplingSpace): LayerStatistics {
	const { engine, problem, potential } = space;
	const points = problem.trainInputs.rows;
	const { orders } = positionOrder(problem);
	const { deviations, notes } = priorDeviations(space, orders);
	/** What is computed, and under which names it is averaged. */
	const quantities: { readonly names: readonly string[]; readonly evaluate: () => Float64Array }[] = [];

	/** (1/width) X^T X over the units at one position; X is width x points. */
	const secondMoment = (x: View, width: number, ...names: string[]) => {
		const moment = allocateView(engine, points, points);
		const evaluate = () => {
			engine.syrk(1 / width, transpose(x), 0, moment);
			return mirrorLower({ rows: points, columns: points, data: moment.block.data }).data;
		};
		quantities.push({ names, evaluate });
	};

	potential.forward.layers.forEach(({ layer, preactivations, activated }, l) => {
		const { width, positions } = layer;
		const features = view(activated, width, positions * points);
		orders[l]!.forEach((position, j) => {
			const at = (x: View) => submatrix(x, 0, j * points, width, points);
			const names = [averagedName.preactivation(l, position), averagedName.feature(l, position)] as const;
			// Products over the units are most of the cost of an observation: linear units need one of the two.
			if (layer.activation.name === "linear") {
				secondMoment(at(features), width, ...names);
			} else {
				secondMoment(at(preactivations), width, names[0]);
				secondMoment(at(features), width, names[1]);
			}
		});
		const columns = positions * points;
		const powers = new Float64Array(4 * columns);
		quantities.push({
			names: [averagedName.powers(l)],
			evaluate: () => sumPowers(preactivations.block.data, columns, powers),
		});
		const inverse = deviations?.[l];
		if (inverse === undefined) return;
		const histogram = new Float64Array(HISTOGRAM_BINS + 2);
		quantities.push({
			names: [averagedName.histogram(l)],
			evaluate: () => fillHistogram(preactivations.block.data, inverse, histogram),
		});
	});
	return {
		notes,
		observe() {
			const values: Record<string, Float64Array> = {};
			for (const { names, evaluate } of quantities) {
				const value = evaluate();
				for (const name of names) values[name] = value;
			}
			return values;
		},
	};
}

/** Rows of `powers`: the means over the rows of h (any number x columns) of h, h^2, h^3 and h^4. */
function sumPowers(h: Float64Array, columns: number, powers: Float64Array): Float64Array {
	powers.fill(0);
	const share = columns / h.length;
	for (let start = 0; start < h.length; start += columns) {
		for (let i = 0; i < columns; i++) {
			const x = h[start + i]!;
			const square = x * x;
			powers[i]! += share * x;
			powers[columns + i]! += share * square;
			powers[2 * columns + i]! += share * square * x;
			powers[3 * columns + i]! += share * square * square;
		}
	}
	return powers;
}

/** Fractions of h over its prior deviation per bin; columns with an infinite inverse deviation (no variance) are left out. */
function fillHistogram(h: Float64Array, inverse: Float64Array, histogram: Float64Array): Float64Array {
	histogram.fill(0);
	const perUnit = HISTOGRAM_BINS / (2 * HISTOGRAM_RANGE);
	let counted = 0;
	for (let start = 0; start < h.length; start += inverse.length) {
		for (let i = 0; i < inverse.length; i++) {
			if (inverse[i] === Number.POSITIVE_INFINITY) continue;
			const bin = Math.floor((h[start + i]! * inverse[i]! + HISTOGRAM_RANGE) * perUnit);
			histogram[Math.max(0, Math.min(HISTOGRAM_BINS + 1, bin + 1))]!++;
			counted++;
		}
	}
	for (let k = 0; k < histogram.length; k++) histogram[k]! /= counted;
	return histogram;
}

/** For each layer 1 over the prior standard deviation of every pre-activation column, where the infinite-width prior is known. */
function priorDeviations(
	{ engine, problem }: SamplingSpace,
	orders: readonly (readonly number[])[],
): { deviations?: Float64Array[]; notes: ValidityNote[] } {
	const points = problem.trainInputs.rows;
	try {
		const { preactivation } = priorKernels(engine, problem);
		const deviations = orders.map((order, l) =>
			Float64Array.from({ length: order.length * points }, (_, i) => {
				const { train } = preactivation[l]![order[Math.floor(i / points)]!]!;
				return 1 / Math.sqrt(train.data[(i % points) * (points + 1)]!);
			}),
		);
		if (deviations.every((inverse) => inverse.some(Number.isFinite))) return { deviations, notes: [] };
		return { notes: [noHistogram("all prior variances are 0")] };
	} catch (error) {
		if (!isInputError(error)) throw error;
		return { notes: [noHistogram(error.message)] };
	}
}

function noHistogram(reason: string): ValidityNote {
	return {
		name: "pre-activation histograms",
		value: "absent",
		message: `No pre-activation histograms: their bins are in units of the prior standard deviation, and ${reason}.`,
	};
}
