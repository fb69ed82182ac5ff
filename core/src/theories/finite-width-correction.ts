/**
 * `finite-width-correction`: the infinite-width posterior and its first order in 1/N.
 *
 * 1. Approximates: the posterior by an expansion in 1/N around infinite width; everything of order 1/N^2 is left out.
 * 2. Problems: dense layers of any depth, or one convolution (patch = stride) followed by the readout; any activation, biases, any
 *    number of outputs; the standard scaling, and mean-field with a warning.
 * 3. Exact: to O(1/N) at fixed data as N -> infinity in the standard scaling; the error falls as 1/N^2.
 * 4. Order parameters: none; the three or four terms of the log evidence, which say how small the expansion is.
 * 5. Solves: (11)-(28) of docs/theories/finite-width-correction.md; closed form, given averages over one hidden unit.
 * 6. Gives: means, variances, covariances (several outputs: of the outputs at each test point), log evidence, the output kernel at
 *    infinite width, its shift by the data and, with depth, the shift of its prior mean.
 * 7. References: Naveh et al. 2021, arXiv 2004.01190 (mean and variance, one output); Naveh and Ringel 2021, arXiv 2106.04110; Zavatone-Veth et al.
 *    2021, arXiv 2106.00651 (kernel shift); Yaida 2020, arXiv 1910.00019; Roberts, Yaida and Hanin 2022, arXiv 2106.10165.
 * 8. Cost: n^4/24 four-point moments up to 40 points and for two layers and more; beyond, averages over features, O(S P n).
 * 9. Fails: at small widths, where it reports a large expansion parameter or negative variances; in the mean-field scaling.
 * 10. Checked: fixtures/golden/fwc-*.json, the exact posterior of linear networks for N = 16 to 512, finite differences.
 */
import { type Matrix, matrix, plus } from "@finitude/engine";
import { z } from "zod";
import type { Answer } from "../answer/answer.ts";
import { priorKernels } from "../kernels/prior-kernels.ts";
import type { Problem } from "../problem/problem.ts";
import { stacked } from "../problem/stacked.ts";
import { withoutResidualBlocks } from "./applicability.ts";
import type { EvidenceTerms } from "./finite-width-correction/correction.ts";
import { firstOrder } from "./finite-width-correction/first-order.ts";
import { references } from "./finite-width-correction/references.ts";
import { blockOf, rowsOf } from "./finite-width-correction/stacked-points.ts";
import { validityNotes } from "./finite-width-correction/validity.ts";
import { gaussianProcessPosterior } from "./gaussian-process.ts";
import { predictions } from "./predictions.ts";
import type { Theory } from "./theory.ts";

const options = z.strictObject({
	weightSharing: z
		.boolean()
		.default(true)
		.describe(
			"For convolutions: whether all positions share their weights. false answers for the locally connected network, which has the same infinite-width limit.",
		),
	samples: z
		.int()
		.min(0)
		.max(2 ** 24)
		.default(2 ** 16)
		.describe(
			"Random points, at most, of averages that have no closed form over the weights of a hidden unit, in more than three dimensions; 0 refuses such problems.",
		),
	seed: z
		.int()
		.min(0)
		.default(1)
		.describe("Of the scrambled points, where more than three dimensions are averaged over."),
});

export type FiniteWidthOptions = z.output<typeof options>;

