import { parseWith } from "../problem/faults.ts";
import type { ChainResult } from "./chain-result.ts";
import { findSampler } from "./registry.ts";
import type { SamplingSettings } from "./sampler.ts";

/**
 * The settings of a second run that shows the bias of the sampler of a first one; undefined for samplers that are exact. Run
 * its chains too, combine them, and compare the two answers with `stepSizeBias`.
 * @throws InputError when the settings name an unknown sampler or option.
 */
export function biasRun(
	settings: SamplingSettings,
	chains: readonly ChainResult[],
): SamplingSettings | undefined {
	const sampler = findSampler(settings.sampler, "sampling.sampler");
	const options = parseWith(sampler.options, settings.options ?? {}, "sampling.options");
	return sampler.biasRun?.(settings, chains, options);
}
