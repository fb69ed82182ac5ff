/**
 * First-layer weight covariance.
 *
 * 1. Quantity: the spectrum of Sigma = <w w^T> of the first layer's units, biases left out, how far its largest eigenvalue stands above the
 *    mean one, and how much of it lies along the direction that the targets depend on (docs/probes/weight-covariance.md).
 * 2. Range: eigenvalues at least 0; the two ratios to the mean eigenvalue 1 before training and at most d; the overlap 0 to 1.
 * 3. The eigenvector of an eigenvalue that several share is not defined: no overlap then, as in the prior.
 * 4. Cost: d^3.
 */

import { positionOrder } from "../samplers/position-order.ts";
import { WEIGHT_COVARIANCE_LIMIT } from "../samplers/weight-covariance.ts";
import { references } from "../theories/multi-scale/references.ts";
import { layerLabel, type MomentProbe, type ProbeReading } from "./probe.ts";
import { weightSpectrum } from "./weight-spectrum.ts";

export const weightCovariance: MomentProbe = {
	id: "weight-covariance",
	title: "First-layer weight covariance",
	aliases: ["sigma", "weight-spectrum"],
	summary:
		"The spectrum of the covariance of the first layer's weights, and its share along the teacher's direction.",
	references: references.filter(({ key }) => key === "rubin2025kernels"),
	needs: "weights",
	of: "moments",
	quantities: [
		{
			id: "eigenvalues",
			symbol: "lambda_k",
			title: "eigenvalue of the weight covariance",
			range: [0, undefined],
			index: "eigenvalue, largest first",
			axis: "log",
		},
		{
			id: "topEigenvalue",
			symbol: "lambda_1",
			title: "largest eigenvalue of the weight covariance",
			range: [0, undefined],
		},
		{
			id: "outlier",
			symbol: "lambda_1/lambda_mean",
			title: "largest over mean eigenvalue",
			range: [1, undefined],
		},
		{
			id: "outlierOverlap",
			symbol: "(v_1.w)^2",
			title: "overlap of the top eigenvector with the teacher",
			range: [0, 1],
		},
		{
			id: "teacherVariance",
			symbol: "w^T Sigma w",
			title: "variance of the weights along the teacher",
			range: [0, undefined],
		},
		{
			id: "teacherAlignment",
			symbol: "w^T Sigma w/lambda_mean",
			title: "variance along the teacher over the mean eigenvalue",
			range: [0, undefined],
		},
	],
	applies(problem) {
		const fanIn = positionOrder(problem).inputColumns[0]!.length;
		const size = fanIn + (problem.network.layers[0]!.biasVariance > 0 ? 1 : 0);
		if (size <= WEIGHT_COVARIANCE_LIMIT) return true;
		return `The weight covariance of units with more than ${WEIGHT_COVARIANCE_LIMIT} inputs is not recorded; a unit of layer 1 has ${size}.`;
	},
	evaluate(engine, { weightCovariance: sigma }, { problem, teacherDirection }) {
		if (sigma === undefined) return [];
		const layer = layerLabel(0);
		const fanIn = sigma.rows - (problem.network.layers[0]!.biasVariance > 0 ? 1 : 0);
		const noDirection =
			teacherDirection === undefined
				? "no direction of a teacher is known"
				: teacherDirection.length !== fanIn
					? `the teacher's direction has ${teacherDirection.length} entries, the weights of a unit ${fanIn}`
					: undefined;
		const spectrum = weightSpectrum(engine, sigma, fanIn, noDirection ? undefined : teacherDirection);
		const eigenvalues = spectrum.eigenvalues.map(({ value }) => value);
		const mean = eigenvalues.reduce((sum, value) => sum + value, 0) / fanIn;
		const reading = (quantity: string, value: number | undefined): ProbeReading =>
			value === undefined
				? { quantity, layer, reason: noDirection ?? "the two largest eigenvalues are equal" }
				: { quantity, layer, values: [value] };
		return [
			{ quantity: "eigenvalues", layer, values: eigenvalues },
			reading("topEigenvalue", eigenvalues[0]!),
			reading("outlier", eigenvalues[0]! / mean),
			reading("outlierOverlap", spectrum.outlierOverlap?.value),
			reading("teacherVariance", spectrum.teacherVariance?.value),
			reading("teacherAlignment", spectrum.alignment?.value),
		];
	},
};
