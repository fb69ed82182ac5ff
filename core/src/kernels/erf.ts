import { scoped } from "@finitude/engine";
import { fromClosedForm } from "./dual-activation.ts";
import { clipRoundoff } from "./gaussian-pairs.ts";

/**
 * phi(h) = erf(h): G = (2/pi) arcsin(2 C_ab / sqrt((1 + 2 C_aa)(1 + 2 C_bb))).
 *
 * Williams 1997, Computing with infinite networks, with the variance of h inside C.
 * Derivatives: with A = 1 + 2 C_aa, B = 1 + 2 C_bb, c = C_ab and D = A B - 4 c^2.
 */
export const erfDual = fromClosedForm({
	mean: () => 0,
	kernel(engine, { variances, first, second, covariances }) {
		const scale = variances.map((a) => 1 / Math.sqrt(1 + 2 * a));
		return scoped(engine, () => {
			const m = covariances.length;
			const angles = engine.allocate(m);
			const { data } = angles;
			for (let k = 0; k < m; k++) {
				data[k] = clipRoundoff(2 * covariances[k]! * scale[first[k]!]! * scale[second[k]!]!);
			}
			engine.asin(angles, angles);
			const kernel = angles.data.slice(0, m);
			for (let k = 0; k < m; k++) kernel[k]! *= 2 / Math.PI;
			return kernel;
		});
	},
	gradient(a, b, c) {
		const [A, B] = [1 + 2 * a, 1 + 2 * b];
		const slope = 4 / (Math.PI * Math.sqrt(A * B - 4 * c * c));
		return [(-c / A) * slope, (-c / B) * slope, slope];
	},
	hessian(a, b, c) {
		const [A, B] = [1 + 2 * a, 1 + 2 * b];
		const D = A * B - 4 * c * c;
		const root = D ** -0.5;
		const cube = root / D;
		const prefactor = (4 * c) / Math.PI;
		return [
			prefactor * ((2 * root) / (A * A) + (B / A) * cube),
			prefactor * ((2 * root) / (B * B) + (A / B) * cube),
			4 * prefactor * cube,
			prefactor * cube,
			((-4 * B) / Math.PI) * cube,
			((-4 * A) / Math.PI) * cube,
		];
	},
});
