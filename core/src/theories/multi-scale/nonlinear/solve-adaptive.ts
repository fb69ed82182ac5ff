/** The dual field with its fluctuations by the nodes of one rule: Delta and R of equations (15) and (16). */
import { choleskySolve, dot, type Engine, matrix, matrixFromColumn } from "@finitude/engine";
import { andersonMixing } from "../../anderson-mixing.ts";
import { combine, norm } from "../../self-consistent/vectors.ts";
import { type AdaptiveEquations, type AdaptivePoint, resolventOf } from "./adaptive-equations.ts";
import type { DualField } from "./adaptive-unit.ts";

/** Where the equations were left. */
export interface AdaptiveSolution {
	readonly point: AdaptivePoint;
	readonly converged: boolean;
	/** Evaluations of the equations. */
	readonly iterations: number;
	/** The larger of |kappa Delta + f - y| / |y| and the relative change that (16) would still make to R. */
	readonly residual: number;
}

/** Rounds with a line search, each a Newton step for Delta and a part of the way for R, and evaluations after them. */
const [MOST_ROUNDS, MOST_STEPS] = [60, 60];

/** The part of the way that R goes in a round with a line search. */
const FRACTION = 0.6;

/** Closer than this to the solution, Delta and R move together and are extrapolated. */
const CLOSE = 0.05;

/** Sufficient decrease (Armijo), and the shortest step that is tried. */
const [ARMIJO, SHORTEST] = [1e-4, 2 ** -30];

/** A residual that grows by this factor ends the extrapolation. */
const GROWTH = 10;

/**
 * Damped Newton steps on the convex action (3), with R following (16), until both are close; then whole Newton steps for Delta
 * and the map (16) for R at once, extrapolated (Anderson mixing), to the accuracy.
 *
 * @param start of Delta and R; without its resolvent the fluctuations stay out, which is the tree
 * @param accuracy of the residual that is sought
 * @param accepted the residual up to which the equations count as solved where rounding or noise ends the progress
 */
export function solveAdaptive(
	engine: Engine,
	equations: AdaptiveEquations,
	start: DualField,
	accuracy: number,
	accepted = accuracy,
): AdaptiveSolution {
	let state = stateOf(engine, equations, equations.at(start));
	let iterations = 1;
	for (let round = 0; state.residual > CLOSE && round < MOST_ROUNDS; round++) {
		const searched = lineSearch(engine, equations, state.point);
		iterations += searched.evaluations;
		const { dual, resolvent } = searched.point.field;
		const next = resolvent && resolventOf(engine, searched.point);
		const moved = next
			? matrix(
					next.rows,
					next.rows,
					next.data.map((x, k) => FRACTION * x + (1 - FRACTION) * resolvent.data[k]!),
				)
			: resolvent;
		const field = { dual, resolvent: moved };
		state = stateOf(engine, equations, next ? equations.at(field) : searched.point);
		iterations++;
	}
	let best = state;
	let mix = andersonMixing(engine);
	const scale = scalesOf(state.point.field);
	for (let step = 0; best.residual > accuracy && best.residual <= CLOSE && step < MOST_STEPS; step++) {
		if (state.residual > GROWTH * best.residual) {
			state = best;
			mix = andersonMixing(engine);
		}
		const { whole } = state;
		if (whole === undefined) break;
		const x = packed(state.point.field, scale);
		const mixed = mix(
			x,
			packed(whole, scale).map((value, k) => value - x[k]!),
			1,
		);
		state = stateOf(engine, equations, equations.at(unpacked(mixed, state.point.field, scale)));
		iterations++;
		if (!(state.residual < Number.POSITIVE_INFINITY)) break;
		if (state.residual < best.residual) best = state;
	}
	const { point, residual } = best;
	return { point, converged: residual <= accepted, iterations, residual };
}

/** A point with the field that a whole Newton step and (16) lead to. */
interface State {
	readonly point: AdaptivePoint;
	readonly whole: DualField | undefined;
	readonly residual: number;
}

function stateOf(engine: Engine, { problem }: AdaptiveEquations, point: AdaptivePoint): State {
	const factor = point.factor();
	const { field } = point;
	if (factor === undefined) return { point, whole: undefined, residual: Number.POSITIVE_INFINITY };
	const step = choleskySolve(engine, factor, matrixFromColumn(point.residual)).data;
	const resolvent = field.resolvent && resolventOf(engine, point);
	const scale = norm(problem.targets);
	const change =
		resolvent && field.resolvent
			? norm(resolvent.data.map((x, k) => x - field.resolvent!.data[k]!)) / norm(resolvent.data)
			: 0;
	return {
		point,
		whole: { dual: field.dual.map((x, a) => x - step[a]!), resolvent },
		// Targets of zero leave Delta = 0.
		residual: Math.max(scale === 0 ? 0 : norm(point.residual) / scale, change),
	};
}

/** The first of the halved Newton steps at fixed R that decreases the action enough; the point itself where rounding hides it. */
function lineSearch(engine: Engine, equations: AdaptiveEquations, point: AdaptivePoint) {
	const factor = point.factor();
	if (factor === undefined) return { point, evaluations: 0 };
	const { dual, resolvent } = point.field;
	const step = choleskySolve(engine, factor, matrixFromColumn(point.residual.map((x) => -x))).data;
	const slope = dot(point.residual, step);
	let evaluations = 0;
	for (let length = 1; length >= SHORTEST; length /= 2) {
		const next = equations.at({ dual: combine(dual, length, step), resolvent });
		evaluations++;
		if (next.action <= point.action + ARMIJO * length * slope) return { point: next, evaluations };
		// Near the minimum the action changes by less than its rounding, and only its gradient shows the progress.
		if (length === 1 && norm(next.residual) < norm(point.residual) / 2) return { point: next, evaluations };
	}
	return { point, evaluations };
}

/** |Delta| and |R|, so that both weigh the same in the extrapolation. */
interface Scales {
	readonly dual: number;
	readonly resolvent: number;
}

function scalesOf({ dual, resolvent }: DualField): Scales {
	return { dual: norm(dual) || 1, resolvent: resolvent ? norm(resolvent.data) : 1 };
}

function packed({ dual, resolvent }: DualField, scales: Scales): Float64Array {
	const P = dual.length;
	const result = new Float64Array(P + (resolvent?.data.length ?? 0));
	result.set(dual.map((x) => x / scales.dual));
	if (resolvent)
		result.set(
			resolvent.data.map((x) => x / scales.resolvent),
			P,
		);
	return result;
}

function unpacked(x: Float64Array, { dual, resolvent }: DualField, scales: Scales): DualField {
	const P = dual.length;
	return {
		dual: x.slice(0, P).map((value) => value * scales.dual),
		resolvent:
			resolvent &&
			matrix(
				P,
				P,
				x.slice(P).map((value) => value * scales.resolvent),
			),
	};
}
