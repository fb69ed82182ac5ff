/** What the measures are and are not, and whether the chains agree. */
import type { ValidityNote } from "../../answer/answer.ts";
import { rHat } from "../../diagnostics/index.ts";
import { R_HAT_LIMIT } from "../../samplers/combine-chains.ts";
import type { SampledNetwork } from "../analysis.ts";
import type { CodingResults } from "./results.ts";
import type { SampledUnits } from "./sampled-units.ts";

/** `status`, `pooledUnits`, `logPosteriorRHat`, `maxRHat`, `codeRHat` and `scaling`. @param units chain by chain */
export function codingNotes(
	results: CodingResults,
	{ chains, answer }: SampledNetwork,
	units: readonly SampledUnits[],
): ValidityNote[] {
	const draws = Math.min(...chains.map(({ completedDraws }) => completedDraws));
	const density = rHat(chains.map(({ scalars }) => scalars.logDensity.subarray(0, draws)));
	const { maxRHat } = answer.diagnostics;
	return [
		{
			name: "status",
			value: "observables",
			message: "observables of the lab's own sampled networks; nothing here reproduces a published figure",
		},
		{
			name: "pooledUnits",
			value: results.pooledUnits,
			message: `${results.pooledUnits} units pooled from ${results.networks} networks of each of ${chains.length} chains; chains are the independent unit of every error, and rare units dominate a kurtosis`,
		},
		...(density.defined
			? [
					{
						name: "logPosteriorRHat",
						value: density.value,
						message: `R-hat of the log posterior is ${density.value.toPrecision(4)}${density.value > R_HAT_LIMIT ? `, above ${R_HAT_LIMIT}: the chains do not agree` : ""}`,
					},
				]
			: []),
		...(maxRHat === undefined
			? []
			: [
					{
						name: "maxRHat",
						value: maxRHat,
						message: `the largest R-hat of what the sampler monitors is ${maxRHat.toPrecision(4)}`,
					},
				]),
		mixingNote(units),
		...scalingNotes(results),
	];
}

/** Chains start at codes of their own, drawn from the prior: whether they end in the same law of codes is seen in these series. */
function mixingNote(units: readonly SampledUnits[]): ValidityNote {
	const pairs = units[0]!.series.kurtoses.length;
	const series: ((one: SampledUnits) => Float64Array)[] = [
		({ series: { signalShares } }) => signalShares,
		...Array.from({ length: pairs }, (_, pair) => [
			(one: SampledUnits) => one.series.participationRatios[pair]!,
			(one: SampledUnits) => one.series.kurtoses[pair]!,
		]).flat(),
	];
	const found = series
		.map((read) => rHat(units.map(read)))
		.flatMap((one) =>
			one.defined ? [one.value] : one.cause === "constant" ? [] : [Number.POSITIVE_INFINITY],
		);
	const worst = Math.max(1, ...found);
	return {
		name: "codeRHat",
		value: Number.isFinite(worst) ? worst : "infinite",
		message:
			worst > R_HAT_LIMIT
				? `mixing between codes not demonstrated: chains started at different codes do not agree (R-hat ${worst.toPrecision(4)}, above ${R_HAT_LIMIT}); look at each chain by itself, a histogram over all of them may look multimodal`
				: "kurtosis, participation ratio and strength of the class signal agree between chains that started at different codes",
	};
}

function scalingNotes({ scaling, noiseVariance, width }: CodingResults): ValidityNote[] {
	return [
		{
			name: "scaling",
			value: scaling,
			message:
				scaling === "standard"
					? "the standard scaling is nearly lazy: all observables stay near the prior"
					: `mean-field scaling with kappa N = ${Number((noiseVariance * width).toPrecision(4))}: features are learned where kappa falls as 1/N; at a fixed kappa nothing is learned as N grows`,
		},
	];
}
