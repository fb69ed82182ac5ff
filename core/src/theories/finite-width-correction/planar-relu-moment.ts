/** Four-point moments of relu where the points span at most two dimensions: an integral over one angle. */
import type { Engine } from "@finitude/engine";
import { gaussLegendre } from "../../tilted-unit/gauss-rules.ts";
import type { FourPointMoment } from "./four-point-moment.ts";

/** What the third direction of a covariance of rank two may hold, relative to the largest variance: rounding leaves some 1e-16. */
const RANK_TOLERANCE = 1e-14;

/** Points as radius and angle, of the pre-activations z_1 r cos t + z_2 r sin t. */
interface Plane {
	readonly radius: Float64Array;
	readonly angle: Float64Array;
}

/** Coordinates of rank two by Cholesky's method with pivots; undefined when the rank is higher. */
export function planeOf(covariance: Float64Array, n: number): Plane | undefined {
	const rest = covariance.slice();
	const coordinates = [new Float64Array(n), new Float64Array(n)];
	const largestVariance = () => {
		let best = 0;
		for (let i = 1; i < n; i++) if (rest[i * n + i]! > rest[best * n + best]!) best = i;
		return best;
	};
	const first = largestVariance();
	const scale = rest[first * n + first]!;
	for (const x of coordinates) {
		const pivot = largestVariance();
		const variance = rest[pivot * n + pivot]!;
		if (variance <= RANK_TOLERANCE * scale) break;
		for (let i = 0; i < n; i++) x[i] = rest[i * n + pivot]! / Math.sqrt(variance);
		for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) rest[i * n + j]! -= x[i]! * x[j]!;
	}
	const left = largestVariance();
	if (rest[left * n + left]! > RANK_TOLERANCE * scale) return undefined;
	const [x, y] = coordinates as [Float64Array, Float64Array];
	return {
		radius: x.map((value, i) => Math.hypot(value, y[i]!)),
		angle: x.map((value, i) => Math.atan2(y[i]!, value)),
	};
}

/**
 * E[r^4] = 8 times the average over the angle t of the product of four max(0, r_i cos(t - t_i)): the four half circles
 * |t - t_i| < pi/2 meet in one arc.
 */
export function planarReluMoment(engine: Engine, { radius, angle }: Plane): FourPointMoment {
	// Exact to rounding for a product of four sinusoids on an arc of at most half a circle.
	const { nodes, weights } = gaussLegendre(engine, 24);
	return (i, j, k, l) => {
		const size = radius[i]! * radius[j]! * radius[k]! * radius[l]!;
		if (size === 0) return 0;
		const tj = wrapped(angle[j]! - angle[i]!);
		const tk = wrapped(angle[k]! - angle[i]!);
		const tl = wrapped(angle[l]! - angle[i]!);
		const low = Math.max(0, tj, tk, tl) - Math.PI / 2;
		const width = Math.min(0, tj, tk, tl) + Math.PI / 2 - low;
		if (width <= 0) return 0;
		let sum = 0;
		for (let node = 0; node < nodes.length; node++) {
			const t = low + 0.5 * width * (1 + nodes[node]!);
			sum += weights[node]! * Math.cos(t) * Math.cos(t - tj) * Math.cos(t - tk) * Math.cos(t - tl);
		}
		return (4 / Math.PI) * size * width * sum;
	};
}

/** An angle in [-pi, pi]. */
function wrapped(t: number): number {
	return t - 2 * Math.PI * Math.round(t / (2 * Math.PI));
}
