/** What a reader needs to judge a finite-width correction. */
import type { Matrix } from "@finitude/engine";
import type { ValidityNote } from "../../answer/answer.ts";
import type { PriorKernels } from "../../kernels/prior-kernels.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import type { Correction } from "./correction.ts";

/** Over n points, the training points first. */
export interface Corrected {
	/** n x D: mean and variance at infinite width. */
	readonly limitMean: Matrix;
	readonly limitVariance: Matrix;
	readonly correction: Correction;
	/** n x D: corrected variance. */
	readonly variance: Matrix;
}

/** Above this the correction is a large part of what infinite width leaves wrong. */
const LARGE_RATIO = 0.3;

/** Relu layers below the last: sin of the angle between two points below which the Hessian of the kernel is too large to trust. */
const NEARLY_PARALLEL = 1e-3;

export function validityNotes(problem: Problem, prior: PriorKernels, corrected: Corrected): ValidityNote[] {
	const { network, trainInputs } = problem;
	const width = Math.min(...network.layers.map(layerWidth));
	const { limitMean, limitVariance, correction } = corrected;
	const D = limitMean.columns;
	const varianceChange = Float64Array.from(
		limitMean.data,
		(_, at) => correction.outputCovariance.data[at * D + (at % D)]!,
	);
	const meanChange = relative(largestSize(correction.mean.data), largestSize(limitMean.data));
	const spreadChange = relative(largestSize(varianceChange), largestSize(limitVariance.data));
	return [
		{
			name: "P/N",
			value: trainInputs.rows / width,
			message: `${trainInputs.rows} points for a narrowest layer of width ${width}`,
		},
		expansionNote(correction),
		{
			name: "relativeMeanCorrection",
			value: meanChange,
			message: "the largest correction of the mean, relative to the largest infinite-width mean",
		},
		{
			name: "relativeVarianceCorrection",
			value: spreadChange,
			message: "the largest correction of the variance, relative to the largest infinite-width variance",
		},
		ratioNote(problem, corrected),
		...negativeVarianceNotes(corrected.variance),
		...(network.scaling === "mean-field"
			? [
					{
						name: "meanField",
						value: layerWidth(network.layers[network.layers.length - 1]!),
						message:
							"the finite-width correction is an expansion around infinite width in the standard scaling; in the mean-field scaling it is not small. Use self-consistent.",
					},
				]
			: []),
		...parallelNotes(problem, prior),
	];
}

/** The expansion parameter: the larger of |U Q Q|/8 and |U g g g g|/24; with several outputs the whole change of ln Z. */
function expansionNote({ evidenceTerms, logEvidence }: Correction): ValidityNote {
	const value = evidenceTerms
		? Math.max(Math.abs(evidenceTerms.QQ), Math.abs(evidenceTerms.GGGG))
		: Math.abs(logEvidence);
	return {
		name: "expansion",
		value,
		message: `the expansion parameter, ${evidenceTerms ? "the larger of the terms U Q Q / 8 and U g g g g / 24 of" : "the change of"} the log evidence${value > 1 ? ", is above 1: the first order in 1/N cannot be trusted" : "; the first order in 1/N wants it below 1"}`,
	};
}

/** Root mean square of the correction over that of infinite width minus targets at the test points, or over the mean itself. */
function ratioNote(
	{ trainInputs, testInputs, testTargets }: Problem,
	{ limitMean, correction }: Corrected,
): ValidityNote {
	const D = limitMean.columns;
	const from = testInputs ? trainInputs.rows * D : 0;
	const limit = limitMean.data.subarray(from);
	const change = correction.mean.data.subarray(from);
	const targets = testInputs && testTargets?.data;
	const distance = targets ? limit.map((x, k) => x - targets[k]!) : limit;
	const value = relative(norm(change), norm(distance));
	const against = targets
		? "between the infinite-width mean and the test targets"
		: "of the infinite-width mean";
	return {
		name: "correctionRatio",
		value,
		message: `the root-mean-square correction of the mean is ${value.toPrecision(2)} of the root mean square ${targets ? "distance " : ""}${against}${value > LARGE_RATIO ? ", which is large: do not expect the correction to be small beside it" : ""}`,
	};
}

/** The most negative variance, its point counted through training, then test points. */
function negativeVarianceNotes({ data, columns }: Matrix): ValidityNote[] {
	let worst = 0;
	let count = 0;
	data.forEach((variance, at) => {
		if (variance < 0) count++;
		if (variance < data[worst]!) worst = at;
	});
	if (count === 0) return [];
	const others = count === 1 ? "" : ` (one of ${count} negative variances)`;
	return [
		{
			name: "negativeVariance",
			value: data[worst]!,
			message: `the 1/N correction made the variance of point ${Math.floor(worst / columns)} negative: the width is too small for this theory${others}`,
		},
	];
}

/** Pairs that a relu layer below the last sees as nearly, but not exactly, parallel. */
function parallelNotes({ network }: Problem, { preactivation }: PriorKernels): ValidityNote[] {
	let smallest = Number.POSITIVE_INFINITY;
	network.layers.slice(0, -1).forEach(({ activation }, l) => {
		if (activation !== "relu") return;
		const { train, test } = preactivation[l]![0]!;
		const visit = (a: number, b: number, c: number) => {
			if (a === 0 || b === 0) return;
			const r = c / Math.sqrt(a * b);
			const sine = Math.sqrt(Math.max(0, (1 - r) * (1 + r)));
			if (sine < smallest) smallest = sine;
		};
		const P = train.rows;
		const own = (i: number) => train.data[i * P + i]!;
		for (let i = 0; i < P; i++) for (let j = 0; j < i; j++) visit(own(i), own(j), train.data[i * P + j]!);
		if (!test) return;
		for (let s = 0; s < test.diagonal.length; s++) {
			for (let j = 0; j < P; j++) visit(test.diagonal[s]!, own(j), test.cross.data[s * P + j]!);
			for (let t = 0; t < s; t++) {
				visit(test.diagonal[s]!, test.diagonal[t]!, test.covariance!.data[s * test.diagonal.length + t]!);
			}
		}
	});
	if (smallest >= NEARLY_PARALLEL) return [];
	return [
		{
			name: "parallelPoints",
			value: smallest,
			message:
				"sine of the smallest angle between two points in a relu layer below the last: the curvature of the kernel diverges as its inverse, and with it perhaps the correction",
		},
	];
}

/** 0 where nothing is corrected and nothing is there to compare with. */
function relative(change: number, size: number): number {
	return change === 0 ? 0 : change / size;
}

function largestSize(x: Float64Array): number {
	return x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function norm(x: Float64Array): number {
	return Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
}
