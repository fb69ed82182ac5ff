/** Nodes of a mixture of normal densities fitted to draws of a tilted unit. */
import {
	type Engine,
	gram,
	type Matrix,
	matrix,
	type RandomState,
	scoped,
	splitStream,
	symmetricEigen,
} from "@finitude/engine";
import { createExpectationMaximization } from "../samplers/expectation-maximization.ts";
import { component, type UnitMixture } from "../samplers/unit-mixture.ts";
import type { HiddenUnit } from "./hidden-unit.ts";
import { keptRule } from "./kept-rule.ts";
import { mixtureRule } from "./mixture-rule.ts";
import { paddedSobolRule } from "./padded-sobol.ts";
import type { RandomNodes } from "./searched-nodes.ts";

/** Normal densities beside the prior and the broad one. */
const GROUPS = 3;

/** A full covariance has k (k + 1)/2 entries to be fitted, and takes as many operations at each node. */
const MOST_DIRECTIONS = 24;

/** The broad density's share: all that can be lost to it is this fraction of the points, and it bounds the weights in the tails. */
const BROAD_SHARE = 0.1;

/** Of the variances of the broad density: tails are to be covered too. */
const INFLATION = 1.15;

/** Steps of the first fit, and of those from a mixture of draws that were much the same. */
const [FIRST_CLIMB, CLIMB] = [50, 20];

/**
 * The prior and three normal densities over the leading coordinates of a unit, at most 24 of them: to start with those of the
 * lower, the middle and the upper third of the draws along the direction in which they are widest, a bulk between two modes.
 *
 * @param draws of the tilted unit, r x n, coordinate by coordinate
 * @param before fitted to similar draws, to start from
 */
export function fittedMixture(
	engine: Engine,
	{ activation, dimension }: HiddenUnit,
	draws: Float64Array,
	before?: UnitMixture,
): UnitMixture {
	const units = leadingRows(draws, dimension, activation.odd);
	return scoped(engine, () => {
		const { start, climb } = createExpectationMaximization(engine, units, 1 + GROUPS);
		return climb(before ?? start(thirds(engine, units)), before ? CLIMB : FIRST_CLIMB).mixture;
	});
}

/** Of every row, in which third it is along the direction of the largest <(w.u)^2>. */
function thirds(engine: Engine, units: Matrix): Int32Array {
	const { vectors } = symmetricEigen(engine, gram(engine, units, { transposeA: true }));
	const { rows: n, columns: k } = units;
	const along = Float64Array.from({ length: n }, (_, s) => {
		let sum = 0;
		for (let i = 0; i < k; i++) sum += units.data[s * k + i]! * vectors.data[i * k + k - 1]!;
		return sum;
	});
	const groups = new Int32Array(n);
	Array.from(along.keys())
		.sort((a, b) => along[a]! - along[b]!)
		.forEach((s, rank) => {
			groups[s] = Math.floor((GROUPS * rank) / n);
		});
	return groups;
}

/** The leading coordinates of every draw, one draw a row. @param mirrored with their negatives */
function leadingRows(draws: Float64Array, dimension: number, mirrored: boolean): Matrix {
	const n = draws.length / dimension;
	const k = Math.min(dimension, MOST_DIRECTIONS);
	const rows = matrix(mirrored ? 2 * n : n, k);
	for (let i = 0; i < k; i++) {
		for (let s = 0; s < n; s++) {
			const x = draws[i * n + s]!;
			rows.data[s * k + i] = x;
			if (mirrored) rows.data[(n + s) * k + i] = -x;
		}
	}
	return rows;
}

/**
 * Scrambled Sobol points of a fitted mixture and a centered normal density of its covariance that is nowhere narrower than the
 * prior (a defensive mixture; Hesterberg 1995, Technometrics 37:185).
 *
 * @param stream not advanced
 */
export function nodesOfMixture<Solution>(
	engine: Engine,
	unit: HiddenUnit,
	fitted: UnitMixture,
	solution: Solution,
	stream: RandomState,
): RandomNodes<Solution> {
	const scales = broadScales(fitted);
	const mixture = [
		component(BROAD_SHARE, new Float64Array(scales.length), diagonal(scales), Math.log),
		...fitted.map(({ share, mean, factor }) => component((1 - BROAD_SHARE) * share, mean, factor, Math.log)),
	];
	return {
		kind: "sobol",
		unit,
		scales,
		components: mixture.length,
		draw(log2Count, index) {
			const own = splitStream(stream, index);
			const pointsOf = (k: number, atLeast: number) =>
				paddedSobolRule(engine, unit.dimension, Math.ceil(Math.log2(atLeast)), splitStream(own, k));
			return keptRule(mixtureRule(mixture, pointsOf, 2 ** log2Count));
		},
		solution,
	};
}

/** Standard deviations of the broad density: of each coordinate under the mixture, at least 1. */
function broadScales(mixture: UnitMixture): Float64Array {
	const k = mixture[0]!.mean.length;
	return Float64Array.from({ length: k }, (_, i) => {
		let square = 0;
		for (const { share, mean, factor } of mixture) {
			square += share * mean[i]! ** 2;
			for (let j = 0; j <= i; j++) square += share * factor[i * k + j]! ** 2;
		}
		return Math.sqrt(Math.max(1, INFLATION * square));
	});
}

function diagonal(entries: Float64Array): Float64Array {
	const k = entries.length;
	const result = new Float64Array(k * k);
	entries.forEach((x, i) => {
		result[i * (k + 1)] = x;
	});
	return result;
}
