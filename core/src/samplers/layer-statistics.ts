/** Every layer's kernels, power sums, projections and histograms at the training points, for one draw. */
import { load, mirrorLower, submatrix, transpose, type View, view } from "@finitude/engine";
import type { ValidityNote } from "../answer/answer.ts";
import { allocateView, squaredNorm } from "./block-operations.ts";
import { averagedName } from "./observation.ts";
import { positionOrder } from "./position-order.ts";
import { priorReference } from "./prior-reference.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { fillHistogram, HISTOGRAM_BINS, meanFourthPower, sumPowers } from "./unit-statistics.ts";

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
	const { inverseDeviations, discrepancy, notes } = priorReference(space, orders);
	const directions = discrepancy && load(engine, discrepancy);
	/** What is computed, and under which names it is averaged. */
	const quantities: { readonly names: readonly string[]; readonly evaluate: () => Float64Array }[] = [];

	/** (1/width) X^T X over the units at one position; X is width x points. Its place is returned. */
	const secondMoment = (x: View, width: number, ...names: string[]) => {
		const moment = allocateView(engine, points, points);
		const evaluate = () => {
			engine.syrk(1 / width, transpose(x), 0, moment);
			return mirrorLower({ rows: points, columns: points, data: moment.block.data }).data;
		};
		quantities.push({ names, evaluate });
		return moment;
	};

	/** Power sums of the projections of every unit at every position on every direction. */
	const projections = (x: View, width: number, positions: number, onto: View, ...names: string[]) => {
		const columns = positions * onto.columns;
		const projected = allocateView(engine, width, columns);
		const powers = new Float64Array(4 * columns);
		const evaluate = () => {
			for (let j = 0; j < positions; j++) {
				const at = submatrix(projected, 0, j * onto.columns, width, onto.columns);
				engine.gemm(1, submatrix(x, 0, j * points, width, points), onto, 0, at);
			}
			return sumPowers(projected.block.data, columns, powers);
		};
		quantities.push({ names, evaluate });
	};

	potential.forward.layers.forEach(({ layer, preactivations, activated }, l) => {
		const { width, positions } = layer;
		const features = view(activated, width, positions * points);
		const linear = layer.activation.name === "linear";
		const kernels: { readonly preactivation: View; readonly feature: View }[] = [];
		orders[l]!.forEach((position, j) => {
			const at = (x: View) => submatrix(x, 0, j * points, width, points);
			const names = [averagedName.preactivation(l, position), averagedName.feature(l, position)] as const;
			// Products over the units are most of the cost of an observation: linear units need one of the two.
			if (linear) {
				const both = secondMoment(at(features), width, ...names);
				kernels.push({ preactivation: both, feature: both });
			} else {
				kernels.push({
					preactivation: secondMoment(at(preactivations), width, names[0]),
					feature: secondMoment(at(features), width, names[1]),
				});
			}
		});
		const sizes = new Float64Array(4);
		quantities.push({
			names: [averagedName.sizes(l)],
			evaluate: () => {
				sizes.fill(0);
				for (const { preactivation, feature } of kernels) {
					sizes[0]! += squaredNorm(preactivation.block);
					sizes[2]! += squaredNorm(feature.block);
				}
				sizes[1] = meanFourthPower(preactivations.block.data, points, width);
				sizes[3] = meanFourthPower(activated.data, points, width);
				return sizes;
			},
		});
		if (directions) {
			const names = [averagedName.projection(l), averagedName.featureProjection(l)] as const;
			if (linear) projections(features, width, positions, directions, ...names);
			else {
				projections(preactivations, width, positions, directions, names[0]);
				projections(features, width, positions, directions, names[1]);
			}
		}
		const columns = positions * points;
		const powers = new Float64Array(4 * columns);
		quantities.push({
			names: [averagedName.powers(l)],
			evaluate: () => sumPowers(preactivations.block.data, columns, powers),
		});
		const inverse = inverseDeviations?.[l];
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
