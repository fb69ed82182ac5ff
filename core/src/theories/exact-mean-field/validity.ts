import { dot, type Matrix } from "@finitude/engine";
import type { ValidityNote } from "../../answer/answer.ts";
import { InputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import type { Force, SaddleProblem } from "./saddle-equations.ts";

/** The error of the averages over a neuron's weights. */
export interface IntegrationReport {
	readonly kind: "quadrature" | "sampled";
	/** Weights of a neuron that the points span, the bias among them. */
	readonly dimension: number;
	readonly nodes: number;
	readonly seed: number;
	/** Sampled nodes only. */
	readonly effectiveSampleSize?: number;
	/**
	 * Of the means, the largest over the points, and of the log evidence: what the last refinement changed, or the standard error
	 * from independent sets of nodes. Undefined where a set or a level was not solved.
	 */
	readonly errors: { readonly mean: number; readonly logEvidence: number } | undefined;
	/** Independent sets of sampled nodes. */
	readonly sets: number;
}

/** Fewer nodes in effect than this give no answer; fewer than that, a warning. */
const [LEAST_EFFECTIVE, FEW_EFFECTIVE] = [200, 1000];

/** @throws InputError for sampled nodes of which too few carry the averages */
export function requireEffectiveNodes(effectiveSampleSize: number, samples: number): void {
	if (effectiveSampleSize >= LEAST_EFFECTIVE) return;
	throw new InputError({
		where: "samples",
		wanted: `an effective sample size of at least ${LEAST_EFFECTIVE}`,
		got: `${Math.round(effectiveSampleSize)} with samples = ${samples}`,
		sentence: `exact-mean-field: effective sample size ${Math.round(effectiveSampleSize)} is too small; raise samples or reduce the input dimension.`,
	});
}

/** `integrationError` and, for sampled nodes, `effectiveSampleSize`. */
export function integrationNotes(report: IntegrationReport): ValidityNote[] {
	const { kind, dimension, nodes, seed, effectiveSampleSize, errors, sets } = report;
	const how =
		kind === "quadrature"
			? `the last refinement of the quadrature over ${dimension} ${dimension === 1 ? "weight" : "weights"}, to ${nodes} nodes`
			: `the spread of ${sets} independent sets of ${nodes / sets} nodes, for ${nodes} nodes over ${dimension} weights with seed ${seed}`;
	const notes: ValidityNote[] = [
		errors
			? {
					name: "integrationError",
					value: errors.mean,
					message: `the error of the means by ${how}; that of logEvidence is ${errors.logEvidence.toExponential(1)}`,
				}
			: {
					name: "integrationError",
					value: "unknown",
					message: `the saddle was not solved on all of the nodes that are compared: ${how}`,
				},
	];
	if (effectiveSampleSize !== undefined) {
		notes.push({
			name: "effectiveSampleSize",
			value: effectiveSampleSize,
			message:
				effectiveSampleSize < FEW_EFFECTIVE
					? `effective sample size ${Math.round(effectiveSampleSize)} is small; raise samples or reduce the input dimension`
					: `${Math.round(effectiveSampleSize)} of ${nodes} nodes carry the averages over a neuron's weights`,
		});
	}
	return notes;
}

/** Below this fraction of the noise the prior of the outputs is drowned by it. */
const DROWNED = 0.01;

/** `tr(Q R)/N`, the expansion parameter, and what the scaling means for this theory. @param kernel Q with the readout bias */
export function scalingNotes(
	{ network, noiseVariance }: Problem,
	{ width }: SaddleProblem,
	kernel: Matrix,
	{ precision }: Force,
	options: { readonly variance: string },
): ValidityNote[] {
	const P = kernel.rows;
	const size = dot(kernel.data, precision.data) / width;
	const meanField = network.scaling === "mean-field";
	const notes: ValidityNote[] = [
		{
			name: "tr(Q R)/N",
			value: size,
			message: meanField
				? `${P} points for a hidden layer of width ${width}: the fluctuations of the kernel that the saddle leaves out are of this order`
				: `${P} points for a hidden layer of width ${width}: in the standard scaling the error is of this order, as that of equations-of-state, and either can be closer`,
		},
	];
	let trace = 0;
	for (let a = 0; a < P; a++) trace += kernel.data[a * P + a]!;
	const ratio = trace / (P * noiseVariance);
	if (meanField && ratio < DROWNED) {
		notes.push({
			name: "meanFieldNoise",
			value: ratio,
			message: `mean-field scaling with fixed noise: the output prior is c tr(G)/P = ${(trace / P).toExponential(1)} against noise ${noiseVariance}; nothing can be learned. Scale noiseVariance as 1/width`,
		});
	}
	if (!meanField && options.variance === "with-kernel-fluctuations") {
		notes.push({
			name: "variance",
			value: options.variance,
			message:
				"in the standard scaling terms of the same order are missing and this option usually makes the variance worse; use conditional",
		});
	}
	return notes;
}
