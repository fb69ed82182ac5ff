/** Chains drawn anew by weights, each group from its own members. */
import type { Engine, RandomState } from "@finitude/engine";
import { uniforms } from "../data/random.ts";
import type { IntegrationRule } from "./integration-rule.ts";

/**
 * Points drawn from the nodes of some rules under a tilt, as a start of as many groups of chains: each group from its own rule.
 *
 * @param probabilities of each rule's nodes, in its order
 * @param stream advanced
 */
export function resampledPoints(
	engine: Engine,
	rules: readonly IntegrationRule[],
	probabilities: readonly Float64Array[],
	chains: number,
	stream: RandomState,
): Float64Array {
	const groups = rules.length;
	const r = rules[0]!.dimension;
	const result = new Float64Array(r * chains);
	const offsets = uniforms(engine, stream, groups);
	rules.forEach((rule, g) => {
		const size = Math.ceil((chains - g) / groups);
		const total = probabilities[g]!.reduce((sum, p) => sum + p, 0);
		let [at, sum, drawn] = [0, 0, 0];
		for (const { points, count } of rule.chunks(2 ** 12)) {
			for (let s = 0; s < count; s++) {
				sum += probabilities[g]![at++]!;
				const last = at === rule.count;
				while (drawn < size && (last || (drawn + offsets[g]!) * total < sum * size)) {
					for (let k = 0; k < r; k++) result[k * chains + g + drawn * groups] = points[k * count + s]!;
					drawn++;
				}
			}
		}
	});
	return result;
}

/**
 * Every group of chains drawn anew from its own members with the given weights: systematic resampling (Kitagawa 1996, J. Comput.
 * Graph. Stat. 5:1), which draws each as often as its weight asks for, rounded up or down.
 */
export function resampledWithin(
	engine: Engine,
	points: Float64Array,
	weights: Float64Array,
	groups: number,
	stream: RandomState,
): Float64Array {
	const chains = weights.length;
	const r = points.length / chains;
	const result = new Float64Array(points.length);
	const offsets = uniforms(engine, stream, groups);
	for (let g = 0; g < groups; g++) {
		const size = Math.ceil((chains - g) / groups);
		let total = 0;
		for (let i = 0; i < size; i++) total += weights[g + i * groups]!;
		let [from, sum] = [0, weights[g]!];
		for (let drawn = 0; drawn < size; drawn++) {
			const wanted = ((drawn + offsets[g]!) / size) * total;
			while (sum < wanted && from + 1 < size) sum += weights[g + ++from * groups]!;
			for (let k = 0; k < r; k++) {
				result[k * chains + g + drawn * groups] = points[k * chains + g + from * groups]!;
			}
		}
	}
	return result;
}
