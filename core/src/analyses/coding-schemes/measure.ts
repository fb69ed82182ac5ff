/** From chains of networks to results. */
import { type Engine, matrix, type RandomState, splitStream } from "@finitude/engine";
import { findActivation } from "../../activations/registry.ts";
import type { Estimate } from "../../diagnostics/estimate.ts";
import { mean, pooled } from "../../diagnostics/moments.ts";
import { chi, layerNames, layerWidth } from "../../network/network.ts";
import { kernelAlignment } from "../../probes/kernel-alignment.ts";
import type { Problem } from "../../problem/problem.ts";
import { standardErrorOfMean } from "../../samplers/point-estimates.ts";
import { codeGroups } from "./code-groups.ts";
import { drawnParticipationRatio } from "./drawn-networks.ts";
import { type Bins, histogramOf } from "./histograms.ts";
import { jackknife, meanOverGroups } from "./jackknife.ts";
import type { Looks } from "./looks.ts";
import type { UnitLaw } from "./one-unit.ts";
import type { CodingResults, Histograms, PairResults, Quantity } from "./results.ts";
import type { SampledUnits } from "./sampled-units.ts";
import { signalHistogram, signalLaw } from "./signal-law.ts";
import { average, kurtosis, responseSparsities, responseSparsity } from "./unit-measures.ts";
import type { UnitPopulation } from "./unit-population.ts";

type Populations = readonly UnitPopulation[];

/** Everything that is compared. */
export interface Compared {
	readonly prior: UnitLaw;
	readonly theory?: UnitLaw | undefined;
	/** Chain by chain. */
	readonly sampled: readonly SampledUnits[];
	/** P x P, row-major: of the prior, and of the tree where its kernel is known. */
	readonly priorKernel: Float64Array;
	readonly treeKernel?: Float64Array | undefined;
}

const exactly = (value: number): Estimate => ({ value, standardError: 0 });

