/** The saddle by Newton's method on F(Q) = Q - c E_p[phi phi^T]. */
import { dot, type Engine, type Matrix, matrix, scaled } from "@finitude/engine";
import { gmres } from "./gmres.ts";
import type { NeuronLaw, Neurons } from "./neurons.ts";
import { type Force, forceOf, outputCurvature, type SaddleProblem } from "./saddle-equations.ts";

/** Q with what follows from it. */
export interface SaddlePoint {
	/** Q, P x P, without the readout bias. */
	readonly kernel: Matrix;
	readonly force: Force;
	readonly neurons: Neurons;
	/** F. */
	readonly defect: Matrix;
	/** max |F| / max |Q|. */
	readonly residual: number;
}

/** A point and the Newton steps that led to it. */
export interface SaddleSolution {
	readonly point: SaddlePoint;
	readonly iterations: number;
	readonly converged: boolean;
}

/** Larger residuals than this do not count as solved. */
export const SOLVED = 1e-8;

/** Rounding in sums over the nodes: smaller residuals are not sought. */
export const ROUNDING = 1e-13;

const MOST_STEPS = 30;

/** A step is halved at most this often: one below 1e-6 of Newton's is none. Where only rounding is left it is not halved. */
const [MOST_HALVINGS, SMALL] = [20, 1e-11];

/** A step of length l has to lower |F| by this fraction of l. */
const DECREASE = 0.1;

/** Relative residual of the linear equations: far from the solution, where Newton's step is not worth more, and near it. */
const [LOOSE, TIGHT, NEAR] = [1e-2, 1e-5, 1e-2];

/** Undefined where Q + kappa I is not positive definite or the neurons' density cannot be normalized. */
export function saddlePoint(
	engine: Engine,
	law: NeuronLaw,
	problem: SaddleProblem,
	kernel: Matrix,
): SaddlePoint | undefined {
	const force = forceOf(engine, problem, kernel);
	const neurons = force && law.at(force.dual);
	if (force === undefined || neurons === undefined) return undefined;
	const defect = matrix(
		kernel.rows,
		kernel.rows,
		kernel.data.map((x, k) => x - problem.readoutVariance * neurons.moment.data[k]!),
	);
	const size = largest(kernel);
	// Inputs of zero under an odd activation leave Q = 0.
	return { kernel, force, neurons, defect, residual: size === 0 ? largest(defect) : largest(defect) / size };
}

/** J dQ of equation (8). */
export function applyJacobian(
	engine: Engine,
	law: NeuronLaw,
	{ width, readoutVariance }: SaddleProblem,
	{ force, neurons }: SaddlePoint,
	change: Matrix,
): Matrix {
	const curvature = outputCurvature(engine, force, change);
	const dualChange = scaled(curvature, (-2 * readoutVariance) / width);
	const moved = law.derivative(neurons, dualChange);
	return matrix(
		change.rows,
		change.rows,
		change.data.map((x, k) => x - readoutVariance * moved.data[k]!),
	);
}

/** A step by the Jacobian of fewer nodes has to lower the residual by this factor, or those of the law take over. */
const WORTHWHILE = 0.3;

/**
 * Newton's method from a start at which everything exists; undefined where it does not.
 *
 * @param accuracy the residual that is sought; up to SOLVED counts as converged
 * @param pilot the same density on fewer nodes: its Jacobian, close to that of the law, saves most of the passes over the nodes
 */
export function solveSaddle(
	engine: Engine,
	law: NeuronLaw,
	problem: SaddleProblem,
	start: Matrix,
	accuracy = ROUNDING,
	pilot?: NeuronLaw,
): SaddleSolution | undefined {
	const P = start.rows;
	let point = saddlePoint(engine, law, problem, start);
	if (point === undefined) return undefined;
	let iterations = 0;
	let guide = pilot;
	while (point.residual > accuracy && iterations < MOST_STEPS) {
		const here: SaddlePoint = point;
		const guided: SaddlePoint | undefined = guide && saddlePoint(engine, guide, problem, here.kernel);
		const [slopes, at] = guide && guided ? [guide, guided] : [law, here];
		const step = gmres(
			(x) => applyJacobian(engine, slopes, problem, at, matrix(P, P, x)).data,
			here.defect.data.map((x) => -x),
			here.residual > NEAR ? LOOSE : TIGHT,
		);
		const next = lineSearch(engine, law, problem, here, step);
		if (guided && !(next && next.residual <= WORTHWHILE * here.residual)) guide = undefined;
		if (next === undefined && !guided) break;
		point = next ?? here;
		iterations++;
	}
	return { point, iterations, converged: point.residual <= SOLVED };
}

/** The first of the steps 1, 1/2, 1/4, ... that lowers |F| enough and stays where everything exists. */
function lineSearch(
	engine: Engine,
	law: NeuronLaw,
	problem: SaddleProblem,
	{ kernel, defect, residual }: SaddlePoint,
	step: Float64Array,
): SaddlePoint | undefined {
	const size = norm(defect);
	for (let k = 0; k < (residual > SMALL ? MOST_HALVINGS : 1); k++) {
		const length = 2 ** -k;
		const trial = matrix(
			kernel.rows,
			kernel.rows,
			kernel.data.map((x, i) => x + length * step[i]!),
		);
		const next = saddlePoint(engine, law, problem, trial);
		if (next && norm(next.defect) <= (1 - DECREASE * length) * size) return next;
	}
	return undefined;
}

function norm({ data }: Matrix): number {
	return Math.sqrt(dot(data, data));
}

function largest({ data }: Matrix): number {
	return data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}
