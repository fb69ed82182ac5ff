/** Points of a mixture of normal densities as nodes of integration. */
import type { UnitMixture } from "../samplers/unit-mixture.ts";
import type { IntegrationRule } from "./integration-rule.ts";

/**
 * Points of every component of a mixture, in proportion to its share, each weighted by the ratio of the densities of N(0, I) and
 * of the whole mixture there (multiple importance sampling with the balance heuristic; Veach and Guibas 1995, SIGGRAPH; as
 * control variates in Owen and Zhou 2000, J. Am. Stat. Assoc. 95:135). Averages over N(0, I) are unbiased, and no weight exceeds
 * one over the share of a component that is as broad as the prior.
 *
 * @param mixture over the leading coordinates; the others keep their prior
 * @param rulesOf for each component at least so many points of N(0, I), each of them unbiased by itself as scrambled Sobol points
 * are: its first ones are used
 * @param count points in all
 */
export function mixtureRule(
	mixture: UnitMixture,
	rulesOf: (component: number, atLeast: number) => IntegrationRule,
	count: number,
): IntegrationRule {
	const counts = apportioned(
		mixture.map(({ share }) => share),
		count,
	);
	const density = logDensityRatio(mixture, counts);
	const rules = counts.map((own, k) => (own > 0 ? rulesOf(k, own) : undefined));
	const { dimension } = rules.find((rule) => rule !== undefined)!;
	return {
		kind: "sobol",
		dimension,
		count,
		*chunks(size) {
			for (const [k, rule] of rules.entries()) {
				let left = counts[k]!;
				for (const chunk of rule ? rule.chunks(size) : []) {
					const used = Math.min(left, chunk.count);
					const points = placed(mixture[k]!, chunk.points, chunk.count, used);
					const weights = density(points, used).map((ratio) => Math.exp(-ratio));
					yield { points, weights, count: used };
					left -= used;
					if (left === 0) break;
				}
			}
		},
	};
}

/** Whole numbers in proportion to the shares, those with the largest remainders rounded up (Hamilton's method). */
function apportioned(shares: readonly number[], count: number): number[] {
	const total = shares.reduce((sum, share) => sum + share, 0);
	const exact = shares.map((share) => (share / total) * count);
	const result = exact.map(Math.floor);
	const order = Array.from(exact.keys()).sort((a, b) => exact[b]! - result[b]! - (exact[a]! - result[a]!));
	const left = count - result.reduce((sum, n) => sum + n, 0);
	for (const k of order.slice(0, left)) result[k]!++;
	return result;
}

/** mean + L z of the first points, coordinate by coordinate; z itself where the mixture has no coordinate. */
function placed(
	{ mean, factor }: UnitMixture[number],
	z: Float64Array,
	count: number,
	used: number,
): Float64Array {
	const r = mean.length;
	const points = new Float64Array((z.length / count) * used);
	for (let at = r; at < z.length / count; at++) {
		points.set(z.subarray(at * count, at * count + used), at * used);
	}
	for (let i = 0; i < r; i++) {
		const row = points.subarray(i * used, (i + 1) * used).fill(mean[i]!);
		for (let j = 0; j <= i; j++) {
			const entry = factor[i * r + j]!;
			if (entry !== 0) for (let s = 0; s < used; s++) row[s]! += entry * z[j * count + s]!;
		}
	}
	return points;
}

/** log sum_k n_k N(w; m_k, L_k L_k^T) / N(w; 0, I) at points given coordinate by coordinate. */
function logDensityRatio(mixture: UnitMixture, counts: readonly number[]) {
	const r = mixture[0]!.mean.length;
	const used = mixture.filter((_, k) => counts[k]! > 0);
	const constants = used.map(
		({ factor }, k) =>
			Math.log(counts.filter((own) => own > 0)[k]!) -
			Array.from({ length: r }, (_, i) => Math.log(factor[i * (r + 1)]!)).reduce((a, b) => a + b, 0),
	);
	return (points: Float64Array, count: number): Float64Array => {
		const squares = new Float64Array(count);
		points.subarray(0, r * count).forEach((x, at) => {
			squares[at % count]! += x * x;
		});
		const white = new Float64Array(r * count);
		const result = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
		used.forEach(({ mean, factor }, k) => {
			const ratios = squares.map((square) => constants[k]! + 0.5 * square);
			for (let i = 0; i < r; i++) {
				const row = white.subarray(i * count, (i + 1) * count);
				for (let s = 0; s < count; s++) row[s] = points[i * count + s]! - mean[i]!;
				for (let j = 0; j < i; j++) {
					const entry = factor[i * r + j]!;
					if (entry !== 0) for (let s = 0; s < count; s++) row[s]! -= entry * white[j * count + s]!;
				}
				const deviation = factor[i * (r + 1)]!;
				for (let s = 0; s < count; s++) {
					row[s]! /= deviation;
					ratios[s]! -= 0.5 * row[s]! ** 2;
				}
			}
			for (let s = 0; s < count; s++) {
				const [small, large] = [Math.min(result[s]!, ratios[s]!), Math.max(result[s]!, ratios[s]!)];
				result[s] = large + Math.log1p(Math.exp(small - large));
			}
		});
		return result;
	};
}
