/** Minima of the action from several starts, and the one that the answer uses. */
import { type Engine, type Matrix, symmetricEigen, symmetricEigenvalues } from "@finitude/engine";
import type { Convergence } from "../../../answer/answer.ts";
import { InputError } from "../../../errors.ts";
import { type ActionPoint, type Frame, type MatrixProblem, moved } from "./action.ts";
import { type Arrival, descend, polish } from "./descend.ts";

/** A stationary point with what Laplace's method needs of it. */
export interface MatrixMinimum {
	readonly point: ActionPoint;
	/** log det H; undefined where H is not positive definite beyond rounding. */
	readonly logCurvature?: number;
	readonly iterations: number;
}

export interface MatrixSaddle {
	readonly chosen: MatrixMinimum;
	/** Distinct minima that were found, by rising action: the chosen one first. None where nothing converged. */
	readonly minima: readonly MatrixMinimum[];
	readonly starts: number;
	/** e^{-(N/2)(S_2 - S_1)} of the next minimum, where there is one. */
	readonly neglectedWeight?: number;
	readonly convergence: Convergence;
}

/** Of the gradient in units of its terms. */
const TOLERANCE = 1e-10;

/** Q is stored to rounding of its largest eigenvalue: in that unit the smallest one, and the gradient along it, are known. */
function toleranceAt(engine: Engine, { scales }: ActionPoint): number {
	const values = symmetricEigenvalues(engine, scales);
	const known = (values.length * Number.EPSILON * values.at(-1)!) / values[0]!;
	// Beyond it nothing would be left to solve for.
	return known > TOLERANCE && known < 1e-6 ? known : TOLERANCE;
}

/** Descents from a saddle point, along the direction that falls and against it, are tried this often. */
const MOST_ESCAPES = 4;

/** How far from a saddle point a new descent begins: log Q changes by this. */
const ESCAPE = 0.5;

/**
 * Descends from every start, polishes each distinct arrival by Newton's method, and chooses the lowest of the minima.
 *
 * @param starts at least one
 * @throws InputError when the action is defined at none of them
 */
export function findMinima(problem: MatrixProblem, starts: readonly Frame[]): MatrixSaddle {
	const arrivals: Arrival[] = [];
	const found: MatrixMinimum[] = [];
	const queue = [...starts];
	let escapes = 0;
	for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
		const arrival = descend(problem, next);
		if (arrival === undefined || arrivals.some((other) => isSame(arrival.point, other.point))) continue;
		arrivals.push(arrival);
		const { point, hessian, iterations } = polish(problem, arrival);
		if (found.some((other) => isSame(point, other.point))) continue;
		const { values, vectors } = symmetricEigen(problem.engine, hessian);
		// Eigenvalues of H are known to its size in rounding units of the largest.
		const resolution = values.length * Number.EPSILON * values.at(-1)!;
		if (values[0]! > resolution) {
			found.push({
				point,
				iterations,
				logCurvature: values.reduce((sum, value) => sum + Math.log(value), 0),
			});
			continue;
		}
		found.push({ point, iterations });
		if (values[0]! < -resolution && escapes < MOST_ESCAPES) {
			escapes++;
			const falling = column(vectors, 0);
			for (const length of [ESCAPE, -ESCAPE]) {
				queue.push(
					moved(
						problem,
						point.frame,
						falling.map((x) => length * x),
					),
				);
			}
		}
	}
	if (found.length === 0) throw undefinedAction();
	return choose(problem, found, starts.length);
}

function undefinedAction(): InputError {
	return new InputError({
		where: "noiseVariance",
		wanted:
			"a noise that makes the covariance of the targets positive definite, and targets that do not overflow beside it",
		got: "an action that is not finite where the search begins",
		advice: "Give a larger noiseVariance, or rescale trainTargets.",
	});
}

function column({ rows, columns, data }: Matrix, k: number): Float64Array {
	return Float64Array.from({ length: rows }, (_, i) => data[i * columns + k]!);
}

/** Quasi-Newton steps end with relative errors of about 1e-5, larger in flat directions: 1e-3 tells different minima apart. */
function isSame(a: ActionPoint, b: ActionPoint): boolean {
	const largest = a.scales.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	return (
		a.scales.data.every((x, e) => Math.abs(x - b.scales.data[e]!) <= 1e-3 * largest) &&
		Math.abs(a.frame.logDeterminant - b.frame.logDeterminant) <= 1e-3 * a.scales.rows
	);
}

function choose(problem: MatrixProblem, found: readonly MatrixMinimum[], starts: number): MatrixSaddle {
	const solved = found.filter(({ point }) => point.relativeResidual <= toleranceAt(problem.engine, point));
	const dominant = solved.filter(({ logCurvature }) => logCurvature !== undefined);
	const minima = (dominant.length > 0 ? dominant : solved).toSorted(
		(a, b) => a.point.action - b.point.action,
	);
	const [first, second] = minima;
	if (first === undefined) {
		const chosen = found.reduce((a, b) => (b.point.relativeResidual < a.point.relativeResidual ? b : a));
		return { chosen, minima: [], starts, convergence: convergenceOf(chosen, false) };
	}
	return {
		chosen: first,
		minima,
		starts,
		...(second && {
			neglectedWeight: Math.exp(-0.5 * problem.width * (second.point.action - first.point.action)),
		}),
		convergence: convergenceOf(first, true),
	};
}

function convergenceOf({ point, iterations }: MatrixMinimum, converged: boolean): Convergence {
	return {
		converged,
		iterations,
		residual: point.residual,
		...(!converged && {
			advice:
				"No minimum of the action was found: the targets and the kernel differ by many orders of magnitude, or the layer is too narrow for this theory; rescale the targets or the weight variances, or raise noiseVariance.",
		}),
	};
}
