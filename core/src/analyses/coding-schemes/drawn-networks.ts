/** Networks of N independent units of a law: what a network of that width shows of it. */
import { type Engine, type RandomState, splitStream } from "@finitude/engine";
import { normals, uniforms } from "../../data/random.ts";
import { participationRatio } from "./unit-measures.ts";
import type { UnitPopulation } from "./unit-population.ts";

/** Networks from each population: a ratio of each scatters by some ten percent. */
const NETWORKS = 200;

/**
 * The participation ratio of a m in networks of N units, a ~ N(c Delta.phi, c) given the weights, c = g/N: averaged over networks,
 * since the ratio of N units differs from that of infinitely many.
 *
 * @param population of a law; without its fields a does not depend on the weights
 * @param c of the readout
 * @param stream not advanced
 */
export function drawnParticipationRatio(
	engine: Engine,
	{ signals, fields, weights }: UnitPopulation,
	{ pair, c, width }: { readonly pair: number; readonly c: number; readonly width: number },
	stream: RandomState,
): number {
	const sums = new Float64Array(weights.length);
	let total = 0;
	weights.forEach((w, i) => {
		total += w;
		sums[i] = total;
	});
	const random = splitStream(stream, pair);
	let sum = 0;
	for (let network = 0; network < NETWORKS; network++) {
		const u = uniforms(engine, random, width);
		const z = normals(engine, random, width);
		const products = u.map((x, i) => {
			const unit = firstAbove(sums, x * total);
			const a = (fields ? c * fields[unit]! : 0) + Math.sqrt(c) * z[i]!;
			return a * signals[pair]![unit]!;
		});
		sum += participationRatio(products);
	}
	return sum / NETWORKS;
}

/** The first index whose entry exceeds x, by bisection; the last one where none does. */
function firstAbove(sums: Float64Array, x: number): number {
	let [low, high] = [0, sums.length - 1];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (sums[middle]! > x) high = middle;
		else low = middle + 1;
	}
	return low;
}
