import { elementwise } from "@finitude/engine";
import { fromClosedForm } from "./dual-activation.ts";
import { clipRoundoff } from "./gaussian-pairs.ts";

/** s = sqrt(C_aa C_bb), r = C_ab / s and u = sqrt(1 - r^2). */
function geometry(a: number, b: number, c: number) {
	const s = Math.sqrt(a * b);
	const r = clipRoundoff(c / s);
	return { s, r, u: Math.sqrt((1 - r) * (1 + r)) };
}

/**
 * phi(h) = max(0, h): G = s/(2 pi) (sin t + (pi - t) cos t), s = sqrt(C_aa C_bb), cos t = C_ab / s; 0 where s = 0.
 *
 * Cho and Saul 2009, Kernel methods for deep learning, the arc-cosine kernel of degree 1, halved.
 * The Hessian diverges as 1/sin t where two different points become parallel. Where sin t = 0 it is given as 0: right for
 * a point with itself (whose three arguments move together), and to be distrusted for parallel different points.
 */
export const reluDual = fromClosedForm({
	mean: (a) => Math.sqrt(a / (2 * Math.PI)),
	kernel(engine, { variances, first, second, covariances }) {
		const deviations = variances.map(Math.sqrt);
		const norms = covariances.map((_, k) => deviations[first[k]!]! * deviations[second[k]!]!);
		const cosines = covariances.map((c, k) => (norms[k] === 0 ? 0 : clipRoundoff(c / norms[k]!)));
		// pi - arccos r = pi/2 + arcsin r
		return elementwise(engine, "asin", cosines).map((angle, k) => {
			const r = cosines[k]!;
			return (norms[k]! / (2 * Math.PI)) * (Math.sqrt((1 - r) * (1 + r)) + (Math.PI / 2 + angle) * r);
		});
	},
	gradient(a, b, c) {
		if (a * b === 0) return [0, 0, 0];
		const { s, r, u } = geometry(a, b, c);
		const common = u / (4 * Math.PI * s);
		return [common * b, common * a, (Math.PI / 2 + Math.asin(r)) / (2 * Math.PI)];
	},
	hessian(a, b, c) {
		if (a * b === 0) return [0, 0, 0, 0, 0, 0];
		const { s, u } = geometry(a, b, c);
		if (u === 0) return [0, 0, 0, 0, 0, 0];
		const same = (x: number, y: number) =>
			((-u * y * y) / (4 * s ** 3) + (c * c * y) / (4 * x * s ** 3 * u)) / (2 * Math.PI);
		return [
			same(a, b),
			same(b, a),
			1 / (2 * Math.PI * u * s),
			(u / (4 * s) + (c * c) / (4 * s ** 3 * u)) / (2 * Math.PI),
			-c / (4 * Math.PI * a * s * u),
			-c / (4 * Math.PI * b * s * u),
		];
	},
});
