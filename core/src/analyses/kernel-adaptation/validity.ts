/** How far the numbers of a sweep can be trusted, and why some are not there. */
import type { ValidityNote } from "../../answer/answer.ts";
import type { TheoryAnswer } from "../../experiments/theory-choice.ts";
import type { AdaptationResults } from "./results.ts";

/** @param narrowest the theories' answers at the smallest width, where their approximations are worst */
export function validityNotes(
	{ problem, widths, infiniteWidth }: AdaptationResults,
	narrowest: readonly TheoryAnswer[],
): ValidityNote[] {
	const points = problem.trainPoints;
	const { emergentScale, crossoverWidth } = infiniteWidth[0]!;
	return [
		{
			name: "P/N",
			value: points / widths[0]!,
			message: `${points} points and at the fewest ${widths[0]} units: theories leave out terms of this order`,
		},
		{
			name: "emergentScale",
			value: emergentScale,
			message: `at the smallest width: the infinite-width limit holds for widths far above ${emergentScale.toPrecision(3)}, and kernels change by an amount of order one at a width of about ${crossoverWidth.toPrecision(3)}`,
		},
		...narrowest.flatMap(({ label, answer }) =>
			(answer?.validity ?? []).map(({ name, value, message }) => ({
				name: `${label}: ${name}`,
				value,
				message: `${label} at width ${widths[0]}: ${message}`,
			})),
		),
	];
}

export function absentReasons(
	{ theories, sampled, kernels }: AdaptationResults,
	wanted: boolean,
	noDirection: string | undefined,
): Record<string, string> {
	const without = theories
		.filter(({ points }) => points.length > 0 && points.every(({ eigenvalues }) => eigenvalues === undefined))
		.map(({ label }) => label);
	return {
		...(wanted ? {} : { sampled: "sampling is false: no network was sampled" }),
		...(wanted && sampled === undefined ? { sampled: "interrupted before there were enough draws" } : {}),
		...(without.length > 0 && {
			eigenvalues: `no covariance of the first layer's weights from ${without.join(", ")}`,
		}),
		...(noDirection !== undefined && { alignment: noDirection }),
		...(kernels === undefined && { kernels: "kernelsAt is false: no kernels were kept" }),
		...(kernels !== undefined && kernels.theory === undefined
			? { adapted: `no theory gives the kernels at width ${kernels.width}` }
			: {}),
	};
}
