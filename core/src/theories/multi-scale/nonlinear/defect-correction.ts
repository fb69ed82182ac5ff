/** The equations on many nodes, solved by those on a few of them. */
import { choleskyFactor, dot, type Engine, type Matrix, matrix, plus, plusDiagonal } from "@finitude/engine";
import type { AdaptiveEquations, AdaptivePoint } from "./adaptive-equations.ts";
import type { DualField } from "./adaptive-unit.ts";
import { type AdaptiveSolution, solveAdaptive } from "./solve-adaptive.ts";

/** Evaluations of the equations on many nodes at most, and the factor by which each is to lower the residual. */
const [MOST_CORRECTIONS, PROGRESS] = [8, 0.5];

/** The few nodes are solved to this fraction of the residual on the many. */
const FRACTION = 0.02;

/**
 * Defect correction: the equations on few nodes, shifted by what they differ from those on many nodes at the present field, are
 * solved for the next one. The error falls at each evaluation by the relative difference of the two Jacobians, a few percent.
 * Where it falls too slowly, the equations on many nodes are solved by themselves.
 *
 * @param few the equations on a few nodes, whose solution the start is
 */
export function solveByFewer(
	engine: Engine,
	many: AdaptiveEquations,
	few: AdaptiveEquations,
	start: DualField,
	accuracy: number,
	accepted: number,
): AdaptiveSolution {
	let field = start;
	let iterations = 0;
	let before = Number.POSITIVE_INFINITY;
	for (let k = 0; k < MOST_CORRECTIONS; k++) {
		// Without an accuracy nothing but the residual is computed, except far from the solution.
		const here = solveAdaptive(engine, many, field, Number.POSITIVE_INFINITY);
		iterations += here.iterations;
		const { residual, point } = here;
		if (residual <= accuracy) return { ...here, converged: true, iterations };
		if (residual > PROGRESS * before) break;
		before = residual;
		field = point.field;
		const shifted = shiftedEquations(engine, few, few.at(field), point);
		field = solveAdaptive(engine, shifted, field, FRACTION * residual).point.field;
	}
	const rest = solveAdaptive(engine, many, field, accuracy, accepted);
	return { ...rest, iterations: iterations + rest.iterations };
}

/** Equations whose mean and Q are those of `to` where `from` was evaluated. */
function shiftedEquations(
	engine: Engine,
	equations: AdaptiveEquations,
	from: AdaptivePoint,
	to: AdaptivePoint,
): AdaptiveEquations {
	const meanShift = to.mean.map((x, a) => x - from.mean[a]!);
	const [Q, other] = [to.fluctuation(), from.fluctuation()];
	const shift = matrix(
		Q.rows,
		Q.rows,
		Q.data.map((x, k) => x - other.data[k]!),
	);
	const { noiseVariance } = equations.problem;
	return {
		...equations,
		at(field) {
			const point = equations.at(field);
			let fluctuation: Matrix | undefined;
			const fluctuationOf = () => {
				fluctuation ??= plus(point.fluctuation(), shift);
				return fluctuation;
			};
			return {
				...point,
				action: point.action + dot(meanShift, field.dual),
				mean: point.mean.map((x, a) => x + meanShift[a]!),
				residual: point.residual.map((x, a) => x + meanShift[a]!),
				fluctuation: fluctuationOf,
				factor() {
					const result = choleskyFactor(engine, plusDiagonal(fluctuationOf(), noiseVariance));
					return result.positiveDefinite ? result.factor : undefined;
				},
			};
		},
	};
}
