/** The posterior density of the coordinates of a matrix of scales, and its derivatives. */
import { type Matrix, matrix } from "@finitude/engine";
import type { MatrixScale } from "../../matrix-scale/matrix-scale.ts";
import type { Derivatives } from "../climb.ts";
import type { ScaleLaw } from "./scale-law.ts";

export interface PosteriorSurface {
	readonly law: ScaleLaw;
	/** log p(Y | Q(x)) p(x), all constants included; -Infinity where the covariance of Y is not numerically positive definite. */
	logDensity(x: Float64Array): number;
	/** In units of the law's deviations. */
	derivatives(x: readonly number[]): Derivatives;
	/** The law's controls at x. Zeros where the covariance of Y is not numerically positive definite. */
	controls(x: Float64Array): Float64Array;
	scalesAt(x: Float64Array): Matrix;
}

/** Step of the central differences of the gradient, in units of the deviations: second derivatives are then good to about 1e-6. */
const DIFFERENCE = 1e-3;

export function posteriorSurface(model: MatrixScale, law: ScaleLaw): PosteriorSurface {
	const n = law.size;
	const constant = -(model.targetCount / 2) * Math.log(2 * Math.PI);
	const scalesAt = (x: Float64Array) => matrix(n, n, law.scalesAt(x));
	/** Of log p(Y | Q) by Q. */
	const likelihoodSlope = (x: Float64Array) => {
		const slope = model.slope(scalesAt(x));
		return slope?.spread.data.map((spread, i) => (slope.pull.data[i]! - spread) / 2);
	};
	const gradient = (x: Float64Array) => {
		const slope = likelihoodSlope(x);
		if (slope === undefined) return new Float64Array(law.dimension);
		const prior = law.logDensityGradient(x);
		return law.pullBack(x, slope).map((g, i) => (g + prior[i]!) * law.deviations[i]!);
	};
	return {
		law,
		logDensity(x) {
			const prior = law.logDensity(x);
			// Also refuses NaN: scales that overflow have no likelihood to be computed.
			if (!(prior > Number.NEGATIVE_INFINITY)) return Number.NEGATIVE_INFINITY;
			return prior + constant - model.energy(scalesAt(x)) / 2;
		},
		derivatives(place) {
			const x = Float64Array.from(place);
			const moved = (i: number, direction: number) => {
				const y = x.slice();
				y[i]! += direction * DIFFERENCE * law.deviations[i]!;
				return gradient(y);
			};
			const rows = place.map((_, i) => {
				const [up, down] = [moved(i, 1), moved(i, -1)];
				return up.map((g, j) => (down[j]! - g) / (2 * DIFFERENCE));
			});
			return {
				gradient: [...gradient(x)],
				curvature: rows.map((row, i) => Array.from(row, (h, j) => (h + rows[j]![i]!) / 2)),
			};
		},
		controls(x) {
			return law.controls(x, likelihoodSlope(x) ?? new Float64Array(n * n));
		},
		scalesAt,
	};
}
