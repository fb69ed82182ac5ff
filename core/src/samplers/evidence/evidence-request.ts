import { InputError } from "../../errors.ts";
import { parseWith } from "../../problem/faults.ts";
import { findSampler } from "../registry.ts";
import type { SamplingSettings } from "../sampler.ts";

/**
 * Numbers to be stored of each draw for the log evidence; 0 where it is not asked for.
 * @throws InputError for unknown samplers and options, and where the sampler cannot estimate the evidence that is asked for.
 */
export function evidenceNumbers({ sampler: id, options, evidence }: SamplingSettings): number {
	if (evidence !== true) return 0;
	const sampler = findSampler(id, "sampling.sampler");
	if (sampler.evidence) {
		return sampler.evidence.numbersPerDraw(parseWith(sampler.options, options ?? {}, "sampling.options"));
	}
	throw new InputError({
		where: "sampling.evidence",
		wanted: "a sampler that estimates the log evidence",
		got: id,
		sentence: `${id} does not estimate the log evidence; hmc and importance do. Choose one of them, or leave evidence out.`,
	});
}
