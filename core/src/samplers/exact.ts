/**
 * Independent exact draws of linear networks.
 *
 * Target: the posterior of all weights of a linear network, drawn from above: the scales of the layers from their posterior,
 * the directions of the readout and of the upper weights, which are uniform, and the first layer from its Gaussian
 * conditional (docs/samplers/exact.md). Problem class: one output and dense layers of any depth and widths; one dense layer
 * with two outputs; one convolution with two positions and one output. Biases in the first layer and the readout; both
 * scalings; noiseVariance > 0.
 * Exact up to Monte-Carlo error and the error of a quadrature: the scales are drawn on the nodes of a trapezoidal rule with its
 * weights, so that expectations are right to 1e-12 (2e-9 for two outputs or positions), which the sampler's note states.
 * Draws are independent: every draw counts fully.
 * Cost of a draw: as one layer of a sweep of gibbs. The quadrature is done once; with two positions it takes a factorization
 * for each of some 30,000 nodes.
 * Checked against golden numbers of the quadrature and exact posteriors of all kinds.
 */
import { type Block, load, type RandomState, transpose } from "@finitude/engine";
import { z } from "zod";
import type { ValidityNote } from "../answer/answer.ts";
import { hasResidualBlocks, layerWidth } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import type { Reference } from "../theories/theory.ts";
import { ALWAYS_ACCEPTED } from "./always-accepted.ts";
import { allocateView } from "./block-operations.ts";
import { createLayerConditional } from "./layer-conditional.ts";
import { firstNonlinear } from "./linear-networks.ts";
import { createPairedReadout } from "./paired-readout.ts";
import { positionOrder } from "./position-order.ts";
import { createResidual } from "./residual.ts";
import type { Sampler, StepInfo, TransitionKernel } from "./sampler.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { createScaleFactors } from "./scale-factors.ts";
import { createSensitivities } from "./sensitivities.ts";
import type { UpperLayers, UpperPosterior } from "./upper-layers.ts";
import { featureRows, weightsOf } from "./whitened-network.ts";

const references: readonly Reference[] = [
	{
		key: "li2021statistical",
		authors: ["Qianyi Li", "Haim Sompolinsky"],
		title: "Statistical Mechanics of Deep Linear Neural Networks: The Backpropagating Kernel Renormalization",
		year: 2021,
		arxiv: "2012.04030",
		journal: "Physical Review X 11:031059",
	},
	{
		key: "zavatoneveth2021exact",
		authors: ["Jacob A. Zavatone-Veth", "Cengiz Pehlevan"],
		title: "Exact marginal prior distributions of finite Bayesian neural networks",
		year: 2021,
		arxiv: "2104.11734",
		journal: "Advances in Neural Information Processing Systems 34",
	},
	{
		key: "hanin2023bayesian",
		authors: ["Boris Hanin", "Alexander Zlokapa"],
		title: "Bayesian interpolation with deep linear networks",
		year: 2023,
		arxiv: "2212.14457",
		journal: "Proceedings of the National Academy of Sciences 120:e2301345120",
	},
	{
		key: "bassetti2024feature",
		authors: [
			"Federico Bassetti",
			"Marco Gherardi",
			"Alessandro Ingrosso",
			"Mauro Pastore",
			"Pietro Rotondo",
		],
		title:
			"Feature learning in finite-width Bayesian deep linear networks with multiple outputs and convolutional layers",
		year: 2024,
		arxiv: "2406.03260",
	},
];

/** A draw; plain data. */
export interface ExactState {
	/** Whitened hidden weights. */
	readonly hidden: Float64Array;
}

/** Registered as "exact". */
export const exact: Sampler<ExactState, StepInfo, Record<never, never>> = {
	id: "exact",
	title: "Independent exact draws of linear networks",
	summary:
		"Independent draws, exact to a quadrature's error of 1e-9: linear networks with one output, or two in one layer.",
	references,
	options: z.strictObject({}),
	applies,
	prepare,
};

