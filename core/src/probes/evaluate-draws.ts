/** Averages of probes over sampled networks and over networks drawn from the prior. */
import { type Engine, type RandomState, scoped } from "@finitude/engine";
import { MINIMUM_DRAWS } from "../diagnostics/diagnostic.ts";
import type { Estimate } from "../diagnostics/estimate.ts";
import { linearized } from "../diagnostics/linearized.ts";
import { mean, pooled, variance } from "../diagnostics/moments.ts";
import { InputError } from "../errors.ts";
import type { ChainResult } from "../samplers/chain-result.ts";
import { shortestLength } from "../samplers/combined-draws.ts";
import { relativeWeights } from "../samplers/draw-weights.ts";
import { standardErrorOfMean } from "../samplers/point-estimates.ts";
import { createPriorNetworks } from "../samplers/prior-networks.ts";
import { savedNetworks } from "../samplers/saved-networks.ts";
import { denseOnly } from "./dense-only.ts";
import type { AveragedReading, DrawProbe, ProbeContext, ProbedNetwork } from "./probe.ts";
import { createProbedNetworks } from "./probed-networks.ts";
import { createReadingStore, type ReadingSeries } from "./reading-series.ts";

/** What one probe says, averaged over networks. */
export interface AveragedProbe {
	/** Its id. */
	readonly probe: string;
	/** Networks that were looked at. */
	readonly networks: number;
	readonly readings: readonly AveragedReading[];
}

/**
 * Posterior means of probes over the saved networks of sampled chains, with Monte-Carlo standard errors that account for the
 * correlation of the draws (Vehtari et al. 2021, arXiv 1903.08008, section 3); importance weights of the draws are respected.
 *
 * @param probes that apply to the problem
 * @param chains with weights, of every draw or of draws 0, k, 2k, ... (`saveWeights`, `weightsEvery`); cut to the shortest one
 * @throws InputError for networks with layers that are not dense, chains without weights, and fewer than four networks a chain
 */
export function posteriorReadings(
	engine: Engine,
	probes: readonly DrawProbe[],
	context: ProbeContext,
	chains: readonly ChainResult[],
): AveragedProbe[] {
	refuseOthers(context);
	const draws = shortestLength(chains);
	const every = refuseUnsaved(chains, draws);
	const saved = chains.map((chain) => savedNetworks(chain, draws));
	const networks = saved[0]!.draws;
	const weights = thinnedWeights(chains, draws, every);
	return scoped(engine, () => {
		const looks = prepared(engine, probes, context, chains.length, networks);
		const run = createProbedNetworks(engine, context.problem);
		saved.forEach((chain, c) => {
			for (let t = 0; t < networks; t++) looks.look(c, t, run(chain, t));
		});
		return looks.averages(
			(entry) => {
				const series = linearized(entry, weights);
				return { value: mean(pooled(series)), standardError: standardErrorOfMean(series) };
			},
			(probe) => probe.recorded?.(chains, context) ?? [],
		);
	});
}

/**
 * Means of probes over networks drawn independently from the prior, with the standard errors of such means.
 *
 * @param probes that apply to the problem
 * @param networks how many, two at least
 * @param stream of the weights; advanced
 * @throws InputError for networks with layers that are not dense, RangeError for fewer than two networks
 */
export function priorReadings(
	engine: Engine,
	probes: readonly DrawProbe[],
	context: ProbeContext,
	{ networks, stream }: { readonly networks: number; readonly stream: RandomState },
): AveragedProbe[] {
	refuseOthers(context);
	if (!(Number.isSafeInteger(networks) && networks >= 2)) {
		throw new RangeError(`priorReadings: wanted at least 2 networks; got ${networks}.`);
	}
	return scoped(engine, () => {
		const looks = prepared(engine, probes, context, 1, networks);
		const draw = createPriorNetworks(engine, context.problem);
		const run = createProbedNetworks(engine, context.problem);
		for (let t = 0; t < networks; t++) looks.look(0, t, run(draw(stream), 0));
		return looks.averages(
			([series]) => ({
				value: mean(series!),
				standardError: Math.sqrt(variance(series!) / networks),
			}),
			(probe) => (probe.recorded ? predictedPrior(engine, probe, context) : []),
		);
	});
}

/** Every probe bound to the problem, with room for what it says. */
function prepared(
	engine: Engine,
	probes: readonly DrawProbe[],
	context: ProbeContext,
	chains: number,
	networks: number,
) {
	const looks = probes.map((probe) => ({
		probe,
		evaluate: probe.prepare(engine, context),
		store: createReadingStore(probe.id, chains, networks),
	}));
	return {
		look(chain: number, t: number, network: ProbedNetwork) {
			for (const { evaluate, store } of looks) store.add(chain, t, evaluate(network));
		},
		/** @param further what is not read network by network */
		averages: (
			average: (entry: readonly Float64Array[]) => Estimate,
			further: (probe: DrawProbe) => readonly AveragedReading[],
		): AveragedProbe[] =>
			looks.map(({ probe, store }) => ({
				probe: probe.id,
				networks: chains * networks,
				readings: [...further(probe), ...store.series().map((series) => averaged(series, average))],
			})),
	};
}

/** Numbers of the infinitely wide prior, which no draws have made. */
function predictedPrior(engine: Engine, probe: DrawProbe, context: ProbeContext): AveragedReading[] {
	return (probe.predict?.(engine, context.prior, context) ?? []).map((reading) =>
		"reason" in reading ? reading : { ...reading, values: Array.from(reading.values) },
	);
}

function averaged(
	series: ReadingSeries,
	average: (entry: readonly Float64Array[]) => Estimate,
): AveragedReading {
	if ("reason" in series) return series;
	const { quantity, layer, entries } = series;
	const estimates = entries.map(average);
	return {
		quantity,
		layer,
		values: estimates.map(({ value }) => value),
		standardErrors: estimates.map(({ standardError }) => standardError),
	};
}

function refuseOthers({ problem }: ProbeContext): void {
	const dense = denseOnly(problem);
	if (dense === true) return;
	throw new InputError({
		where: "network.layers",
		wanted: "dense layers",
		got: "others",
		sentence: dense,
	});
}

/** Importance weights of draws 0, k, 2k, ... over their mean; undefined when draws count alike. */
function thinnedWeights(
	chains: readonly ChainResult[],
	draws: number,
	every: number,
): Float64Array[] | undefined {
	const weights = relativeWeights(chains, draws)?.map((w) => w.filter((_, t) => t % every === 0));
	if (weights === undefined) return undefined;
	const average = mean(pooled(weights));
	return weights.map((w) => w.map((x) => x / average));
}

/** @returns k, where the chains have the weights of draws 0, k, 2k, ... */
function refuseUnsaved(chains: readonly ChainResult[], draws: number): number {
	const every = chains[0]!.weightsEvery ?? 1;
	if (chains.some(({ weights, weightsEvery = 1 }) => weights === undefined || weightsEvery !== every)) {
		throw new InputError({
			where: "chains",
			wanted: "chains that kept the weights of the same draws",
			got: "others",
			advice: "Sample with saveWeights.",
		});
	}
	const networks = Math.ceil(draws / every);
	if (networks >= MINIMUM_DRAWS) return every;
	throw new InputError({
		where: "sampling.weightsEvery",
		wanted: `weights of at least ${MINIMUM_DRAWS} draws of each chain`,
		got: `${networks} of ${draws}`,
		advice: "Raise draws, or keep weights of more of them.",
	});
}
