/** How far the posterior mean follows the teacher's direction, as a function of the inputs. */
import {
	choleskyFactor,
	choleskySolve,
	dot,
	type Engine,
	gram,
	type Matrix,
	matrix,
	matrixFromColumn,
	multiply,
	transposed,
} from "@finitude/engine";

/** The regression of functions on the inputs of J points, and the cosine of its coefficients with a direction. */
export interface MeanAlignment {
	/** w.b/|b|, b the least-squares coefficients of the J values. Undefined for b = 0. */
	of(values: Float64Array): number | undefined;
	/** Its derivative by every value. */
	gradient(values: Float64Array): Float64Array;
}

/**
 * b = (X^T X)^-1 X^T m: for Gaussian inputs what it tends to with many points is the average gradient of m (Stein).
 *
 * @param inputs X, J x d
 * @param direction w, of unit length
 * @returns undefined where the inputs do not span all d directions
 */
export function meanAlignment(
	engine: Engine,
	inputs: Matrix,
	direction: Float64Array,
): MeanAlignment | undefined {
	const d = inputs.columns;
	if (inputs.rows < d) return undefined;
	const columns = transposed(inputs);
	const factor = choleskyFactor(engine, gram(engine, columns));
	if (!factor.positiveDefinite) return undefined;
	/** d x J. */
	const regression = choleskySolve(engine, factor.factor, columns);
	const coefficients = (values: Float64Array) => {
		const b = multiply(engine, regression, matrixFromColumn(values)).data;
		return { b, norm: Math.sqrt(dot(b, b)) };
	};
	return {
		of(values) {
			const { b, norm } = coefficients(values);
			return norm > 0 ? dot(direction, b) / norm : undefined;
		},
		gradient(values) {
			const { b, norm } = coefficients(values);
			const cosine = dot(direction, b) / norm;
			const slope = matrix(
				1,
				d,
				b.map((x, k) => (direction[k]! - (cosine * x) / norm) / norm),
			);
			return multiply(engine, slope, regression).data;
		},
	};
}
