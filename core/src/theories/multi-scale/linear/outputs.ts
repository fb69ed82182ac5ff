/** Linear units, one layer, several outputs: a D x D matrix T of scales. */
import type { Answer } from "../../../answer/answer.ts";
import { priorKernels } from "../../../kernels/prior-kernels.ts";
import { rowsAsMatrices } from "../../../matrix-scale/matrix-scale.ts";
import type { Problem } from "../../../problem/problem.ts";
import { findOutputScales } from "../../kernel-rescaling/matrix/outputs.ts";
import type { SolveContext } from "../../theory.ts";
import { absentReasons } from "../absent.ts";
import { dualField } from "./dual-field.ts";
import { outputNotes } from "./validity.ts";

/** Equation (12) of docs/theories/multi-scale.md; the fluctuation of T is not in the variances. */
export function solveOutputs(
	variant: "tree" | "self-consistent",
	problem: Problem,
	{ engine, covariance = false }: SolveContext,
): Answer {
	const prior = priorKernels(engine, problem);
	const { model, saddle } = findOutputScales(engine, problem, prior.outputWeights, {
		logDeterminant: variant === "self-consistent",
	});
	const { scales } = saddle.chosen.point;
	const { validity, trainMean, testMean, trainVariance, testVariance, testOutputCovariance } =
		model.predict(scales);
	const hasVariance = variant === "self-consistent";
	const common =
		"with several outputs the covariance of two points is a matrix over the outputs, not one number";
	return {
		theory: "multi-scale",
		trainMean,
		...(testMean && { testMean }),
		...(hasVariance && { trainVariance, ...(testVariance && { testVariance }) }),
		...(hasVariance &&
			testOutputCovariance && { testOutputCovariance: rowsAsMatrices(testOutputCovariance) }),
		kernels: {},
		orderParameters: { outputScale: scales, dualField: dualField(engine, model, scales) },
		absent: {
			...absentReasons(variant, problem, { variance: hasVariance, kernels: [] }),
			...(hasVariance && covariance && { trainCovariance: common }),
			...(hasVariance && covariance && problem.testInputs && { testCovariance: common }),
		},
		validity: [
			...outputNotes(engine, problem, variant, model.modes, saddle),
			...(hasVariance ? validity : []),
		],
		convergence: saddle.convergence,
	};
}
