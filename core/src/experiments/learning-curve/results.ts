/** The averaged curves of theories and of the sampled network. */
import type { Engine } from "@finitude/engine";
import { layerNames, layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { layerPositions, positionCount } from "../../problem/tiling.ts";
import { type CurvePoint, curvePoint } from "./curve-point.ts";
import { curveCells, type LearningCurve, ofWidth } from "./learning-curve.ts";
import type { CurveMeasurement } from "./measurement.ts";

/** One network, at all numbers of points. */
export interface WidthCurve {
	/** Of its hidden layers. */
	readonly widths: readonly number[];
	/** N_out: the features that the readout reads. */
	readonly features: number;
	readonly points: readonly CurvePoint[];
}

export interface LearningCurveResults {
	readonly inputs: number;
	readonly testPoints: number;
	readonly layers: readonly string[];
	readonly scaling: "standard" | "mean-field";
	readonly noiseVariance: number;
	/** Variance of noise that the training targets carry and the test targets do not. */
	readonly targetNoise: number;
	/** Repetitions that were wanted. */
	readonly repetitions: number;
	/** Absent when nothing was to be sampled. */
	readonly sampler?: string;
	/** Ids in the order of the lines. */
	readonly theories: readonly string[];
	readonly curves: readonly WidthCurve[];
	/** Every cell was measured. */
	readonly complete: boolean;
	/** Complete, and every theory that answered was solved, and all chains converged. */
	readonly converged: boolean;
}

export function learningCurveResults(
	curve: LearningCurve,
	measured: readonly CurveMeasurement[],
	engine: Engine,
): LearningCurveResults {
	const { experiment, settings, targetNoise } = curve;
	const { network, noiseVariance, trainInputs, testInputs } = experiment.problem;
	const each: readonly (number | undefined)[] = settings.widths ?? [undefined];
	const curves = each.map((width): WidthCurve => {
		const problem = ofWidth(experiment.problem, width);
		const points = settings.samples.flatMap((samples) => {
			const cell = measured.filter((one) => one.width === width && one.samples === samples);
			return cell.length === 0 ? [] : [curvePoint(samples, cell, targetNoise, engine)];
		});
		return { widths: problem.network.layers.map(layerWidth), features: featuresOf(problem), points };
	});
	const points = curves.flatMap((one) => one.points);
	const complete = measured.length === curveCells(settings).length;
	return {
		inputs: trainInputs.columns,
		testPoints: testInputs!.rows,
		layers: layerNames(network),
		scaling: network.scaling,
		noiseVariance,
		targetNoise,
		repetitions: settings.repetitions,
		...(experiment.sampling !== false && { sampler: experiment.sampling.sampler }),
		theories: measured[0]?.theories.map(({ theory }) => theory) ?? [],
		curves,
		complete,
		converged:
			complete &&
			points.every(
				({ theories, sampled }) =>
					theories.every((theory) => !("unsolved" in theory && theory.unsolved)) &&
					(sampled === undefined || "reason" in sampled || sampled.converged),
			),
	};
}

/** N_out: units of the last layer, channels at every position of a convolution. */
function featuresOf({ network, trainInputs, inputShape }: Problem): number {
	const last = layerPositions(network.layers, trainInputs.columns, inputShape).at(-1)!;
	return positionCount(last) * last.channels;
}
