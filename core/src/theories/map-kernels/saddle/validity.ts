/** What a reader needs to judge an answer at the most probable kernels. */
import { diagonal, dot, type Engine, type Matrix, matrix, symmetricEigenvalues } from "@finitude/engine";
import type { ValidityNote } from "../../../answer/answer.ts";
import type { Problem } from "../../../problem/problem.ts";
import type { KernelMap } from "../layers.ts";

/** Below this ratio of kernel to noise the posterior is the prior to a percent. */
const NOTHING_TO_LEARN = 0.01;

export interface SaddleKernels {
	/** K at infinite width, P x P. */
	readonly prior: Matrix;
	/** K at the saddle. */
	readonly output: Matrix;
	/** Ct^(L). */
	readonly conjugate: Matrix;
}

/** `expansion`, `relativeKernelChange`, `P/N`, `varianceOmitsKernelFluctuations` and `nothingToLearn`. */
export function saddleNotes(
	engine: Engine,
	{ network, noiseVariance }: Problem,
	layers: readonly KernelMap[],
	{ prior, output, conjugate }: SaddleKernels,
): ValidityNote[] {
	const P = prior.rows;
	const { prefactor, width } = layers[layers.length - 1]!;
	const eigenvalues = symmetricEigenvalues(engine, conjugate);
	const force = eigenvalues.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	const narrowest = Math.min(...layers.map((layer) => layer.width));
	const mean = diagonal(prior).reduce((sum, x) => sum + x, 0) / P;
	const meanField = network.scaling === "mean-field";
	return [
		{
			name: "expansion",
			value: (P * force * prefactor) / width,
			message:
				"P times the largest eigenvalue of the last conjugate kernel times g/N: the first orders in 1/width need it far below 1, the saddle does not",
		},
		{
			name: "relativeKernelChange",
			value: relativeChange(output, prior),
			message: "the change of the output kernel from infinite width, relative to it (Frobenius norms)",
		},
		{
			name: "P/N",
			value: P / narrowest,
			message: `${P} points for ${layers.length > 1 ? "a narrowest hidden layer" : "a hidden layer"} of width ${narrowest}: the saddle leaves out fluctuations of the kernels, of this relative order in the standard scaling`,
		},
		{
			name: "varianceOmitsKernelFluctuations",
			value: network.scaling,
			message: meanField
				? "the variance is that of a Gaussian process at the most probable kernel, without the fluctuations of the kernel: in the mean-field scaling it is off by about 0.9 (relative) for erf and 0.4 to 0.7 for linear; multi-scale gives it right"
				: "the variance is that of a Gaussian process at the most probable kernel, without the fluctuations of the kernel: in the standard scaling it is off by 0.06 to 0.5 (relative) at widths of 10 and more; multi-scale gives it right",
		},
		...(meanField && mean < NOTHING_TO_LEARN * noiseVariance
			? [
					{
						name: "nothingToLearn",
						value: mean / noiseVariance,
						message: `noiseVariance = ${noiseVariance} is large against the kernel (trace/P = ${mean.toPrecision(2)}): in mean-field scaling it should be of order 1/width`,
					},
				]
			: []),
	];
}

/** |A - B| / |B|, Frobenius norms; 0 where both vanish. */
function relativeChange(a: Matrix, b: Matrix): number {
	const difference = matrix(
		a.rows,
		a.columns,
		a.data.map((x, k) => x - b.data[k]!),
	);
	const size = dot(b.data, b.data);
	return size === 0 ? 0 : Math.sqrt(dot(difference.data, difference.data) / size);
}
