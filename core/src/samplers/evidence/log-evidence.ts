/** The log evidence from chains that are ladders of replicas between posterior and prior. */
import type { ValidityNote } from "../../answer/answer.ts";
import { mean, pooled } from "../../diagnostics/moments.ts";
import type { Problem } from "../../problem/problem.ts";
import type { ChainResult } from "../chain-result.ts";
import { standardErrorOfMean } from "../point-estimates.ts";
import { findSampler } from "../registry.ts";
import type { SamplingSettings } from "../sampler.ts";
import { readRecord, recordSize } from "../tempering/rung-record.ts";
import { bridgeSeries } from "./bridge.ts";
import { pathIntegral } from "./path-integral.ts";

interface Estimate {
	readonly value: number;
	readonly standardError: number;
}

/** log p(Y), and how it was checked. */
export interface LogEvidence extends Estimate {
	/** One series a chain, whose pooled mean is the value. */
	readonly series: readonly Float64Array[];
	readonly notes: readonly ValidityNote[];
}

/**
 * log p(Y) = -(P D / 2) log(2 pi kappa) + log Z_1, with Z_beta the prior mean of exp(-U_beta) over the hidden weights and Z_0 = 1:
 * the sum over neighbouring rungs of log(Z_i / Z_{i+1}).
 *
 * The estimate bridges each pair by Bennett's acceptance ratio: it has a Monte-Carlo error and no other. Beside it, as a note,
 * stands thermodynamic integration from rung to rung over the same draws, with its quadrature error. The readout is integrated
 * out in closed form at every noise, so that only the hidden weights' change from rung to rung is left to both.
 *
 * Absent, with the reason, where no ladder was recorded or a pair of rungs cannot be connected.
 */
export function logEvidence(
	problem: Problem,
	{ sampler }: Pick<SamplingSettings, "sampler">,
	chains: readonly ChainResult[],
	draws: number,
): LogEvidence | { readonly absent: string } {
	const ladders = chains.flatMap(({ rungs }) => (rungs === undefined ? [] : [rungs]));
	if (ladders.length < chains.length) {
		return {
			absent: findSampler(sampler).evidence
				? "estimated on request only: use --evidence"
				: `${sampler} does not estimate it; hmc does, with --evidence`,
		};
	}
	const { noiseVariance, trainTargets } = problem;
	const normalization = -(trainTargets.data.length / 2) * Math.log(2 * Math.PI * noiseVariance);
	const pairs = chains.map(({ rungs, ladder }) => pairSeries(rungs!, ladder!.powers.length, draws));
	const joined = (estimateOf: (x: Float64Array, y: Float64Array) => Float64Array) =>
		pairs.map((ofChain) =>
			summed(
				ofChain.map(([x, y]) => estimateOf(x, y)),
				normalization,
				draws,
			),
		);
	if (pairs.flat(2).some((series) => !series.every(Number.isFinite))) {
		return { absent: "a kernel could not be factorized at the noise of the next rung: raise noiseVariance" };
	}
	const series = joined(bridgeSeries);
	if (!series.every((values) => values.every(Number.isFinite))) {
		return { absent: "the draws of neighbouring rungs do not overlap: use more replicas (--temper)" };
	}
	const bridge = estimate(series);
	const corrected = estimate(joined((x, y) => pathIntegral(x, y).corrected));
	const trapezoidal = estimate(joined((x, y) => pathIntegral(x, y).trapezoidal));
	return { ...bridge, series, notes: [integrationNote(bridge, corrected, trapezoidal)] };
}

function estimate(series: readonly Float64Array[]): Estimate {
	return { value: mean(pooled(series)), standardError: standardErrorOfMean(series) };
}

/** For each pair of neighbouring rungs the series of energy differences, upward and downward. */
function pairSeries(records: Float64Array, rungs: number, draws: number): [Float64Array, Float64Array][] {
	const size = recordSize(rungs);
	const read = Array.from({ length: draws }, (_, t) =>
		readRecord(records.subarray(t * size, (t + 1) * size)),
	);
	return Array.from({ length: rungs - 1 }, (_, pair) => [
		Float64Array.from(read, ({ upward }) => upward[pair]!),
		Float64Array.from(read, ({ downward }) => downward[pair]!),
	]);
}

function summed(series: readonly Float64Array[], constant: number, draws: number): Float64Array {
	const sum = new Float64Array(draws).fill(constant);
	for (const values of series) for (let t = 0; t < draws; t++) sum[t]! += values[t]!;
	return sum;
}

function integrationNote(bridge: Estimate, corrected: Estimate, trapezoidal: Estimate): ValidityNote {
	const figure = (x: number) => x.toPrecision(2);
	return {
		name: "thermodynamic integration",
		value: corrected.value,
		message:
			`The log evidence by thermodynamic integration over the same rungs is ${corrected.value.toPrecision(6)}: standard error ` +
			`${figure(corrected.standardError)}, quadrature error below about ${figure(Math.abs(corrected.value - trapezoidal.value))} ` +
			`(the difference of two rules). It differs by ${figure(corrected.value - bridge.value)} from logEvidence, which bridges the ` +
			"rungs without quadrature.",
	};
}
