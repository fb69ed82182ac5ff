/** What the equivalent linear model is asked and what it says. */
import { z } from "zod";
import type { AnalysisAnswer, AnalysisTable } from "../analysis.ts";

const ratio = z.number("a finite number of at least 0").nonnegative("a finite number of at least 0");

export const options = z.strictObject({
	samplesPerInput: z
		.union(
			[ratio, z.array(ratio).min(1, "a list of at least one number")],
			"a finite number of at least 0, or a list of them",
		)
		.describe("P/d, the number of training points over that of inputs; a list gives a curve."),
});

export type EquivalentOptions = z.output<typeof options>;

/** Of a list of ratios, errors are lists too. */
export interface EquivalentResults {
	/** "dense erf", from the inputs up. */
	readonly layers: readonly string[];
	readonly noiseVariance: number;
	/** rho^2. */
	readonly linearPower: number;
	/** eps. */
	readonly nonlinearPower: number;
	/** m. */
	readonly linearError: number | readonly number[];
	/** m + eps, against the noise-free target. */
	readonly testError: number | readonly number[];
}

/** The values of P/d, one or several. */
export function ratiosOf({ samplesPerInput }: EquivalentOptions): readonly number[] {
	return typeof samplesPerInput === "number" ? [samplesPerInput] : samplesPerInput;
}

/** One line for each P/d. */
export function equivalentTable({
	options: given,
	results,
}: AnalysisAnswer<EquivalentOptions, EquivalentResults>): AnalysisTable {
	const list = (values: number | readonly number[]) => (typeof values === "number" ? [values] : values);
	return {
		columns: ["samplesPerInput", "linearPower", "nonlinearPower", "linearError", "testError"],
		rows: ratiosOf(given).map((samplesPerInput, i) => [
			samplesPerInput,
			results.linearPower,
			results.nonlinearPower,
			list(results.linearError)[i]!,
			list(results.testError)[i]!,
		]),
	};
}
