import { type Engine, type Matrix, matrix, multiply, symmetricEigen, symmetricPart } from "@finitude/engine";

/** C^{1/2} and C^{-1/2} on the range of C, symmetric, P x P. */
export interface CovarianceRoot {
	readonly root: Matrix;
	readonly inverse: Matrix;
}

/** Directions below this fraction of the largest eigenvalue are rounding, or what random points leave of zero. */
const RESOLUTION = 1e-12;

/**
 * The symmetric root U sqrt(ev) U^T: unlike U sqrt(ev) it changes continuously with C, also where eigenvectors cross.
 *
 * @returns undefined where C has a negative eigenvalue
 */
export function covarianceRoot(engine: Engine, covariance: Matrix): CovarianceRoot | undefined {
	const P = covariance.rows;
	const { values, vectors } = symmetricEigen(engine, covariance);
	const resolution = RESOLUTION * values[P - 1]!;
	if (values[0]! < -resolution) return undefined;
	const power = (exponent: number) => {
		const scaled = matrix(
			P,
			P,
			vectors.data.map((x, at) => {
				const value = values[at % P]!;
				return value > resolution ? x * value ** exponent : 0;
			}),
		);
		return symmetricPart(multiply(engine, scaled, vectors, { transposeB: true }));
	};
	return { root: power(0.5), inverse: power(-0.5) };
}
