import { dot, type Engine, type Matrix } from "@finitude/engine";
import { type CovarianceFunction, weightSpectrum } from "../../probes/weight-spectrum.ts";
import type { Problem } from "../../problem/problem.ts";
import { averagedProjectionMcse } from "../../samplers/averaged-projection.ts";
import { averagedName } from "../../samplers/observation.ts";
import { standardErrorOfMean } from "../../samplers/point-estimates.ts";
import { projectedSeries, projectionMcse } from "../../samplers/projection-mcse.ts";
import { targetVariance } from "../../theories/discrepancy-measures.ts";
import type { SampledNetwork } from "../analysis.ts";
import type { FirstLayer } from "../first-layer.ts";
import { type Measures, measuresOf } from "./measures.ts";

/** The sampled network at one width. */
export interface SampledMeasures extends Measures {
	/** Monte-Carlo standard errors, under the same names; those of Sigma absent with fewer than two batches of draws. */
	readonly standardErrors: Partial<Measures>;
	readonly converged: boolean;
	readonly maxRHat?: number;
}

/**
 * The measures of a sampled network with standard errors by the delta method: each measure's derivative by the posterior moments
 * or by Sigma is a projection, whose error includes all correlations between points and between entries.
 */
export function sampledMeasures(
	engine: Engine,
	sampled: SampledNetwork,
	problem: Problem,
	layer: FirstLayer,
): SampledMeasures {
	const { answer } = sampled;
	const measures = measuresOf(engine, answer, problem, layer);
	const { maxRHat } = answer.diagnostics;
	const sigma = answer.orderParameters.Sigma as Matrix | undefined;
	return {
		...measures,
		standardErrors: {
			...predictionErrors(sampled, problem, measures),
			...(answer.logEvidenceStandardError !== undefined && {
				logEvidence: answer.logEvidenceStandardError,
			}),
			...(sigma && spectrumErrors(engine, sampled, sigma, layer)),
		},
		converged: answer.convergence.converged,
		...(maxRHat !== undefined && { maxRHat }),
	};
}

function predictionErrors(
	{ answer, chains }: SampledNetwork,
	{ trainTargets, testTargets, noiseVariance }: Problem,
	{ rmseOverStd, testRmse }: Measures,
): Partial<Measures> {
	const y = trainTargets.data;
	const norm = dot(y, y);
	const alpha = projectionMcse(
		chains,
		y.map((value) => -value / (noiseVariance * norm)),
		"train",
	);
	// rmseOverStd^2 is the mean of (y - m)^2 + v over the variance of y; half its error over its root is that of the root.
	const scale = 2 * rmseOverStd! * targetVariance(trainTargets) * y.length;
	const misfit = y.map((value, i) => (-2 * (value - answer.trainMean.data[i]!)) / scale);
	const bias = projectedSeries(chains, misfit, "train", "mean");
	const spread = projectedSeries(chains, new Float64Array(y.length).fill(1 / scale), "train", "variance");
	const total = bias.map((series, c) => series.map((x, t) => x + spread[c]![t]!));
	return {
		alpha,
		rmseOverStd: standardErrorOfMean(total),
		// 0 has no derivative.
		...(testRmse !== undefined &&
			testRmse > 0 && {
				testRmse: projectionMcse(
					chains,
					testTargets!.data.map(
						(value, i) => (answer.testMean!.data[i]! - value) / (testRmse * testTargets!.data.length),
					),
				),
			}),
	};
}

function spectrumErrors(
	engine: Engine,
	{ chains }: SampledNetwork,
	sigma: Matrix,
	{ fanIn, direction }: FirstLayer,
): Partial<Measures> {
	const { eigenvalues, ...others } = weightSpectrum(engine, sigma, fanIn, direction);
	const error = ({ gradient }: CovarianceFunction) =>
		averagedProjectionMcse(chains, averagedName.weightCovariance, gradient());
	const errors = eigenvalues.map(error);
	if (errors.some((one) => one === undefined)) return {};
	return {
		eigenvalues: errors as number[],
		...Object.fromEntries(Object.entries(others).map(([name, one]) => [name, error(one)])),
	};
}
