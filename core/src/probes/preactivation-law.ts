/**
 * Law of pre-activations, and how units code classes.
 *
 * 1. Quantity: skewness, excess kurtosis and histogram over the units of a layer at a training point, and over the points of a unit; what tells
 *    sparse, redundant and analog codes apart (docs/probes/preactivation-law.md).
 * 2. Range: excess kurtosis at least -2, 0 for Gaussian units; participation, silence and sparsity 0 to 1.
 * 3. The law over units is recorded by the samplers at every draw; predicted is that of Gaussian units with the kernel of the layer.
 * 4. Cost a network: N P (P + classes) for each layer.
 */
import { references } from "../analyses/coding-schemes/references.ts";
import { preactivationLaws } from "../samplers/preactivation-laws.ts";
import { denseOnly } from "./dense-only.ts";
import { gaussianHistogram } from "./preactivation-law/gaussian-law.ts";
import { pairsOf, unitCodes } from "./preactivation-law/unit-codes.ts";
import { unitShape } from "./preactivation-law/unit-shape.ts";
import { type AveragedReading, type DrawProbe, layerLabel, OUTPUT, type ProbeReading } from "./probe.ts";

export const preactivationLaw: DrawProbe = {
	id: "preactivation-law",
	title: "Law of pre-activations and codes of units",
	aliases: ["preactivations", "kurtosis"],
	summary:
		"How far from Gaussian pre-activations are, and whether all units, groups of them or a few tell the classes apart.",
	references: references.filter(({ key }) => key === "vanmeegen2025coding"),
	needs: "preactivations",
	of: "draws",
	quantities: [
		{ id: "skewness", symbol: "gamma_1", title: "skewness over units" },
		{ id: "excessKurtosis", symbol: "gamma_2", title: "excess kurtosis over units", range: [-2, undefined] },
		{
			id: "histogram",
			symbol: "p(h/sigma_0)",
			title: "density of pre-activations over their prior deviation",
			range: [0, undefined],
			index: "bin of 0.2, from -6 to 6",
		},
		{
			id: "unitSkewness",
			symbol: "|gamma_1|_i",
			title: "root mean square skewness of single units over points",
			range: [0, undefined],
		},
		{
			id: "unitExcessKurtosis",
			symbol: "gamma_2,i",
			title: "mean excess kurtosis of single units over points",
			range: [-2, undefined],
		},
		{
			id: "signalParticipation",
			symbol: "PR(m)",
			title: "share of the units that carry the class signal",
			range: [0, 1],
			index: "pair of classes",
		},
		{ id: "silentFraction", symbol: "n_0", title: "fraction of silent units", range: [0, 1] },
		{ id: "responseSparsity", symbol: "<phi>^2/<phi^2>", title: "response sparsity", range: [0, 1] },
	],
	applies: denseOnly,
	prepare(engine, { problem }) {
		const { layers } = problem.network;
		const pairs = pairsOf(problem);
		return ({ train }) =>
			train.flatMap((seen, l): ProbeReading[] => {
				const layer = layerLabel(l);
				const shape = unitShape(seen.preactivations);
				const codes = unitCodes(engine, seen, layers[l]!.activation, pairs);
				const { signalParticipation } = codes;
				const ofShape = (quantity: string, value: number | undefined): ProbeReading =>
					value === undefined
						? { quantity, layer, reason: "every unit is constant over the points" }
						: { quantity, layer, values: [value] };
				return [
					ofShape("unitSkewness", shape?.skewness),
					ofShape("unitExcessKurtosis", shape?.excessKurtosis),
					typeof signalParticipation === "string"
						? { quantity: "signalParticipation", layer, reason: signalParticipation }
						: { quantity: "signalParticipation", layer, values: signalParticipation },
					{ quantity: "silentFraction", layer, values: [codes.silentFraction] },
					{ quantity: "responseSparsity", layer, values: [codes.responseSparsity] },
				];
			});
	},
	predict(_, { kernels }, { prior }) {
		return kernels.flatMap(({ layer, kernel }): ProbeReading[] => {
			if (layer === OUTPUT) return [];
			const unit = prior.kernels.find((one) => one.layer === layer)?.kernel;
			const histogram = unit && gaussianHistogram(kernel, unit);
			return [
				{ quantity: "skewness", layer, values: [0] },
				{ quantity: "excessKurtosis", layer, values: [0] },
				histogram
					? { quantity: "histogram", layer, values: histogram }
					: {
							quantity: "histogram",
							layer,
							reason: "some variance, or all those of the prior, are not positive",
						},
			];
		});
	},
	recorded(chains, { problem }) {
		return preactivationLaws(chains, problem.trainInputs.rows).flatMap((law, l): AveragedReading[] => {
			const layer = layerLabel(l);
			const reading = (
				quantity: string,
				values: readonly number[] | undefined,
				standardErrors: readonly number[] | undefined,
				none: string,
			): AveragedReading =>
				values && standardErrors
					? { quantity, layer, values, standardErrors }
					: { quantity, layer, reason: values ? "the chains are too short for its standard error" : none };
			const one = (value: number | undefined) => (value === undefined ? undefined : [value]);
			const flat = "at some point the pre-activations do not vary";
			return [
				reading("skewness", one(law.meanSkewness), one(law.meanSkewnessStandardError), flat),
				reading(
					"excessKurtosis",
					one(law.meanExcessKurtosis),
					one(law.meanExcessKurtosisStandardError),
					flat,
				),
				reading(
					"histogram",
					law.histogram?.density,
					law.histogram?.densityStandardError,
					"no point has a prior variance",
				),
			];
		});
	},
};
