/** Where the pre-activations of each layer are looked for: normal densities, broader than the prior where the tilt is. */
import {
	choleskyFactor,
	type Engine,
	type Matrix,
	matrix,
	multiply,
	type RandomState,
	splitStream,
	symmetricEigen,
	symmetricPart,
} from "@finitude/engine";
import {
	addWeightMoment,
	type IntegrationRule,
	keptRule,
	mappedRule,
	paddedSobolRule,
} from "../../../../tilted-unit/index.ts";
import type { DeepSaddle } from "./find-deep-saddle.ts";

/** For each layer the factor L of the covariance L L^T of z; undefined: the prior, I. */
export type LayerProposals = readonly (Matrix | undefined)[];

/** Scrambled Sobol points for every layer. @param dimensions of z, layer by layer */
export function layerRules(
	engine: Engine,
	dimensions: readonly number[],
	proposals: LayerProposals,
	log2Count: number,
	stream: RandomState,
): IntegrationRule[] {
	return dimensions.map((dimension, l) => {
		const points = paddedSobolRule(engine, dimension, log2Count, splitStream(stream, l));
		const factor = proposals[l];
		return keptRule(factor ? mappedRule(points, factor) : points);
	});
}

/** Of the covariance under the tilt: its tails are to be covered too. */
const INFLATION = 1.15;

/** Layers of which a larger fraction of the points is effective keep their proposal. */
const GOOD_FRACTION = 0.5;

/**
 * Normal densities fitted to the tilted ones: along the directions in which <z z^T> exceeds the prior's identity by more than
 * the noise of its estimate, 1.15 times it; elsewhere the prior, whose tails a bounded activation leaves.
 *
 * @returns undefined where no layer needs another proposal
 */
export function refitted(
	engine: Engine,
	rules: readonly IntegrationRule[],
	{ tilted }: DeepSaddle,
	proposals: LayerProposals,
): LayerProposals | undefined {
	const next = tilted.map(({ excess, effectiveFraction }, l) =>
		effectiveFraction > GOOD_FRACTION
			? proposals[l]
			: fitted(engine, rules[l]!, excess, effectiveFraction * rules[l]!.count),
	);
	return next.every((factor, l) => factor === proposals[l]) ? undefined : next;
}

/** @param excess weights under the tilt less those of the prior, whose covariance is known: I */
function fitted(
	engine: Engine,
	rule: IntegrationRule,
	excess: Float64Array,
	effective: number,
): Matrix | undefined {
	const r = rule.dimension;
	const covariance = matrix(r, r);
	let first = 0;
	for (const { points, count } of rule.chunks(2 ** 12)) {
		addWeightMoment(covariance.data, r, points, excess.subarray(first, first + count));
		first += count;
	}
	for (let i = 0; i < r; i++) covariance.data[i * r + i]! += 1;
	const { values, vectors } = symmetricEigen(engine, covariance);
	// The largest eigenvalue of an estimate of the identity from this many vectors (Marchenko and Pastur).
	const noise = (1 + Math.sqrt(r / effective)) ** 2;
	if (values[r - 1]! <= noise) return undefined;
	const scaled = matrix(
		r,
		r,
		vectors.data.map((x, at) => {
			const value = values[at % r]!;
			return x * (value > noise ? INFLATION * value : 1);
		}),
	);
	const wide = symmetricPart(multiply(engine, scaled, vectors, { transposeB: true }));
	const cholesky = choleskyFactor(engine, wide);
	return cholesky.positiveDefinite ? cholesky.factor : undefined;
}