export const finiteWidthCorrection: Theory<FiniteWidthOptions> = {
	id: "finite-width-correction",
	title: "Finite-width correction",
	aliases: ["fwc", "1/N", "edgeworth"],
	summary: "The infinite-width posterior plus its first order in 1/N.",
	references,
	assumes: ["first-order-change"],
	options,
	applies: withoutResidualBlocks("finite-width-correction", applies),
	solve(problem, chosen, { engine, covariance = false }) {
		const { trainTargets, noiseVariance } = problem;
		const [P, D] = [trainTargets.rows, trainTargets.columns];
		const prior = priorKernels(engine, problem, { testCovariance: true });
		const limit = gaussianProcessPosterior(engine, prior.output, trainTargets, noiseVariance, {
			covariance,
		});
		const base = predictions(limit, D);
		const { correction, errors, notes, convergence } = firstOrder(engine, problem, prior, chosen, covariance);
		const limitMean = stacked(base.trainMean, base.testMean);
		const limitVariance = stacked(base.trainVariance, base.testVariance);
		const mean = plus(limitMean, correction.mean);
		const variance = matrix(
			limitVariance.rows,
			D,
			limitVariance.data.map((x, at) => x + correction.outputCovariance.data[at * D + (at % D)]!),
		);
		return {
			theory: "finite-width-correction",
			trainMean: rowsOf(mean, 0, P),
			trainVariance: rowsOf(variance, 0, P),
			...(base.testMean && {
				testMean: rowsOf(mean, P, mean.rows),
				testVariance: rowsOf(variance, P, mean.rows),
			}),
			...covariances(),
			logEvidence: limit.logEvidence + correction.logEvidence,
			kernels: {
				output: prior.output.train,
				outputShift: correction.kernelShift,
				...(correction.priorShift && { priorShift: correction.priorShift }),
			},
			orderParameters: evidenceTerms(correction.evidenceTerms),
			...(errors && { integrationErrors: errors }),
			absent: D > 1 ? severalOutputs : {},
			validity: [
				...validityNotes(problem, prior, { limitMean, limitVariance, correction, variance }),
				...notes,
			],
			convergence,
		};

		function covariances(): Pick<Answer, "trainCovariance" | "testCovariance" | "testOutputCovariance"> {
			const n = limitMean.rows;
			if (D > 1) {
				return n === P
					? {}
					: { testOutputCovariance: outputCovariances(correction.outputCovariance, base.testVariance!, P) };
			}
			if (!correction.covariance) return {};
			return {
				trainCovariance: plus(limit.trainCovariance!, blockOf(correction.covariance, 0, P)),
				...(limit.testCovariance && {
					testCovariance: plus(limit.testCovariance, blockOf(correction.covariance, P, n)),
				}),
			};
		}
	},
};

/** Deep networks have a tensor of n^4 / 4 numbers and as many products of three of them. */
const LARGEST_DEEP = 60;

function applies({ network, trainInputs, testInputs }: Problem): true | string {
	const depth = network.layers.length;
	if (depth === 1) return true;
	if (network.layers.some(({ type }) => type === "convolution")) {
		return `finite-width-correction supports one convolution followed by the readout; this network has L = ${depth} layers.`;
	}
	const n = trainInputs.rows + (testInputs?.rows ?? 0);
	if (n > LARGEST_DEEP) {
		return `finite-width-correction of a deep network wants at most ${LARGEST_DEEP} training and test points together, because its cost grows as their fourth power; this problem has ${n}.`;
	}
	return true;
}

/** P* matrices D x D: the correction, plus the variance at infinite width, which the outputs have independently. */
function outputCovariances(correction: Matrix, limitVariance: Matrix, P: number): Matrix[] {
	const { rows: tests, columns: D } = limitVariance;
	return Array.from({ length: tests }, (_, s) => {
		const result = matrix(D, D, correction.data.slice((P + s) * D * D, (P + s + 1) * D * D));
		for (let k = 0; k < D; k++) result.data[k * D + k]! += limitVariance.data[s * D + k]!;
		return result;
	});
}

function evidenceTerms(terms?: EvidenceTerms): Record<string, number> {
	if (!terms) return {};
	const { GGGG, QGG, QQ, K1 } = terms;
	return {
		evidenceTermGGGG: GGGG,
		evidenceTermQGG: QGG,
		evidenceTermQQ: QQ,
		...(K1 !== undefined && { evidenceTermK1: K1 }),
	};
}

const severalOutputs = {
	testCovariance:
		"the outputs covary at this order; testOutputCovariance has their covariance at each test point",
	evidenceTerms: "with several outputs the terms of the log evidence are not told apart",
};
