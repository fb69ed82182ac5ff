/** How far the numbers of the sweep can be trusted, and why some are not there. */
import type { ValidityNote } from "../../answer/answer.ts";
import type { TheoryAnswer } from "../../experiments/theory-choice.ts";
import type { RegimeStep, RegimesResults } from "./results.ts";

/** With the notes of every theory where it is furthest from the infinite-width limit, at the largest exponent. */
export function validityNotes(
	{ problem: { trainPoints }, width }: RegimesResults,
	steps: readonly RegimeStep[],
): ValidityNote[] {
	return [
		{
			name: "P/N",
			value: trainPoints / width,
			message: `${trainPoints} points and ${width} units: theories leave out terms of this order in the standard scaling`,
		},
		...steps
			.slice(-1)
			.flatMap(({ exponent, answers }) => answers.flatMap((answer) => notesOf(exponent, answer))),
	];
}

function notesOf(exponent: number, { label, answer }: TheoryAnswer): ValidityNote[] {
	return (answer?.validity ?? []).map(({ name, value, message }) => ({
		name: `${label}: ${name}`,
		value,
		message: `${label} at gamma = ${exponent}: ${message}`,
	}));
}

/** @param noDirection why there is no direction */
export function absentReasons(
	{ theories, sampled }: RegimesResults,
	noDirection: string | undefined,
): Record<string, string> {
	if (noDirection !== undefined) return { weightAlignment: noDirection, meanAlignment: noDirection };
	const without = theories
		.filter(
			({ points }) =>
				points.length > 0 && points.every(({ weightAlignment }) => weightAlignment === undefined),
		)
		.map(({ label }) => label);
	return {
		...(without.length > 0 && {
			weightAlignment: `no covariance of the weights from ${without.join(", ")}`,
		}),
		...(sampled.every(({ meanAlignment }) => meanAlignment === undefined) && {
			meanAlignment:
				"wanted one output and test points that span all inputs, as many as there are inputs at least, and a first layer that reads whole inputs",
		}),
	};
}
