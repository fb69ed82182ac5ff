/** The scale of the kernel of a linear network with one output, whatever equation gives it. */
import { type Matrix, matrix } from "@finitude/engine";
import type { Convergence } from "../../../answer/answer.ts";
import type { Modes } from "../../kernel-rescaling/modes.ts";
import { requireStationaryPoint, rescaleByScan, scalarAction } from "../../kernel-rescaling/scalar-action.ts";
import type { MultiScaleOptions } from "../options.ts";
import { findOneLoopRoots } from "./one-loop.ts";

/** K0 and the targets in the eigenbasis of K0, and the widths N_1 ... N_L. */
export interface ScaleProblem {
	readonly modes: Modes;
	/** y in the coordinates of the modes. */
	readonly targets: Float64Array;
	readonly widths: readonly number[];
}

export interface ScaleRoot {
	/** t. */
	readonly scale: number;
	/** u_1 ... u_L; not of one-loop, which has none of its own. */
	readonly layerScales?: readonly number[];
	/** Every root ascending, rows (t, A(t) - lowest A); one-loop, which has no action: rows (t). */
	readonly roots: Matrix;
	/** Of the lowest minimum beside the chosen one: A above that of the chosen one. */
	readonly nextMinimum?: number;
	/** Var log t, equation (11); not of one-loop, and not where t is no minimum of the action. */
	readonly logScaleVariance?: number;
	readonly convergence: Convergence;
}

/** Where (9) has no admissible root. */
export interface NoRoot {
	readonly smallestResidual: number;
}

/**
 * Equations (7)-(9) of docs/theories/multi-scale.md. Of several roots of (7) and (8) the one with the lowest action (9a) is
 * chosen, of several of (9) the largest.
 */
export function findScale(
	{ modes, targets, widths }: ScaleProblem,
	variant: MultiScaleOptions["variant"],
): ScaleRoot | NoRoot {
	if (variant === "one-loop") return oneLoopScale({ modes, targets, widths });
	const narrowest = Math.min(...widths);
	const terms = { logDeterminant: variant === "self-consistent" };
	if (terms.logDeterminant && modes.noise.every((noise) => noise === 0))
		requireStationaryPoint(targets, narrowest);
	const { chosen, all, convergence } = rescaleByScan(modes, targets, widths, terms);
	const u = Math.log(chosen.scales[widths.indexOf(narrowest)]!);
	const { logScaleVariance } = scalarAction(modes, targets, widths, u, terms);
	// The action of the scan is 2 A.
	const above = all.map(({ action }) => (action - chosen.action) / 2);
	const lowest = Math.min(...above);
	const others = all.flatMap((point, k) =>
		point !== chosen && point.logCurvature !== undefined ? [above[k]!] : [],
	);
	return {
		scale: chosen.scale,
		layerScales: chosen.scales,
		roots: matrix(
			all.length,
			2,
			Float64Array.from(all.flatMap(({ scale }, k) => [scale, above[k]! - lowest])),
		),
		...(others.length > 0 && { nextMinimum: Math.min(...others) }),
		...(logScaleVariance !== undefined && { logScaleVariance }),
		convergence,
	};
}

function oneLoopScale(problem: ScaleProblem): ScaleRoot | NoRoot {
	const { roots, smallestResidual } = findOneLoopRoots(problem);
	const chosen = roots.at(-1);
	if (chosen === undefined) return { smallestResidual };
	return {
		scale: chosen.scale,
		roots: matrix(
			roots.length,
			1,
			Float64Array.from(roots, ({ scale }) => scale),
		),
		convergence: { converged: true, iterations: chosen.iterations, residual: chosen.residual },
	};
}
