import { mirrorLower, transpose, type View } from "@finitude/engine";
import { allocateView } from "./block-operations.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { featureRows } from "./whitened-network.ts";

/** Moments of f at a set of points given the hidden weights; work space, valid until the next prediction. */
export interface ConditionalMoments {
	/** Q x D. */
	readonly mean: Float64Array;
	readonly variance: Float64Array;
	/** Q x Q, where it was asked for and the readout is integrated out; zeros for a given readout. */
	readonly covariance?: Float64Array;
}

/**
 * Binds the prediction at points with these features (M x Q). Without a readout the potential must be current (`energy`), and
 * the moments are those given the hidden weights and the data; with one, f = sqrt(c) F^T readout is certain.
 */
export function createReadoutPrediction(
	{ engine, problem, network, potential }: SamplingSpace,
	features: View,
	covariance: boolean,
): (readout?: Float64Array) => ConditionalMoments {
	const outputs = problem.trainTargets.columns;
	const points = features.columns;
	const workRows = Math.max(
		problem.trainInputs.rows,
		featureRows(network.layers[network.layers.length - 1]!),
	);
	const mean = allocateView(engine, points, outputs);
	const work = engine.allocate(workRows * points);
	const given = allocateView(engine, features.rows, outputs);
	const perPoint = new Float64Array(points);
	const variance = new Float64Array(points * outputs);
	const conditional = covariance ? allocateView(engine, points, points) : undefined;
	return (readout) => {
		if (readout === undefined) {
			potential.readout.predict(features, mean, perPoint, work);
			for (let i = 0; i < variance.length; i++) variance[i] = perPoint[Math.floor(i / outputs)]!;
		} else {
			given.block.data.set(readout);
			engine.gemm(Math.sqrt(network.readoutScale), transpose(features), given, 0, mean);
			variance.fill(0);
		}
		if (conditional === undefined) return { mean: mean.block.data, variance };
		if (readout === undefined) potential.readout.covariance(features, work, conditional);
		else conditional.block.data.fill(0);
		const { data } = mirrorLower({ rows: points, columns: points, data: conditional.block.data });
		return { mean: mean.block.data, variance, covariance: data };
	};
}
