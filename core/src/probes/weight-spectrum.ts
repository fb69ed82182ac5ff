import { dot, type Engine, type Matrix, matrix, symmetricEigen } from "@finitude/engine";

/** A function of Sigma and its derivative. */
export interface CovarianceFunction {
	readonly value: number;
	/** Derivative by every entry of Sigma, taken as independent, in the shape of Sigma. */
	gradient(): Float64Array;
}

/** What the covariance of the weights of one hidden unit, or filter, says of adaptation; its bias is left out. */
export interface WeightSpectrum {
	/** Descending. */
	readonly eigenvalues: readonly CovarianceFunction[];
	/** w^T Sigma w, |w| = 1; this and the next two only where there is a direction w. */
	readonly teacherVariance?: CovarianceFunction;
	/** Teacher variance over the mean eigenvalue: 1 without adaptation, the fan-in for weights along w alone. */
	readonly alignment?: CovarianceFunction;
	/** (v.w)^2, v the eigenvector of the largest eigenvalue; not where the second one is as large to rounding. */
	readonly outlierOverlap?: CovarianceFunction;
}

/** Eigenvalues closer than this fraction of the largest have eigenvectors that rounding chooses. */
const DEGENERATE = 1e-10;

/**
 * Eigenvalues of the weights' block of Sigma and its relation to a direction. Derivatives by first-order perturbation theory:
 * v_k v_k^T of an eigenvalue, and dv_1 = sum_k v_k (v_k^T dSigma v_1) / (lambda_1 - lambda_k).
 *
 * @param sigma fanIn x fanIn, or one row and column more for a bias
 * @param direction w, of unit length
 */
export function weightSpectrum(
	engine: Engine,
	sigma: Matrix,
	fanIn: number,
	direction?: Float64Array,
): WeightSpectrum {
	const block = matrix(fanIn, fanIn);
	for (let i = 0; i < fanIn; i++) {
		for (let j = 0; j < fanIn; j++) block.data[i * fanIn + j] = sigma.data[i * sigma.columns + j]!;
	}
	const { values, vectors } = symmetricEigen(engine, block);
	const vector = (k: number) => Float64Array.from({ length: fanIn }, (_, i) => vectors.data[i * fanIn + k]!);
	/** scale a b^T, added to a gradient. */
	const addOuter = (into: Float64Array, scale: number, a: Float64Array, b: Float64Array) => {
		for (let i = 0; i < fanIn; i++) {
			for (let j = 0; j < fanIn; j++) into[i * sigma.columns + j]! += scale * a[i]! * b[j]!;
		}
		return into;
	};
	const zero = () => new Float64Array(sigma.data.length);
	const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!);
	const eigenvalues = order.map((k) => ({
		value: values[k]!,
		gradient: () => addOuter(zero(), 1, vector(k), vector(k)),
	}));
	if (direction === undefined) return { eigenvalues };

	const along = order.map((k) => dot(vector(k), direction));
	const teacherVariance = order.reduce((sum, k, rank) => sum + values[k]! * along[rank]! ** 2, 0);
	const mean = values.reduce((sum, value) => sum + value, 0) / fanIn;
	const [first, ...others] = order;
	const second = others[0];
	const isolated =
		second === undefined || values[first!]! - values[second]! > DEGENERATE * Math.abs(values[first!]!);
	return {
		eigenvalues,
		teacherVariance: {
			value: teacherVariance,
			gradient: () => addOuter(zero(), 1, direction, direction),
		},
		alignment: {
			value: teacherVariance / mean,
			gradient() {
				const gradient = addOuter(zero(), 1 / mean, direction, direction);
				for (let i = 0; i < fanIn; i++) {
					gradient[i * (sigma.columns + 1)]! -= teacherVariance / (fanIn * mean * mean);
				}
				return gradient;
			},
		},
		...(isolated && {
			outlierOverlap: {
				value: along[0]! ** 2,
				gradient() {
					const gradient = zero();
					const top = vector(first!);
					others.forEach((k, i) => {
						const scale = (2 * along[0]! * along[i + 1]!) / (values[first!]! - values[k]!);
						addOuter(gradient, scale, vector(k), top);
					});
					return gradient;
				},
			},
		}),
	};
}
