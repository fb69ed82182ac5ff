import { load, type RandomState, transpose, view } from "@finitude/engine";
import { allocateView } from "./block-operations.ts";
import { createLayerConditional } from "./layer-conditional.ts";
import { createResidual } from "./residual.ts";
import { createRidge } from "./ridge.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { createSensitivities } from "./sensitivities.ts";
import { createUnitRescaling } from "./unit-rescaling.ts";
import { featureRows, weightsOf } from "./whitened-network.ts";

/**
 * One sweep over the weights in `space.potential.position`: the readout given the hidden weights, the scale of every unit, then
 * all layers from the bottom up. The targets are read from `space.potential.targets` each time.
 */
export function createSweep(space: SamplingSpace, rescaling: boolean): (stream: RandomState) => void {
	const { engine, network, problem, potential, inputs } = space;
	const { position, targets, features } = potential;
	const { noiseVariance } = problem;
	const points = problem.trainInputs.rows;
	const outputs = problem.trainTargets.columns;
	const { layers, readoutScale } = network;
	const first = transpose(load(engine, inputs.train));
	const forward = potential.forward.layers;
	const conditionals = layers.map((layer) =>
		createLayerConditional(engine, { layer, points, outputs, noiseVariance, integratedBias: 0 }),
	);
	const rows = featureRows(layers[layers.length - 1]!);
	const ridge = createRidge(engine, { features: rows, points, outputs, noiseVariance });
	const readout = allocateView(engine, rows, outputs);
	const correction = allocateView(engine, rows, outputs);
	const sensitivities = createSensitivities(engine, network, outputs);
	const rescale = createUnitRescaling(engine, network);
	const residual = createResidual(engine, targets, noiseVariance);

	const featuresBelow = (l: number) => (l === 0 ? first : forward[l - 1]!.features);
	const unitsOf = (l: number) => view(forward[l]!.activated, layers[l]!.width, layers[l]!.positions * points);
	/** The features of a layer: with linear units they are its pre-activations. */
	const runLayer = (l: number) => {
		const layer = layers[l]!;
		const to = unitsOf(l);
		if (layer.residual) to.block.data.set(forward[l - 1]!.activated.data);
		engine.gemm(layer.scale, weightsOf(layer, position), featuresBelow(l), layer.residual ? 1 : 0, to);
	};
	const drawReadout = (stream: RandomState) => {
		const amplitude = Math.sqrt(readoutScale);
		engine.fillNormal(stream, readout.block);
		const rest = residual(stream);
		engine.gemm(-amplitude, transpose(features), readout, 1, rest);
		ridge.apply(features, readoutScale, rest, correction);
		const [to, change] = [readout.block.data, correction.block.data];
		for (let i = 0; i < to.length; i++) to[i]! += amplitude * change[i]!;
	};

	return (stream) => {
		layers.forEach((_, l) => {
			runLayer(l);
		});
		drawReadout(stream);
		if (rescaling) rescale(position, readout, stream);
		sensitivities.run(position, readout);
		layers.forEach((layer, l) => {
			engine.fillNormal(stream, position.slice(layer.offset, layer.width * layer.fanIn));
			const rest = residual(stream, sensitivities.offsets[l]);
			// What a residual block adds to does not depend on its weights.
			if (layer.residual) engine.gemm(-1, transpose(unitsOf(l - 1)), sensitivities.layers[l]!, 1, rest);
			conditionals[l]!.draw(weightsOf(layer, position), featuresBelow(l), sensitivities.layers[l]!, rest);
			if (l < layers.length - 1) runLayer(l);
		});
	};
}
