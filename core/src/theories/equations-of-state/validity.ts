/** What a reader needs to judge an answer of adapted kernels. */
import { dot } from "@finitude/engine";
import type { ValidityNote } from "../../answer/answer.ts";
import type { Problem } from "../../problem/problem.ts";
import type { LayerModel } from "./free-energy.ts";

/** What weighs the divergence of a layer: its width, or a free number. */
export type WeightSymbol = "N" | "nu";

/** Below this ratio of prior variance to noise the posterior is the prior to a percent. */
const NOTHING_TO_LEARN = 0.01;

/** `tr(Q R)/N`, or `tr(Q R)/nu`: the size of what the saddle point leaves out. @param weight of the last divergence */
export function fluctuationNote(
	noiseVariance: number,
	trainVariance: Float64Array,
	weight: number,
	symbol: WeightSymbol,
): ValidityNote {
	// Q_f R kappa is the posterior covariance of f.
	const learned = trainVariance.reduce((sum, x) => sum + x, 0) / noiseVariance;
	const lastLayer = symbol === "N" ? `a last layer of width ${weight}` : `a last layer with nu = ${weight}`;
	return {
		name: `tr(Q R)/${symbol}`,
		value: learned / weight,
		message: `${learned.toPrecision(3)} of ${trainVariance.length} directions of the targets are learned by ${lastLayer}: fluctuations of the kernels, of this relative order, are left out`,
	};
}

/** `relu`: in every network with relu units. */
export function reluNotes({ network }: Problem): ValidityNote[] {
	if (!network.layers.some(({ activation }) => activation === "relu")) return [];
	return [
		{
			name: "relu",
			value: "relu",
			message:
				"relu: the true distribution of a unit's weights is not even, which no centered Gaussian follows: the predictor is usually worse than that of nngp, although the kernels are better",
		},
	];
}

/** `nothingToLearn`: mean-field scaling whose noise was not scaled with the width. @param variances diagonal of Q_f */
export function noiseNotes({ network, noiseVariance }: Problem, variances: Float64Array): ValidityNote[] {
	const prior = variances.reduce((sum, x) => sum + x, 0) / variances.length;
	if (network.scaling !== "mean-field" || prior >= NOTHING_TO_LEARN * noiseVariance) return [];
	return [
		{
			name: "nothingToLearn",
			value: prior / noiseVariance,
			message: `mean-field scaling with fixed noise: the output prior is c tr(G)/P = ${prior.toPrecision(2)} against noise ${noiseVariance}; nothing can be learned`,
		},
	];
}

/** `rank`: the linear layers whose kernels were solved in their range; `jitter`: what was added, layer by layer. */
export function modelNotes({ ranges, jitters, maps }: LayerModel): ValidityNote[] {
	const notes: ValidityNote[] = [];
	ranges.forEach((range, i) => {
		if (range === undefined) return;
		notes.push({
			name: "rank",
			value: range.columns,
			message: `deep linear network with more points than inputs: the kernel of layer ${i + 2} is reduced from ${range.rows} to rank ${range.columns}`,
		});
	});
	const largest = Math.max(0, ...jitters);
	if (largest > 0) {
		notes.push({
			name: "jitter",
			value: largest,
			message: `added to the diagonal of the kernels of layers 2 to ${maps.length}, at training and test points: ${jitters.map((x) => x.toExponential(1)).join(", ")}`,
		});
	}
	return notes;
}

/** `varianceScaling`: kernel fluctuations in the standard scaling. */
export function varianceNotes({ network }: Problem, variance: string): ValidityNote[] {
	if (variance !== "with-kernel-fluctuations") return [];
	const notes: ValidityNote[] = [];
	if (network.scaling === "standard") {
		notes.push({
			name: "varianceScaling",
			value: variance,
			message:
				"in the standard scaling other terms of the same order are missing: with-kernel-fluctuations usually makes the variance slightly worse there",
		});
	}
	if (network.layers.length > 1) {
		notes.push({
			name: "varianceDepth",
			value: network.layers.length,
			message: "only the fluctuations of the kernels at the training points are included",
		});
	}
	return notes;
}

/** `targets`: nothing pulls on the kernels. */
export function targetNotes({ trainTargets }: Problem): ValidityNote[] {
	if (dot(trainTargets.data, trainTargets.data) > 0) return [];
	return [{ name: "targets", value: 0, message: "all targets are 0: the kernels only shrink" }];
}

/** `passes`: what solving took. */
export function passesNote(passes: number): ValidityNote {
	return {
		name: "passes",
		value: passes,
		message: `the equations were solved with ${passes} evaluations of the free energy and its gradient`,
	};
}
