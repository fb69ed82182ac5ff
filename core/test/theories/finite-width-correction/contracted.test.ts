import { createEngine, type Matrix, matrix, matrixToRows } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { priorKernels } from "../../../src/kernels/prior-kernels.ts";
import type { Problem } from "../../../src/problem/problem.ts";
import { contractedCorrection } from "../../../src/theories/finite-width-correction/contracted.ts";
import { gaussianProcessPosterior } from "../../../src/theories/gaussian-process.ts";
import { expectGolden, goldenFiles } from "../../helpers/golden.ts";

const engine = await createEngine();

/** The infinite-width answer plus the correction, under the names of the golden files. */
function corrected(problem: Problem) {
	const D = problem.trainTargets.columns;
	const P = problem.trainInputs.rows;
	const covariance = D === 1;
	const prior = priorKernels(engine, problem, { testCovariance: true });
	const posterior = gaussianProcessPosterior(
		engine,
		prior.output,
		problem.trainTargets,
		problem.noiseVariance,
		{ covariance: true },
	);
	const result = contractedCorrection(engine, problem, prior, { covariance });
	const tests = posterior.testMean!.rows;
	const rows = (m: Matrix, from: number, count: number) =>
		matrix(count, m.columns, m.data.slice(from * m.columns, (from + count) * m.columns));
	const sum = (a: Matrix, b: Matrix) =>
		matrixToRows(
			matrix(
				a.rows,
				a.columns,
				a.data.map((x, k) => x + b.data[k]!),
			),
		);
	const variance = (own: Float64Array, from: number) =>
		Array.from(own, (v, s) =>
			Array.from({ length: D }, (_, k) => v + result.outputCovariance.data[(from + s) * D * D + k * D + k]!),
		);
	const testCovariance =
		result.covariance &&
		matrix(
			tests,
			tests,
			Float64Array.from({ length: tests * tests }, (_, k) => {
				const [s, t] = [P + Math.floor(k / tests), P + (k % tests)];
				return result.covariance!.data[s * (P + tests) + t]!;
			}),
		);
	return {
		...{
			trainMean: sum(posterior.trainMean, rows(result.mean, 0, P)),
			testMean: sum(posterior.testMean!, rows(result.mean, P, tests)),
			trainVariance: variance(posterior.trainVariance, 0),
			testVariance: variance(posterior.testVariance!, P),
			...(testCovariance && { testCovariance: sum(posterior.testCovariance!, testCovariance) }),
			logEvidence: posterior.logEvidence + result.logEvidence,
			testOutputCovariance: Array.from({ length: tests }, (_, s) =>
				Array.from({ length: D }, (_, k) =>
					Array.from(
						{ length: D },
						(_, l) =>
							(k === l ? posterior.testVariance![s]! : 0) +
							result.outputCovariance.data[((P + s) * D + k) * D + l]!,
					),
				),
			),
			...(result.evidenceTerms && {
				orderParameters: {
					evidenceTermGGGG: result.evidenceTerms.GGGG,
					evidenceTermQGG: result.evidenceTerms.QGG,
					evidenceTermQQ: result.evidenceTerms.QQ,
				},
			}),
			kernels: {
				output: matrixToRows(prior.output.train),
				outputShift: matrixToRows(result.kernelShift),
			},
		},
	};
}

const files = goldenFiles().filter(
	({ name, problem }) => name.startsWith("fwc-") && problem.network.layers.length === 1,
);

describe("the contracted correction", () => {
	it.each(files.map((file) => [file.name, file] as const))("agrees with %s", (_name, { problem, cases }) => {
		const answer = corrected(problem);
		for (const golden of cases) {
			if (golden.theory !== "finite-width-correction" || golden.options.weightSharing === false) continue;
			expectGolden(answer, golden);
		}
	});
});
