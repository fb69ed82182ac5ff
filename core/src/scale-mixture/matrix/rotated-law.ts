import { type Engine, type Matrix, matrix, multiply, symmetricEigen } from "@finitude/engine";
import type { MatrixScale } from "../../matrix-scale/matrix-scale.ts";
import { climb } from "../climb.ts";
import type { ScaleLaw } from "./scale-law.ts";
import { type PosteriorSurface, posteriorSurface } from "./scale-posterior-surface.ts";

/**
 * The law of U Q U^T, which is that of Q where the law is invariant under rotations, in coordinates that belong to the axes U.
 *
 * @param axes U, n x n and orthogonal
 */
export function rotatedLaw(engine: Engine, law: ScaleLaw, axes: Matrix): ScaleLaw {
	const n = law.size;
	const conjugated = (m: Float64Array, inverse: boolean): Float64Array => {
		const half = multiply(engine, axes, matrix(n, n, m), { transposeA: inverse });
		return multiply(engine, half, axes, { transposeB: !inverse }).data;
	};
	return {
		...law,
		scalesAt: (x) => symmetric(conjugated(law.scalesAt(x), false), n),
		pullBack: (x, gradient) => law.pullBack(x, conjugated(gradient, true)),
		controls: (x, gradient) => law.controls(x, conjugated(gradient, true)),
	};
}

/**
 * The posterior in coordinates along the principal axes of Q at a mode, the largest first. Bartlett's coordinates have an edge where
 * F_11 vanishes, and then F_22, ..: in these axes the posterior is as far from it as it can be. Most important for a singular Q.
 */
export function alongPrincipalAxes(engine: Engine, model: MatrixScale, law: ScaleLaw): PosteriorSurface {
	const surface = posteriorSurface(model, law);
	if (!law.rotationInvariant) return surface;
	const start = new Array<number>(law.dimension).fill(0);
	const density = (x: readonly number[]) => surface.logDensity(Float64Array.from(x));
	const { place } = climb(density, start, [...law.deviations], surface.derivatives);
	const { vectors } = symmetricEigen(engine, surface.scalesAt(Float64Array.from(place)));
	const n = law.size;
	const descending = matrix(
		n,
		n,
		vectors.data.map((_, e) => vectors.data[Math.floor(e / n) * n + (n - 1 - (e % n))]!),
	);
	return posteriorSurface(model, rotatedLaw(engine, law, descending));
}

function symmetric(m: Float64Array, n: number): Float64Array {
	for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) m[j * n + i] = m[i * n + j]!;
	return m;
}
