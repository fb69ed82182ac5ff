import {
	choleskyFactor,
	type Engine,
	type Matrix,
	plusDiagonal,
	symmetricEigenvalues,
} from "@finitude/engine";
import { InputError } from "../errors.ts";

/**
 * The Cholesky factor of K + kappa I.
 *
 * A matrix whose smallest eigenvalue is below P times the rounding unit of its largest one is singular in float64: it is
 * refused, also where the factorization happens to succeed. Nothing is added to the diagonal.
 *
 * @param kernel P x P
 * @throws InputError with the smallest eigenvalue and the noise that would suffice
 */
export function factorKernel(engine: Engine, kernel: Matrix, noiseVariance: number): Matrix {
	const n = kernel.rows;
	const result = choleskyFactor(engine, plusDiagonal(kernel, noiseVariance));
	if (result.positiveDefinite && pivotsAreSafe(result.factor)) return result.factor;
	const eigenvalues = symmetricEigenvalues(engine, kernel);
	const smallest = eigenvalues[0]!;
	const largest = eigenvalues[n - 1]!;
	const resolution = n * Number.EPSILON * (largest + noiseVariance);
	if (result.positiveDefinite && smallest + noiseVariance > resolution) return result.factor;
	// Ten times the resolution keeps the factorization itself away from the edge.
	const sufficient = 10 * resolution - smallest;
	throw new InputError({
		where: "noiseVariance",
		wanted: "a noise that makes the kernel of the training points positive definite",
		got: `${noiseVariance} with a kernel whose smallest eigenvalue is ${smallest.toExponential(1)} (the largest is ${largest.toExponential(1)})`,
		advice:
			sufficient > 0
				? `A noiseVariance of ${roundedUp(sufficient)} would suffice. The usual causes are repeated points and more points than the kernel has dimensions.`
				: "The kernel vanishes: any positive noiseVariance would suffice.",
	});
}

/** A squared pivot far below the largest is the sign of a nearly singular matrix; eigenvalues are computed only then. */
function pivotsAreSafe(factor: Matrix): boolean {
	const n = factor.rows;
	let smallest = Number.POSITIVE_INFINITY;
	let largest = 0;
	for (let i = 0; i < n; i++) {
		const pivot = factor.data[i * n + i]! ** 2;
		smallest = Math.min(smallest, pivot);
		largest = Math.max(largest, pivot);
	}
	return smallest > Math.sqrt(Number.EPSILON) * largest;
}

/** Two digits, not below x. */
function roundedUp(x: number): string {
	const shown = Number(x.toExponential(1));
	return (shown >= x ? shown : Number((x * 1.1).toExponential(1))).toExponential(1);
}
