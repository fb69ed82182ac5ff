import type { AnalysisAnswer, AnalysisTable } from "../analysis.ts";
import type { RegimesOptions } from "./options.ts";
import type { RegimesResults } from "./results.ts";

export type RegimesAnswer = AnalysisAnswer<RegimesOptions, RegimesResults>;

/** A line for each exponent and theory, then the noise floors and the alignments of the sampled network. */
export function regimesTable({ options: { sampling }, results }: RegimesAnswer): AnalysisTable {
	const { sampled, theories } = results;
	return {
		columns: [
			"exponent",
			"answer",
			"meanError",
			"varianceError",
			"kernelError",
			"weightAlignment",
			"meanAlignment",
			"reason",
		],
		rows: sampled.flatMap(({ exponent, noiseFloor, weightAlignment, meanAlignment, ...network }) => [
			...theories.map(({ label, points, missing }) => {
				const at = points.find((point) => point.exponent === exponent);
				return [
					exponent,
					label,
					at?.mean?.relative ?? "",
					at?.variance?.relative ?? "",
					at?.kernel?.relative ?? "",
					at?.weightAlignment ?? "",
					at?.meanAlignment ?? "",
					missing.find((one) => one.exponent === exponent)?.reason ?? "",
				];
			}),
			[
				exponent,
				`sampled (${sampling.sampler})`,
				"",
				"",
				"",
				weightAlignment ?? "",
				meanAlignment ?? "",
				network.converged ? "" : "chains not converged",
			],
			[
				exponent,
				"standard error",
				noiseFloor.mean ?? "",
				noiseFloor.variance ?? "",
				noiseFloor.kernel ?? "",
				network.weightAlignmentStandardError ?? "",
				network.meanAlignmentStandardError ?? "",
				"",
			],
		]),
	};
}
