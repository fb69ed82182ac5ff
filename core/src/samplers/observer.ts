/** What a draw says of the posterior: conditional moments of f, and everything that is averaged over the network's layers. */
import { load, mirrorLower, type RandomState, transpose, type View } from "@finitude/engine";
import type { ValidityNote } from "../answer/answer.ts";
import { allocateView, squaredNorm } from "./block-operations.ts";
import { createForwardPass } from "./forward.ts";
import { createLayerStatistics } from "./layer-statistics.ts";
import { averagedName, type Observation } from "./observation.ts";
import { createReadoutPrediction } from "./readout-prediction.ts";
import type { NetworkDraw, SamplingSettings } from "./sampler.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { createWeightCovariance } from "./weight-covariance.ts";

/** Reads draws of any sampler. */
export interface Observer {
	/** Why an observable is left out. */
	readonly notes: readonly ValidityNote[];
	/** Advances `stream`: the part of the test pre-activations that the training inputs say nothing of is drawn afresh. */
	observe(draw: NetworkDraw, stream: RandomState): Observation;
}

/** Allocates the work space beside that of the sampling space, which the observer also uses. */
export function createObserver(
	space: SamplingSpace,
	settings: Pick<SamplingSettings, "covariance">,
): Observer {
	const { engine, network, potential, inputs, problem } = space;
	const covariance = settings.covariance === true;
	const predictTrain = createReadoutPrediction(space, potential.features, covariance);
	const test = inputs.test && createTestForward(space, inputs.test);
	const predictTest = test && createReadoutPrediction(space, test.features, covariance);
	const points = problem.trainInputs.rows;
	const kernel = allocateView(engine, points, points);
	const layers = createLayerStatistics(space);
	const weights = createWeightCovariance(space);
	const nothing = new Float64Array(0);
	return {
		notes: layers.notes,
		observe({ hidden, readout, logWeight, rungs }, stream) {
			potential.position.data.set(hidden);
			const energy = potential.energy();
			const train = predictTrain(readout);
			test?.run(stream);
			const unseen = predictTest?.(readout);
			engine.syrk(network.readoutScale, transpose(potential.features), 0, kernel);
			mirrorLower({ rows: points, columns: points, data: kernel.block.data });
			const prior = squaredNorm(potential.position) / 2;
			return {
				trainMean: train.mean,
				trainVariance: train.variance,
				testMean: unseen?.mean ?? nothing,
				testVariance: unseen?.variance ?? nothing,
				logDensity:
					readout === undefined ? -energy - prior : jointDensity(space, train.mean, readout) - prior,
				...(logWeight === undefined ? {} : { logWeight }),
				...(rungs === undefined ? {} : { rungs }),
				averaged: {
					[averagedName.output]: kernel.block.data,
					...layers.observe(),
					...weights?.(),
					...(train.covariance && { [averagedName.trainCovariance]: train.covariance }),
					...(unseen?.covariance && { [averagedName.testCovariance]: unseen.covariance }),
				},
			};
		},
	};
}

/** log p(y | f) + log p(readout), up to a constant: the density that samplers of the readout see. */
function jointDensity({ problem }: SamplingSpace, f: Float64Array, readout: Float64Array): number {
	const y = problem.trainTargets.data;
	let misfit = 0;
	for (let i = 0; i < y.length; i++) misfit += (y[i]! - f[i]!) ** 2;
	let norm = 0;
	for (const a of readout) norm += a * a;
	return -misfit / (2 * problem.noiseVariance) - norm / 2;
}

/** The forward pass at the test points: the part of the first pre-activations outside the training row space is drawn afresh. */
function createTestForward(
	{ engine, network, potential }: SamplingSpace,
	test: NonNullable<SamplingSpace["inputs"]["test"]>,
): { features: View; run(stream: RandomState): void } {
	const forward = createForwardPass(engine, network, load(engine, test.inside), false);
	const outside = transpose(load(engine, test.outside));
	const weights = allocateView(engine, network.layers[0]!.width, outside.rows);
	return {
		features: forward.features,
		run(stream) {
			if (outside.rows === 0) return forward.run(potential.position);
			engine.fillNormal(stream, weights.block);
			forward.run(potential.position, { weights, inputs: outside });
		},
	};
}
