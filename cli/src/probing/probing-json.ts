import { answerToJson, type Json, type ProbedExperiment, type ProbeQuantity } from "@finitude/core";

/** Without the moments, which are large, and the ranges of quantities, whose open ends JSON cannot hold. */
export function probingJson({ moments: _, probes, ...probing }: ProbedExperiment): Json {
	const withoutRange = ({ range: _, ...quantity }: ProbeQuantity) => quantity;
	return answerToJson({
		...probing,
		probes: probes.map(({ quantities, ...probe }) => ({
			...probe,
			quantities: quantities.map(withoutRange),
		})),
	});
}
