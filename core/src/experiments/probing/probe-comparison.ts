import type { Engine } from "@finitude/engine";
import { alignment } from "../../probes/alignment.ts";
import { cka } from "../../probes/cka.ts";
import { effectiveRank } from "../../probes/effective-rank.ts";
import type { Probe } from "../../probes/probe.ts";
import { spectrum } from "../../probes/spectrum.ts";
import type { Problem } from "../../problem/problem.ts";
import { orReason } from "../or-reason.ts";
import { type ProbedExperiment, type ProbingInput, probeExperiment } from "./probe-experiment.ts";

/** Spectra of larger kernels, 64 times over for their errors, would take longer than a comparison should wait. */
const SPECTRA_LIMIT = 200;

function comparisonProbes({ trainInputs }: Problem): readonly Probe[] {
	return trainInputs.rows > SPECTRA_LIMIT ? [alignment, cka] : [alignment, cka, effectiveRank, spectrum];
}

/** Of the quantities of a compared probing, those that a short text shows. */
export const comparisonQuantities: ReadonlySet<string> = new Set([
	"centeredAlignment",
	"priorCka",
	"effectiveRank",
]);

/**
 * What every comparison shows of learning: alignment and CKA, and up to 200 points effective rank and spectrum, of kernels that
 * it has anyway. Or the sentence that says why there is nothing: the prior has no kernels.
 */
export function probeComparison(
	engine: Engine,
	input: Omit<ProbingInput, "probes" | "seed">,
): ProbedExperiment | string {
	// No probe here looks at drawn networks.
	return orReason(() =>
		probeExperiment(engine, { ...input, probes: comparisonProbes(input.problem), seed: 0 }),
	);
}
