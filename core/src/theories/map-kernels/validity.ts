/** What a reader needs to judge an answer of first order in 1/N. */
import { diagonal, type Engine, type Matrix, symmetricEigenvalues } from "@finitude/engine";
import type { IntegrationErrors, ValidityNote } from "../../answer/answer.ts";
import { relativeNorm } from "../../diagnostics/distance.ts";
import type { Problem } from "../../problem/problem.ts";
import type { KernelMap } from "./layers.ts";

/** `expansion` above this: the first order is no longer small. */
export const LARGE_EXPANSION = 0.3;

/** Noise above this many times the mean prior variance drowns the kernel. */
const DROWNED = 100;

/** `expansion` = P max |eigenvalue of Ct^(L)| g/N: the parameter that the first order wants small. */
export function expansionParameter(engine: Engine, layer: KernelMap, conjugate: Matrix): number {
	const eigenvalues = symmetricEigenvalues(engine, conjugate);
	const largest = Math.max(Math.abs(eigenvalues[0]!), Math.abs(eigenvalues.at(-1)!));
	return (conjugate.rows * largest * layer.prefactor) / layer.width;
}

/** |dK| / |K|, Frobenius; 0 where inputs of zero leave no kernel. @param kernel K at infinite width */
export function relativeChange(kernel: Matrix, change: Matrix): number {
	return relativeNorm(change, kernel) ?? 0;
}

/** `expansion`. */
export function expansionNote(value: number): ValidityNote {
	return {
		name: "expansion",
		value,
		message:
			value > LARGE_EXPANSION
				? `P max |eigenvalue of Ct| g/N is above ${LARGE_EXPANSION}: the first order in 1/N cannot be trusted; use order saddle or theory multi-scale`
				: `P max |eigenvalue of Ct| g/N: the first order in 1/N wants it below ${LARGE_EXPANSION}`,
	};
}

/** `relativeKernelChange`. */
export function relativeChangeNote(value: number): ValidityNote {
	return {
		name: "relativeKernelChange",
		value,
		message:
			"the change of the output kernel by the data, relative to the infinite-width kernel (Frobenius norms)",
	};
}

/** `P/N`: of the narrowest layer. */
export function pointsNote({ trainInputs }: Problem, layers: readonly KernelMap[]): ValidityNote {
	const width = Math.min(...layers.map((layer) => layer.width));
	return {
		name: "P/N",
		value: trainInputs.rows / width,
		message: `${trainInputs.rows} points for a narrowest layer of width ${width}: the fluctuations of the kernels, of this relative order in the standard scaling, are left out`,
	};
}

/** `varianceOmitsKernelFluctuations`: the variance of a Gaussian process at one kernel. */
export function varianceNote({ network }: Problem): ValidityNote {
	const size =
		network.scaling === "mean-field"
			? "in the mean-field scaling the variance is off by 40 to 90 %"
			: "in the standard scaling the variance is off by 6 to 50 % at widths of 10 and more";
	return {
		name: "varianceOmitsKernelFluctuations",
		value: network.scaling,
		message: `the variance is that of one kernel and leaves out how the kernel fluctuates: ${size}; theory multi-scale includes it`,
	};
}

/** `noise`: mean-field scaling whose noise was not scaled with the width. @param kernel K, P x P, at infinite width */
export function noiseNotes({ network, noiseVariance }: Problem, kernel: Matrix): ValidityNote[] {
	const mean = diagonal(kernel).reduce((sum, x) => sum + x, 0) / kernel.rows;
	if (network.scaling !== "mean-field" || noiseVariance <= DROWNED * mean) return [];
	return [
		{
			name: "noise",
			value: noiseVariance / mean,
			message: `noiseVariance = ${noiseVariance} is large against the kernel (trace/P = ${mean.toPrecision(3)}): in mean-field scaling it should be of order 1/width`,
		},
	];
}

/**
 * `averagingError` and `effectiveSampleSize`, where points are random.
 *
 * @param points of all sets together
 * @param errors with those of the means and the output kernel
 * @param change dK, P x P
 */
export function randomNotes(
	points: number,
	{ mean = 0, kernel = 0 }: IntegrationErrors,
	change: Matrix,
): ValidityNote[] {
	const largest = change.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	const relative = largest > 0 ? kernel / largest : 0;
	return [
		{
			name: "averagingError",
			value: relative,
			message: `averages over the units at ${points} scrambled Sobol points: the largest standard error is ${kernel.toExponential(1)} in the kernel, ${relative.toExponential(1)} of its largest change, and ${mean.toExponential(1)} in the means`,
		},
		{
			name: "effectiveSampleSize",
			value: points,
			message: "first order averages over the prior of a unit: all points count alike",
		},
	];
}
