import type { Convergence } from "../../answer/answer.ts";

/** A stationary point of the action. */
export interface StationaryPoint {
	/** Q, or the product of those of all layers: the factor of the kernel (of its fluctuating part, with the mean term). */
	readonly scale: number;
	/** Q of each layer, first hidden layer first. */
	readonly scales: readonly number[];
	/** c: the factor of the mean part, with the mean term. */
	readonly meanScale?: number;
	/** The exponent: e^{-action/2}. N times the action S of one layer, S_tot of several. */
	readonly action: number;
	/** log of the one-loop factor's argument: log S'' or log(-det H); undefined where it is not positive, that is, where
	 * the point does not dominate an integral. */
	readonly logCurvature?: number;
	/** Largest absolute residual of the stationarity equations. */
	readonly residual: number;
	/** That residual in units of their largest terms; at least 1 where Newton's method would still move away. */
	readonly relativeResidual: number;
	readonly iterations: number;
}

/** All stationary points found, ascending in scale, and the one that the answer uses. */
export interface SaddlePoint {
	readonly chosen: StationaryPoint;
	readonly all: readonly StationaryPoint[];
	/** e^{-(S_2 - S_1)/2}, S the exponents, of the next point that could dominate, where there is one. */
	readonly neglectedWeight?: number;
	readonly convergence: Convergence;
}

/** Relative to the largest terms of the equations: rounding leaves about 1e-15 times sqrt(P). */
const RESIDUAL_TOLERANCE = 1e-9;

/**
 * The point of lowest action among those that can dominate.
 *
 * @param candidates at least one
 */
export function chooseSaddlePoint(candidates: readonly StationaryPoint[]): SaddlePoint {
	const solved = candidates.filter(({ relativeResidual }) => relativeResidual <= RESIDUAL_TOLERANCE);
	if (solved.length === 0) {
		const chosen = candidates.reduce((a, b) => (b.relativeResidual < a.relativeResidual ? b : a));
		return { chosen, all: [chosen], convergence: convergenceOf(chosen, false) };
	}
	const all = [...solved].sort((a, b) => a.scale - b.scale);
	const dominant = all.filter(({ logCurvature }) => logCurvature !== undefined);
	const ranked = (dominant.length > 0 ? dominant : all).toSorted((a, b) => a.action - b.action);
	const [chosen, next] = [ranked[0]!, ranked[1]];
	return {
		chosen,
		all,
		...(next && { neglectedWeight: Math.exp(-0.5 * (next.action - chosen.action)) }),
		convergence: convergenceOf(chosen, true),
	};
}

function convergenceOf({ iterations, residual }: StationaryPoint, converged: boolean): Convergence {
	return {
		converged,
		iterations,
		residual,
		...(!converged && {
			advice:
				"No stationary point was found: the targets and the kernel differ by many orders of magnitude, or the layer is too narrow for this theory; rescale the targets or the weight variances.",
		}),
	};
}
