/**
 * `residual-scaling`: how much of each layer's output a residual network should add to its input.
 *
 * 1. Computes: covariances of a residual network, the response of its output kernel to its first covariance, the residual scale of
 *    largest response.
 * 2. Inputs: the covariance of inputs or a problem, depth, residual scale, variances, any activation.
 * 3. Exact: at infinite width; the deep limit as L -> infinity at fixed rho^2 L.
 * 4. Symbols: C, K, rho, eta, s, q, c; docs/analyses/residual-scaling.md.
 * 5. Solves: (1) and (2), recursions; the maximum of (2) over rho; (3), two differential equations, up to the point (4).
 * 6. Gives: C^(L), K and eta; rho* and log eta; s* with the covariances there; or all depths beside the deep limit.
 * 7. References: Fischer, Dahmen and Helias 2023, arXiv 2305.07715; Hayou et al. 2021, arXiv 2010.12859.
 * 8. Cost: O(L) an evaluation, 60 at once in the scan and some ten for the maximum; the deep limit some 500 dual activations.
 * 9. Fails: activations that do not saturate have no optimum; optima outside 1e-3 < rho < 4 are not found, which is said.
 * 10. Checked: fixtures/golden/residual-*.json, finite differences, q* in closed form, invariance in sigma_w, a finite network.
 */
import { InputError } from "../errors.ts";
import type { Analysis, AnalysisContext } from "./analysis.ts";
import { continuumScale } from "./residual-scaling/continuum-scale.ts";
import { type OptimalScale, optimalScale } from "./residual-scaling/optimal-scale.ts";
import { options, type ResidualScalingOptions } from "./residual-scaling/options.ts";
import { type ResidualQuestion, residualQuestion } from "./residual-scaling/question.ts";
import {
	continuumResults,
	depthResults,
	kernelResults,
	type ResidualScalingResults,
	residualScalingTable,
} from "./residual-scaling/results.ts";
import { convergenceOf, validityNotes } from "./residual-scaling/validity.ts";

export const residualScaling: Analysis<ResidualScalingOptions, ResidualScalingResults> = {
	id: "residual-scaling",
	title: "Scale of residual branches",
	aliases: ["residual-scale", "resnet-scaling"],
	summary: "Response of a wide residual network to its inputs, and the residual scale that maximizes it.",
	references: [
		{
			key: "fischer2023optimal",
			authors: ["Fischer, Kirsten", "Dahmen, David", "Helias, Moritz"],
			title: "Optimal signal propagation in ResNets through residual scaling",
			year: 2023,
			arxiv: "2305.07715",
		},
		{
			key: "hayou2021stable",
			authors: [
				"Hayou, Soufiane",
				"Clerico, Eugenio",
				"He, Bobby",
				"Deligiannidis, George",
				"Doucet, Arnaud",
				"Rousseau, Judith",
			],
			title: "Stable ResNet",
			year: 2021,
			arxiv: "2010.12859",
			journal: "Proceedings of the 24th International Conference on Artificial Intelligence and Statistics",
		},
	],
	options,
	subjects: ["options", "problem"],
	async solve({ problem }, given, context) {
		const question = residualQuestion(context.engine, given, problem);
		const { quantity } = given;
		const depths =
			quantity === undefined || quantity === "optimalScale" ? [question.options.depth!].flat() : [];
		const optima = optimaOf(question, depths, context);
		const { pair, branch } = question;
		const continuum =
			quantity === undefined || quantity === "continuumScale"
				? continuumScale(context.engine, branch, pair)
				: undefined;
		const results = resultsOf(question, optima, continuum, context);
		refuseOverflow(results);
		return {
			analysis: "residual-scaling",
			options: question.options,
			results,
			convergence: convergenceOf(optima, continuum),
			validity: validityNotes(optima, continuum),
			absent: absentReasons(given, continuum),
		};
	},
	table: residualScalingTable,
};

function optimaOf(
	{ branch, pair }: ResidualQuestion,
	depths: readonly number[],
	{ engine, onProgress }: AnalysisContext,
): OptimalScale[] {
	return depths.map((depth, i) => {
		const optimum = optimalScale(engine, branch, pair, depth);
		onProgress?.((i + 1) / depths.length, `${depth} blocks`);
		return optimum;
	});
}

function resultsOf(
	question: ResidualQuestion,
	optima: readonly OptimalScale[],
	continuum: ReturnType<typeof continuumScale> | undefined,
	{ engine }: AnalysisContext,
): ResidualScalingResults {
	switch (question.options.quantity) {
		case "kernels":
			return kernelResults(engine, question);
		case "optimalScale":
			return { optimalScale: optima[0]!.scale, logResponse: optima[0]!.logResponse };
		case "continuumScale":
			return continuumResults(continuum!);
		default:
			return depthResults(question, optima, continuum!);
	}
}

/** Linear units, or an activation that grows, double their variances from block to block. */
function refuseOverflow(results: ResidualScalingResults): void {
	const numbers =
		"points" in results
			? results.points.map(({ logResponse }) => logResponse)
			: "response" in results
				? [results.response, ...results.output.data, ...results.covariance.data]
				: Object.values(results).flat();
	if (numbers.every(Number.isFinite)) return;
	throw new InputError({
		where: "options",
		wanted: "a residual scale and variances at which float64 holds the covariances of all blocks",
		got: "an overflow",
		advice: "Lower residualScale, weightVariance or depth, or take an activation that saturates.",
	});
}

function absentReasons(
	{ quantity }: ResidualScalingOptions,
	continuum: ReturnType<typeof continuumScale> | undefined,
): Record<string, string> {
	if (quantity !== undefined || continuum!.found) return {};
	return { depthTimesScaleSquared: "no optimum was found in the deep limit" };
}