function applies(problem: Problem): true | string {
	const { network, noiseVariance, trainTargets } = problem;
	if (hasResidualBlocks(network)) {
		return "exact draws no residual blocks: the network is then no product of its layers. Use gibbs.";
	}
	const nonlinear = firstNonlinear(network);
	if (nonlinear) {
		return `exact is exact for linear activations only; layer ${nonlinear.layer} has ${nonlinear.activation}. Use hmc.`;
	}
	if (noiseVariance === 0) {
		return (
			"exact needs noiseVariance > 0; got 0: without noise the readout given the hidden weights, which every sampler's draws " +
			"are read through, is not defined for widths below the number of points. Use a small noise, such as 1e-4 of the " +
			"targets' variance."
		);
	}
	const depth = network.layers.length;
	const outputs = trainTargets.columns;
	const { counts } = positionOrder(problem);
	const single = depth === 1 && outputs * counts[0]! === 2;
	if (!single && (outputs > 1 || counts.some((count) => count > 1))) {
		return (
			"exact draws linear networks with one output and one position in every layer, and single layers with two outputs or " +
			`two positions; this one has L = ${depth}, D = ${outputs} and ${counts.join(", ")} positions. Use gibbs.`
		);
	}
	const biased = network.layers.findIndex((layer, l) => l > 0 && layer.biasVariance > 0);
	if (biased > 0) return `exact: a bias in hidden layer ${biased + 1} breaks the scale mixture. Use gibbs.`;
	if (single && layerWidth(network.layers[0]!) === 1) {
		const kind = outputs === 2 ? "outputs" : "positions";
		return `exact needs at least two units for two ${kind}: with one the matrix of scales is singular. Use gibbs.`;
	}
	return true;
}

function prepare(space: SamplingSpace): TransitionKernel<ExactState, StepInfo> {
	const { engine, network, problem, potential, inputs } = space;
	const { position, targets } = potential;
	const points = problem.trainInputs.rows;
	const outputs = problem.trainTargets.columns;
	const { noiseVariance } = problem;
	const { biasVariance } = problem.network.readout;
	const layer = network.layers[0]!;
	const readout = allocateView(engine, featureRows(network.layers[network.layers.length - 1]!), outputs);
	const upper =
		outputs * layer.positions === 2
			? createPairedReadout(space, readout.block)
			: createScaleFactors(space, readout.block);
	const posterior = forCurrentTargets(upper, targets.block);
	const sensitivities = createSensitivities(engine, network, outputs);
	const first = createLayerConditional(engine, {
		layer,
		points,
		outputs,
		noiseVariance,
		integratedBias: biasVariance,
	});
	const features = transpose(load(engine, inputs.train));
	const residual = createResidual(engine, targets, noiseVariance);
	const bias = engine.allocate(outputs);
	const draw = (stream: RandomState): ExactState => {
		posterior().draw(stream);
		sensitivities.run(position, readout);
		engine.fillNormal(stream, position.slice(layer.offset, layer.width * layer.fanIn));
		engine.fillNormal(stream, bias);
		const rest = residual(
			stream,
			bias.data.map((x) => Math.sqrt(biasVariance) * x),
		);
		first.draw(weightsOf(layer, position), features, sensitivities.layers[0]!, rest);
		return { hidden: position.data.slice() };
	};
	return {
		notes: [quadratureNote(posterior())],
		init: draw,
		step: (_, stream) => ({ state: draw(stream), info: ALWAYS_ACCEPTED }),
		draw: ({ hidden }) => ({ hidden }),
	};
}

/** The posterior for the targets that stand in the sampling space now: computed again when they have been changed. */
function forCurrentTargets(upper: UpperLayers, targets: Block): () => UpperPosterior {
	let known = targets.data.slice();
	let posterior = upper.given(known);
	return () => {
		if (known.some((y, i) => y !== targets.data[i])) {
			known = targets.data.slice();
			posterior = upper.given(known);
		}
		return posterior;
	};
}

function quadratureNote({ nodes, residual, logEvidence }: UpperPosterior): ValidityNote {
	return {
		name: "log evidence of the quadrature",
		value: logEvidence,
		message:
			`The scales are drawn on the ${nodes} nodes of a quadrature with its weights; doubling its step changes the log evidence ` +
			`by ${residual.toExponential(1)}, and the error of all expectations is about the square of that.`,
	};
}
