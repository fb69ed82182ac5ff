import type { ValidityNote } from "../../answer/answer.ts";
import { type GapOptions, samplesOf } from "./options.ts";

/** Below this many samples a feature, measured gaps of ReLU features without a ridge exceeded the Gaussian formula. */
const NEAR_INTERPOLATION = 2;

/** What the formulas assume, in numbers. @param features N_out, those with a positive eigenvalue */
export function validityNotes(features: number, given: GapOptions): ValidityNote[] {
	const samples = samplesOf(given);
	const ratio = Math.min(...samples.map((one) => one / features));
	const dropped = (given.spectrum?.length ?? features) - features;
	return [
		{
			name: "P",
			value: Math.min(...samples),
			message: `${Math.min(...samples)} samples at the fewest: the formulas are those of Gaussian features and many samples, not a theorem at finite P`,
		},
		...(given.ridge === 0 && ratio <= NEAR_INTERPOLATION && ratio > 1 / NEAR_INTERPOLATION
			? [
					{
						name: "P/N_out",
						value: ratio,
						message: `${ratio.toPrecision(3)} samples a feature without a ridge: real features near interpolation exceed the errors of Gaussian ones by up to 10 %`,
					},
				]
			: []),
		...(dropped > 0
			? [
					{
						name: "features without variance",
						value: dropped,
						message: `${dropped} of ${given.spectrum!.length} eigenvalues are 0 and left out: N_out = ${features}`,
					},
				]
			: []),
	];
}
