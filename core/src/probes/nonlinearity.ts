/**
 * Non-linearity signature: the affinity score of each layer's activation.
 *
 * 1. Quantity: how close the activation is to affine on the pre-activations that occur, by the 2-Wasserstein distance of the features from the
 *    affinely transported pre-activations (docs/probes/nonlinearity.md), one dimension at a time: over the units of a layer at one point,
 *    averaged over points; and over the points at one unit, averaged over units.
 * 2. Range: 0 to 1; 1 is an affine function of positive slope, or a constant.
 * 3. Predicted: for Gaussian units of the layer's kernel, the limit of both as the width grows without feature learning beyond the kernel; N
 *    units lie off the limit of the first by O(1/N), also where they are Gaussian.
 * 4. Cost: N P log(N P) a layer and network; predicted, P^3 + 4096 P^2.
 */
import { diagonal, transposed } from "@finitude/engine";
import { findActivation } from "../activations/registry.ts";
import { denseOnly } from "./dense-only.ts";
import { gaussianPointsScore, meanRowScore } from "./nonlinearity/gaussian-points.ts";
import { gaussianUnitScores } from "./nonlinearity/gaussian-unit.ts";
import { type DrawProbe, layerLabel, type ProbeReading } from "./probe.ts";

const OVER_UNITS = "affinityOverUnits";
const OVER_POINTS = "affinityOverPoints";

export const nonlinearity: DrawProbe = {
	id: "nonlinearity",
	title: "Non-linearity signature",
	aliases: ["affinity-score", "non-linearity"],
	summary: "How close each layer's activation is to an affine map on the pre-activations that occur.",
	references: [
		{
			key: "bouniot2023alexnet",
			authors: [
				"Bouniot, Quentin",
				"Redko, Ievgen",
				"Mallasto, Anton",
				"Laclau, Charlotte",
				"Struckmeier, Oliver",
				"Arndt, Karol",
				"Heinonen, Markus",
				"Kyrki, Ville",
				"Kaski, Samuel",
			],
			title:
				"From Alexnet to Transformers: measuring the non-linearity of deep neural networks with affine optimal transport",
			year: 2023,
			arxiv: "2310.11439",
		},
	],
	needs: "preactivations",
	of: "draws",
	quantities: [
		{ id: OVER_UNITS, symbol: "rho_N", title: "affinity score over units", range: [0, 1] },
		{ id: OVER_POINTS, symbol: "rho_P", title: "affinity score over points", range: [0, 1] },
	],
	applies: denseOnly,
	prepare() {
		return ({ train }) =>
			train.flatMap(({ preactivations, features }, l): ProbeReading[] => {
				const layer = layerLabel(l);
				const { rows: N, columns: P } = preactivations;
				return [
					N > 1
						? {
								quantity: OVER_UNITS,
								layer,
								values: [meanRowScore(transposed(preactivations), transposed(features))],
							}
						: { quantity: OVER_UNITS, layer, reason: ONE_UNIT },
					P > 1
						? { quantity: OVER_POINTS, layer, values: [meanRowScore(preactivations, features)] }
						: { quantity: OVER_POINTS, layer, reason: ONE_POINT },
				];
			});
	},
	predict(engine, { kernels }, { problem: { network } }) {
		return network.layers.flatMap((layer, l): ProbeReading[] => {
			const label = layerLabel(l);
			const absent = (reason: string) =>
				[OVER_UNITS, OVER_POINTS].map((quantity) => ({ quantity, layer: label, reason }));
			const kernel = kernels.find((known) => known.layer === label)?.kernel;
			if (kernel === undefined) return absent("the kernel of this layer is not known");
			const variances = diagonal(kernel);
			if (variances.some((c) => c < 0)) return absent("the kernel has a negative variance");
			const activation = findActivation(layer.activation);
			const units = gaussianUnitScores(engine, activation, variances);
			const overPoints = kernel.rows > 1 ? gaussianPointsScore(engine, activation, kernel) : ONE_POINT;
			return [
				{ quantity: OVER_UNITS, layer: label, values: [units.reduce((sum, x) => sum + x, 0) / units.length] },
				typeof overPoints === "number"
					? { quantity: OVER_POINTS, layer: label, values: [overPoints] }
					: {
							quantity: OVER_POINTS,
							layer: label,
							reason: overPoints ?? "the kernel is not positive semi-definite",
						},
			];
		});
	},
};

const ONE_UNIT = "a single unit has no distribution over units";
const ONE_POINT = "a single point has no distribution over points";
