/** From a start to a minimum of the action: quasi-Newton steps, then Newton's own. */
import {
	choleskyFactor,
	choleskySolve,
	dot,
	type Matrix,
	matrix,
	matrixFromColumn,
	multiply,
	symmetricEigen,
} from "@finitude/engine";
import {
	type ActionPoint,
	actionAt,
	actionHessian,
	type Frame,
	type MatrixProblem,
	moved,
} from "./action.ts";

/** A point with the steps that led to it. */
export interface Arrival {
	readonly point: ActionPoint;
	readonly iterations: number;
}

/** Quasi-Newton steps end at this relative residual: Newton's method then doubles the digits with every step. */
const NEAR = 1e-5;

const MOST_QUASI_NEWTON_STEPS = 200;
const MOST_NEWTON_STEPS = 100;

/** Below this relative residual only rounding is left. */
const ROUNDING = 1e-14;

/** No step changes an eigenvalue of Q by more than e^2. */
const LONGEST_STEP = 2;

/** A step has to lower the action by this fraction of what the gradient promises (Armijo's condition). */
const DECREASE = 1e-4;

/** A step is halved at most this often: one below 1e-9 of the first is none. */
const MOST_HALVINGS = 30;

/**
 * From a start to the neighborhood of a stationary point: quasi-Newton steps, which cost a gradient each, and where they do not
 * arrive, as when the targets are thousands of times their prior size, Newton's steps downhill.
 *
 * @returns undefined where the action is undefined at the start
 */
export function descend(problem: MatrixProblem, start: Frame): Arrival | undefined {
	const first = actionAt(problem, start);
	if (first === undefined) return undefined;
	const arrival = quasiNewton(problem, first);
	return arrival.point.relativeResidual > NEAR ? newtonDownhill(problem, arrival) : arrival;
}

/**
 * The quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno in the coordinates of the moving frame. They are carried
 * along geodesics unchanged, so that the differences of gradients may be taken as in a flat space.
 */
function quasiNewton(problem: MatrixProblem, start: ActionPoint): Arrival {
	const m = problem.basis.length;
	let point = start;
	/** The inverse Hessian; at the prior, Q = I, it is the identity. */
	let inverse: Matrix | undefined;
	let iterations = 0;
	while (point.relativeResidual > NEAR && iterations < MOST_QUASI_NEWTON_STEPS) {
		const here: ActionPoint = point;
		const direction: Float64Array = inverse
			? multiply(problem.engine, inverse, matrixFromColumn(here.gradient)).data.map((x) => -x)
			: here.gradient.map((x) => -x);
		const step = searchLine(problem, here, direction);
		if (step === undefined) {
			// A stale inverse Hessian is given up once; without one the point is as low as rounding lets it be.
			if (inverse === undefined) break;
			inverse = undefined;
			continue;
		}
		const change = step.point.gradient.map((g, a) => g - here.gradient[a]!);
		inverse = updated(inverse, step.x, change, m);
		point = step.point;
		iterations++;
	}
	return { point, iterations };
}

/** Newton's method with the eigenvalues of H by their absolute values, so that every step goes downhill, also near saddles. */
function newtonDownhill(problem: MatrixProblem, { point: start, iterations: before }: Arrival): Arrival {
	let point = start;
	let iterations = 0;
	while (point.relativeResidual > NEAR && iterations < MOST_NEWTON_STEPS) {
		const { values, vectors } = symmetricEigen(problem.engine, actionHessian(problem, point));
		const along = multiply(problem.engine, vectors, matrixFromColumn(point.gradient), { transposeA: true });
		const resolution = Number.EPSILON * Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));
		const scaled = along.data.map((g, a) => -g / Math.max(Math.abs(values[a]!), resolution));
		const direction = multiply(problem.engine, vectors, matrixFromColumn(scaled)).data;
		const step = searchLine(problem, point, direction);
		if (step === undefined) break;
		point = step.point;
		iterations++;
	}
	return { point, iterations: before + iterations };
}

function searchLine(problem: MatrixProblem, here: ActionPoint, direction: Float64Array) {
	const slope = dot(direction, here.gradient);
	if (!(slope < 0)) return undefined;
	const first = Math.min(1, LONGEST_STEP / Math.sqrt(dot(direction, direction)));
	for (let k = 0; k < MOST_HALVINGS; k++) {
		const length = first * 2 ** -k;
		const x = direction.map((d) => length * d);
		const point = actionAt(problem, moved(problem, here.frame, x));
		if (point && point.action <= here.action + DECREASE * length * slope) return { x, point };
	}
	return undefined;
}

/** Equation (6.17) of Nocedal and Wright, Numerical Optimization (2006); left out where the curvature along the step is not positive. */
function updated(
	inverse: Matrix | undefined,
	s: Float64Array,
	y: Float64Array,
	m: number,
): Matrix | undefined {
	const curvature = dot(s, y);
	if (!(curvature > 1e-10 * Math.sqrt(dot(s, s) * dot(y, y)))) return inverse;
	const before = inverse?.data ?? unitOf(m, curvature / dot(y, y));
	const By = new Float64Array(m);
	for (let a = 0; a < m; a++) for (let b = 0; b < m; b++) By[a]! += before[a * m + b]! * y[b]!;
	const yBy = dot(y, By);
	const result = matrix(m, m);
	for (let a = 0; a < m; a++) {
		for (let b = 0; b < m; b++) {
			result.data[a * m + b] =
				before[a * m + b]! -
				(By[a]! * s[b]! + s[a]! * By[b]!) / curvature +
				((1 + yBy / curvature) * s[a]! * s[b]!) / curvature;
		}
	}
	return result;
}

function unitOf(m: number, scale: number): Float64Array {
	const unit = new Float64Array(m * m);
	for (let a = 0; a < m; a++) unit[a * m + a] = scale;
	return unit;
}

/** Newton's method near a minimum, steps halved until the residual falls; it ends at rounding, or where H is not positive definite. */
export function polish(
	problem: MatrixProblem,
	{ point: start, iterations: before }: Arrival,
): Arrival & { readonly hessian: Matrix } {
	const { engine } = problem;
	let point = start;
	let hessian = actionHessian(problem, point);
	let iterations = 0;
	while (point.relativeResidual > ROUNDING && iterations < MOST_NEWTON_STEPS) {
		const result = choleskyFactor(engine, hessian);
		if (!result.positiveDefinite) break;
		const step = choleskySolve(engine, result.factor, matrixFromColumn(point.gradient.map((g) => -g))).data;
		const next = closerPoint(problem, point, step);
		if (next === undefined) break;
		point = next;
		hessian = actionHessian(problem, point);
		iterations++;
	}
	return { point, hessian, iterations: before + iterations };
}

function closerPoint(problem: MatrixProblem, here: ActionPoint, step: Float64Array): ActionPoint | undefined {
	const first = Math.min(1, LONGEST_STEP / Math.sqrt(dot(step, step)));
	for (let k = 0; k < MOST_HALVINGS; k++) {
		const next = actionAt(
			problem,
			moved(
				problem,
				here.frame,
				step.map((x) => first * 2 ** -k * x),
			),
		);
		if (next && next.relativeResidual < here.relativeResidual) return next;
		// Where only rounding is left nothing is gained by shorter steps.
		if (here.relativeResidual < 1e-11) return undefined;
	}
	return undefined;
}
