/** The log evidence from chains that are ladders of replicas between posterior and prior. */
import type { ValidityNote } from "../../answer/answer.ts";
import { mean, pooled } from "../../diagnostics/moments.ts";
import type { Problem } from "../../problem/problem.ts";
import type { ChainResult } from "../chain-result.ts";
import { standardErrorOfMean } from "../point-estimates.ts";
import type { LadderReport } from "../sampler.ts";
import { readRecord, recordSize } from "../tempering/rung-record.ts";
import { bridgeSeries } from "./bridge.ts";
import { parabolaWeights } from "./parabola-rule.ts";

/** log p(Y), and how it was checked. */
export interface LogEvidence {
	readonly value: number;
	readonly standardError: number;
	/** One series a chain, whose pooled mean is the value. */
	readonly series: readonly Float64Array[];
	readonly notes: readonly ValidityNote[];
}

interface Estimate {
	readonly value: number;
	readonly standardError: number;
}

/**
 * log p(Y) = -(P D / 2) log(2 pi kappa) + log Z_1, with Z_beta the prior mean of exp(-beta |Y - f|^2 / 2 kappa) and Z_0 = 1.
 *
 * The estimate is a chain of bridges, log Z_1 = sum over neighbouring rungs of log(Z_i / Z_{i+1}), each by Bennett's acceptance
 * ratio: no quadrature, no approximation but Monte Carlo. Beside it, as a note, stands thermodynamic integration over the
 * same draws, d log Z / d beta = -E_beta |Y - f|^2 / 2 kappa (Kirkwood 1935; Gelman and Meng 1998; Friel and Pettitt 2008),
 * with the conditional expectation of |Y - f|^2 given the hidden weights in closed form and the path coordinate of the
 * ladder as variable, and its quadrature error.
 *
 * Absent, with the reason, where no ladder was recorded or neighbouring rungs do not overlap.
 */
export function logEvidence(
	problem: Problem,
	chains: readonly ChainResult[],
	draws: number,
): LogEvidence | { readonly absent: string } {
	if (chains.some(({ rungs, ladder }) => rungs === undefined || ladder === undefined)) {
		return { absent: "estimated on request only, by hmc: use --evidence" };
	}
	const { noiseVariance, trainTargets } = problem;
	const normalization = -(trainTargets.data.length / 2) * Math.log(2 * Math.PI * noiseVariance);
	const series = chains.map((chain) => bridged(chain, draws, normalization));
	const complete = series.filter((values) => values !== undefined);
	if (complete.length < series.length) {
		return { absent: "the draws of neighbouring rungs do not overlap: use more replicas (--temper)" };
	}
	const bridge = estimate(complete);
	const integrals = (nodes: NodeChoice) =>
		estimate(chains.map((chain) => integrated(chain, draws, normalization, nodes)));
	const all = integrals((nodes) => nodes);
	const alternate = integrals((nodes, last) => nodes.filter((i) => i % 2 === 0 || i === last));
	return {
		...bridge,
		series: complete,
		notes: [integrationNote(bridge, all, alternate, chains[0]!.ladder!)],
	};
}

function estimate(series: readonly Float64Array[]): Estimate {
	return { value: mean(pooled(series)), standardError: standardErrorOfMean(series) };
}

/** One part of the records of all draws as series: entry i of the part, followed through the chain. */
function recordedSeries(chain: ChainResult, draws: number) {
	const size = recordSize(chain.ladder!.powers.length);
	const records = Array.from({ length: draws }, (_, t) =>
		readRecord(chain.rungs!.subarray(t * size, (t + 1) * size)),
	);
	return (part: "upward" | "downward" | "slopes", i: number) =>
		Float64Array.from(records, (record) => record[part][i]!);
}

function bridged(chain: ChainResult, draws: number, normalization: number): Float64Array | undefined {
	const series = recordedSeries(chain, draws);
	const sum = new Float64Array(draws).fill(normalization);
	for (let pair = 0; pair < chain.ladder!.powers.length - 1; pair++) {
		const bridge = bridgeSeries(series("upward", pair), series("downward", pair));
		if (bridge === undefined) return undefined;
		for (let t = 0; t < draws; t++) sum[t]! += bridge[t]!;
	}
	return sum;
}

/** Which of the rungs 0 .. last a rule uses. */
type NodeChoice = (nodes: readonly number[], last: number) => readonly number[];

function integrated(
	chain: ChainResult,
	draws: number,
	normalization: number,
	choose: NodeChoice,
): Float64Array {
	const { powers, range } = chain.ladder!;
	const series = recordedSeries(chain, draws);
	const rungs = choose([...powers.keys()], powers.length - 1);
	// theta = log(1 + g beta) and d beta / d theta = beta + 1 / g, from the posterior down to the prior.
	const weights = parabolaWeights(rungs.map((i) => Math.log1p(range * powers[i]!)));
	const sum = new Float64Array(draws).fill(normalization);
	rungs.forEach((rung, node) => {
		const weight = weights[node]! * (powers[rung]! + 1 / range);
		series("slopes", rung).forEach((slope, t) => {
			sum[t]! += weight * slope;
		});
	});
	return sum;
}

function integrationNote(
	bridge: Estimate,
	all: Estimate,
	alternate: Estimate,
	{ powers }: LadderReport,
): ValidityNote {
	const figure = (x: number) => x.toPrecision(2);
	const quadrature =
		powers.length > 2 ? `, quadrature error about ${figure(Math.abs(all.value - alternate.value))}` : "";
	return {
		name: "thermodynamic integration",
		value: all.value,
		message:
			`The log evidence by integrating the mean of log p(Y | f) over the same ${powers.length} rungs: ` +
			`standard error ${figure(all.standardError)}${quadrature}. ` +
			`It differs by ${figure(all.value - bridge.value)} from logEvidence, which is bridged from rung to rung and has no quadrature error.`,
	};
}