/** @param stream of clusterings and drawn networks; not advanced */
export function measured(
	engine: Engine,
	problem: Problem,
	looks: Looks,
	compared: Compared,
	stream: RandomState,
): Omit<CodingResults, "oneUnitPosterior"> {
	const { prior, theory, sampled, priorKernel, treeKernel } = compared;
	const { network, trainInputs, trainTargets, noiseVariance } = problem;
	const last = network.layers[network.layers.length - 1]!;
	const width = layerWidth(last);
	const even = findActivation(last.activation).odd;
	const chains = sampled.map(({ population }) => population);
	const quantity = (statistic: (some: Populations) => number): Quantity => ({
		prior: jackknife(prior.populations, statistic),
		...(theory && { theory: jackknife(theory.populations, statistic) }),
		sampled: jackknife(chains, statistic),
		chains: chains.map((chain) => statistic([chain])),
	});
	const histograms = (bins: Bins, read: (one: UnitPopulation) => Float64Array): Histograms => {
		const of = (some: Populations) => {
			const { mean: fractions, standardError } = meanOverGroups(some.map(read));
			return histogramOf(bins, fractions, standardError);
		};
		return {
			prior: of(prior.populations),
			...(theory && { theory: of(theory.populations) }),
			sampled: of(chains),
		};
	};
	const P = trainInputs.rows;
	const alignment = (kernel: Float64Array) =>
		kernelAlignment(engine, matrix(P, P, kernel), trainTargets)?.value ?? 0;
	const excess = (values: (one: UnitPopulation) => Float64Array) => (some: Populations) =>
		kurtosis(some, values) - 3;
	const readoutVariance = network.readout.weightVariance / (chi(network) * width);
	return {
		trainPoints: P,
		inputs: trainInputs.columns,
		width,
		layers: layerNames(network),
		scaling: network.scaling,
		noiseVariance,
		classes: looks.classes.map(({ label, points }) => ({ label, points: points.length })),
		networks: chains[0]!.weights.length / width,
		pooledUnits: chains.reduce((sum, { weights }) => sum + weights.length, 0),
		pairs: looks.pairs.map(({ labels }, pair): PairResults => {
			const signal = ({ signals }: UnitPopulation) => signals[pair]!;
			const all = signalLaw(chains, pair, even);
			const ratios = sampled.map(({ series }) => series.participationRatios[pair]!);
			const drawn = (some: Populations) =>
				overChains(
					some.map((one, k) =>
						drawnParticipationRatio(
							engine,
							one,
							{ pair, c: readoutVariance, width },
							splitStream(splitStream(stream, 1), k),
						),
					),
				);
			return {
				classes: labels,
				classSignal: {
					prior: signalLaw(prior.populations, pair, even),
					...(theory && { theory: signalLaw(theory.populations, pair, even) }),
					sampled: all,
					chains: chains.map((chain) => signalHistogram(chain, pair, all.rootMeanSquare.value, false)),
					chainKurtoses: chains.map((chain) => kurtosis([chain], signal)),
				},
				participationRatio: {
					// A priori the readout does not depend on the weights.
					prior: drawn(prior.populations.map(({ fields: _, ...rest }) => rest)),
					...(theory && { theory: drawn(theory.populations) }),
					sampled: overNetworks(ratios),
					chains: ratios.map(mean),
				},
			};
		}),
		preactivations: looks.classes.map(({ label }, k) => ({
			class: label,
			...histograms(looks.preactivationBins, ({ preactivations }) => preactivations[k]!),
		})),
		activations: histograms(looks.activationBins, ({ activations }) => activations),
		activationUnit: looks.activationUnit,
		excessKurtosis: {
			...(looks.dualField && { alongDualField: quantity(excess(({ fields }) => fields!)) }),
			...(chains[0]!.topProjections && {
				alongTopDirection: quantity(excess(({ topProjections }) => topProjections!)),
			}),
		},
		silentFraction: quantity((some) => average(some, ({ silentFraction }) => silentFraction)),
		responseSparsity: quantity(responseSparsity),
		responseSparsityAtPoints: Array.from(responseSparsities(chains)),
		kernelAlignment: {
			...quantity((some) => alignment(meanOverGroups(some.map(({ kernel }) => kernel)).mean)),
			prior: exactly(alignment(priorKernel)),
			...(treeKernel && { theory: exactly(alignment(treeKernel)) }),
		},
		codeGroups: groupsOf(engine, sampled, even, splitStream(stream, 0)),
		drift: {
			correlation: overChains(sampled.map(({ drift }) => drift)),
			lag: sampled[0]!.driftLag,
		},
	};
}

function groupsOf(
	engine: Engine,
	sampled: readonly SampledUnits[],
	odd: boolean,
	stream: RandomState,
): CodingResults["codeGroups"] {
	const networks = sampled.flatMap(({ codes }, chain) =>
		codes.flatMap((code, k) => {
			const found = codeGroups(engine, code, odd, splitStream(stream, 2 * chain + k));
			return found ? [{ chain: chain + 1, draw: code.draw + 1, ...found }] : [];
		}),
	);
	const estimate = (read: (one: (typeof networks)[number]) => number) =>
		overChains(
			sampled.flatMap((_, chain) => {
				const own = networks.filter((one) => one.chain === chain + 1).map(read);
				return own.length === 0 ? [] : [own.reduce((sum, x) => sum + x, 0) / own.length];
			}),
		);
	return {
		groups: estimate(({ groups }) => groups),
		groupsHolding90: estimate(({ groupsHolding90 }) => groupsHolding90),
		networks,
	};
}

/** The mean of one number from each chain, or each set of points. */
function overChains(values: readonly number[]): Estimate {
	if (values.length < 2) return exactly(values[0] ?? 0);
	return jackknife(values, (some) => some.reduce((sum, x) => sum + x, 0) / some.length);
}

function overNetworks(series: readonly Float64Array[]): Estimate {
	return { value: mean(pooled(series)), standardError: standardErrorOfMean(series) };
}
