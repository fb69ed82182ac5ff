import { dot, type Engine, matrix, matrixFromColumn, multiply, symmetricEigen } from "@finitude/engine";

/** Steps that are remembered. */
const WINDOW = 5;

/** Directions that the remembered steps determine worse than this are left alone. */
const RESOLUTION = 1e-10;

/**
 * Anderson mixing (Anderson 1965, J. ACM 12:547) of a fixed point x = G(x): from the last few x and steps G(x) - x, the
 * combination whose step would be shortest if the map were linear, moved on by a fraction of that step.
 *
 * @returns the next x, given x, its step and the fraction; it remembers its calls
 */
export function andersonMixing(engine: Engine) {
	const points: Float64Array[] = [];
	const steps: Float64Array[] = [];
	let last: { x: Float64Array; step: Float64Array } | undefined;
	return (x: Float64Array, step: Float64Array, fraction: number): Float64Array => {
		if (last) {
			const { x: formerPoint, step: formerStep } = last;
			points.push(x.map((value, i) => value - formerPoint[i]!));
			steps.push(step.map((value, i) => value - formerStep[i]!));
			if (points.length > WINDOW) {
				points.shift();
				steps.shift();
			}
		}
		last = { x: x.slice(), step };
		const shares = leastSquares(engine, steps, step);
		return x.map((value, i) => {
			let next = value + fraction * step[i]!;
			shares.forEach((share, k) => {
				next -= share * (points[k]![i]! + fraction * steps[k]![i]!);
			});
			return next;
		});
	};
}

/** The shares g that make |b - sum_k g_k a_k| smallest, the shortest such g. */
function leastSquares(engine: Engine, columns: readonly Float64Array[], b: Float64Array): Float64Array {
	const m = columns.length;
	if (m === 0) return new Float64Array(0);
	const norms = columns.map((a) => Math.sqrt(dot(a, a)) || 1);
	const gram = matrix(m, m);
	for (let i = 0; i < m; i++) {
		for (let j = 0; j < m; j++)
			gram.data[i * m + j] = dot(columns[i]!, columns[j]!) / (norms[i]! * norms[j]!);
	}
	const right = matrixFromColumn(Float64Array.from(columns, (a, k) => dot(a, b) / norms[k]!));
	const { values, vectors } = symmetricEigen(engine, gram);
	const modes = multiply(engine, vectors, right, { transposeA: true });
	values.forEach((value, k) => {
		modes.data[k] = value > RESOLUTION ? modes.data[k]! / value : 0;
	});
	return multiply(engine, vectors, modes).data.map((g, k) => g / norms[k]!);
}
