/** Nodes of a mixture of normal densities fitted to draws of a tilted unit. */
import {
	type Engine,
	gram,
	type Matrix,
	matrix,
	multiply,
	type RandomState,
	splitStream,
	symmetricEigen,
} from "@finitude/engine";
import { fitUnitMixture } from "../samplers/fit-unit-mixture.ts";
import { component, type UnitMixture } from "../samplers/unit-mixture.ts";
import { completedBasis } from "./completed-basis.ts";
import type { HiddenUnit } from "./hidden-unit.ts";
import { keptRule } from "./kept-rule.ts";
import { mixtureRule } from "./mixture-rule.ts";
import { paddedSobolRule } from "./padded-sobol.ts";
import type { RandomNodes } from "./searched-nodes.ts";

/** Normal densities beside the prior at most, one and its mirror image counted once. */
const MOST_COMPONENTS = 3;

/** A full covariance has k (k + 1)/2 entries to be fitted, and takes as many operations at each node. */
const MOST_DIRECTIONS = 24;

/** The broad density's share: all that can be lost to it is this fraction of the points, and it bounds the weights in the tails. */
const BROAD_SHARE = 0.1;

/** Of the variances of the broad density: tails are to be covered too. */
const INFLATION = 1.15;

/** w ~ mixture along the leading coordinates of the unit, the prior along the others. */
export interface MixtureProposal {
	/** Rotated so that the directions of the tilt come first. */
	readonly unit: HiddenUnit;
	readonly mixture: UnitMixture;
	/** Standard deviations of the leading coordinates under the broad density, at least 1 each. */
	readonly scales: Float64Array;
}

/**
 * A mixture of the prior, as many normal densities as the draws tell apart, each with its mirror image where the activation is
 * odd, and a centered normal density of their covariance that is nowhere narrower than the prior (a defensive mixture; Hesterberg
 * 1995, Technometrics 37:185). It covers the directions along which <w w^T> differs from the prior's identity by more than the
 * noise of an estimate, at most 24 of them.
 *
 * @param draws of the tilted unit, one a row, n x r
 * @param stream advanced
 */
export function mixtureProposal(
	engine: Engine,
	unit: HiddenUnit,
	draws: Matrix,
	stream: RandomState,
): MixtureProposal {
	const { rows: n, columns: r } = draws;
	const { values, vectors } = symmetricEigen(engine, gram(engine, draws, { transposeA: true, alpha: 1 / n }));
	// Eigenvalues of an estimate of the identity from n independent vectors lie within (1 +- sqrt(r/n))^2 (Marchenko and Pastur).
	const noise = 2 * Math.log1p(Math.sqrt(r / n));
	const leading = Array.from(values.keys())
		.sort((a, b) => Math.abs(Math.log(values[b]!)) - Math.abs(Math.log(values[a]!)))
		.filter((k, rank) => rank === 0 || Math.abs(Math.log(values[k]!)) > noise)
		.slice(0, MOST_DIRECTIONS);
	const directions = matrix(leading.length, r);
	leading.forEach((k, row) => {
		for (let i = 0; i < r; i++) directions.data[row * r + i] = vectors.data[i * r + k]!;
	});
	const scales = Float64Array.from(leading, (k) => Math.sqrt(Math.max(1, INFLATION * values[k]!)));
	const fitted = fitUnitMixture(
		engine,
		multiply(engine, draws, directions, { transposeB: true }),
		{ symmetric: unit.activation.odd, components: MOST_COMPONENTS },
		stream,
	);
	return {
		unit: {
			...unit,
			inputs: multiply(engine, unit.inputs, completedBasis(directions), { transposeB: true }),
		},
		scales,
		mixture: [
			component(BROAD_SHARE, new Float64Array(scales.length), diagonal(scales), Math.log),
			...fitted.map(({ share, mean, factor }) =>
				component((1 - BROAD_SHARE) * share, mean, factor, Math.log),
			),
		],
	};
}

function diagonal(entries: Float64Array): Float64Array {
	const k = entries.length;
	const result = new Float64Array(k * k);
	entries.forEach((x, i) => {
		result[i * (k + 1)] = x;
	});
	return result;
}

/** Scrambled Sobol points of a mixture. @param stream not advanced */
export function nodesOfMixture<Solution>(
	engine: Engine,
	{ unit, mixture, scales }: MixtureProposal,
	solution: Solution,
	stream: RandomState,
): RandomNodes<Solution> {
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
