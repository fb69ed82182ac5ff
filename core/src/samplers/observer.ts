import {
	type Engine,
	load,
	mirrorLower,
	type RandomState,
	transpose,
	unload,
	type View,
} from "@finitude/engine";
import type { Problem } from "../problem/problem.ts";
import { allocateView, squaredNorm } from "./block-operations.ts";
import { createForwardPass } from "./forward.ts";
import type { Potential } from "./potential.ts";
import type { Observation } from "./sampler.ts";
import type { WhitenedInputs } from "./whitened-inputs.ts";
import { featureRows, type WhitenedNetwork } from "./whitened-network.ts";

/** Binds `observe`: the conditional moments at training and test points, in work space allocated here. */
export function createObserver(
	engine: Engine,
	problem: Problem,
	network: WhitenedNetwork,
	potential: Potential,
	inputs: WhitenedInputs,
): (position: Float64Array, stream: RandomState) => Observation {
	const points = problem.trainInputs.rows;
	const outputs = problem.trainTargets.columns;
	const workRows = Math.max(points, featureRows(network.layers[network.layers.length - 1]!));
	const kernel = allocateView(engine, points, points);
	const predictAt = (features: View) => {
		const mean = allocateView(engine, features.columns, outputs);
		const work = engine.allocate(workRows * features.columns);
		return () => {
			const perPoint = new Float64Array(features.columns);
			potential.readout.predict(features, mean, perPoint, work);
			const variance = mean.block.data.map((_, i) => perPoint[Math.floor(i / outputs)]!);
			return { mean: mean.block.data.slice(), variance };
		};
	};
	const predictTrain = predictAt(potential.features);
	const test = inputs.test && createTestForward(engine, network, inputs.test, potential);
	const predictTest = test && predictAt(test.features);
	return (position, stream) => {
		potential.position.data.set(position);
		const energy = potential.energy();
		const train = predictTrain();
		test?.run(stream);
		const testMoments = predictTest?.() ?? { mean: new Float64Array(0), variance: new Float64Array(0) };
		engine.syrk(network.readoutScale, transpose(potential.features), 0, kernel);
		return {
			trainMean: train.mean,
			trainVariance: train.variance,
			testMean: testMoments.mean,
			testVariance: testMoments.variance,
			outputKernel: mirrorLower(unload(kernel)).data,
			logDensity: -energy - squaredNorm(potential.position) / 2,
		};
	};
}

/** The forward pass at the test points: the part of the first pre-activations outside the training row space is drawn afresh. */
function createTestForward(
	engine: Engine,
	network: WhitenedNetwork,
	test: NonNullable<WhitenedInputs["test"]>,
	potential: Potential,
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
