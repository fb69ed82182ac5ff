import type { Convergence, ValidityNote } from "../../answer/answer.ts";
import type { ContinuumScale } from "./continuum-scale.ts";
import type { OptimalScale } from "./optimal-scale.ts";

/** Of everything that was solved. */
export function convergenceOf(
	optima: readonly OptimalScale[],
	continuum: ContinuumScale | undefined,
): Convergence {
	const outside = optima.filter(({ found }) => !found);
	const faults = [
		...outside.map(
			({ depth, scale }) =>
				`At L = ${depth} the response still grows at rho = ${scale}, where the scan or the range of computable covariances ends: this bound is given, not an optimum.`,
		),
		...(continuum === undefined || continuum.found
			? []
			: [
					`No optimum up to s = ${continuum.depthTimesScaleSquared} in the deep limit: the response of this activation still grows there.`,
				]),
	];
	const solved = [...optima, ...(continuum === undefined ? [] : [continuum])];
	return {
		converged: faults.length === 0,
		iterations: Math.max(0, ...solved.map(({ iterations }) => iterations)),
		residual: Math.max(0, ...solved.map(({ residual }) => residual)),
		...(faults.length > 0 && { advice: faults.join(" ") }),
	};
}

/** That the width is infinite, and where no branch would be best. */
export function validityNotes(
	optima: readonly OptimalScale[],
	continuum: ContinuumScale | undefined,
): ValidityNote[] {
	const atZero =
		optima.some(({ found, scale }) => found && scale === 0) ||
		(continuum?.found === true && continuum.depthTimesScaleSquared === 0);
	return [
		{
			name: "infinite width",
			value: "assumed",
			message:
				"covariances and responses of a residual network of infinite width; the response says nothing of how well a network of finite width trains",
		},
		...(atZero
			? [
					{
						name: "optimal scale",
						value: 0,
						message:
							"rho* = 0: the first covariance already lies beyond the optimum, and every residual branch lowers the response",
					},
				]
			: []),
	];
}
