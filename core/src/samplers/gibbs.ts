/**
 * Gibbs sampling of linear networks: every layer in turn from its exact Gaussian conditional given all others.
 *
 * Target: the posterior of all weights and biases of a network whose activations are all linear; its hidden weights are what
 * is observed, the readout integrated out. Problem class: dense layers, residual blocks and convolutions whose patches tile, any
 * depth and widths, any number of outputs, biases everywhere, both scalings; noiseVariance > 0. Coordinates: independent standard
 * normals a priori; the first layer in the row space of the training inputs.
 * Exact up to Monte-Carlo error: nothing is tuned and nothing is rejected.
 * Cost of a sweep: for each output and each layer one factorization of size min(P, fan-in); for a layer with several positions
 * one of size min(P D, number of its weights).
 * Checked against exact posteriors of linear networks, dense and convolutional, and against hmc.
 */
import { z } from "zod";
import type { Problem } from "../problem/problem.ts";
import type { Reference } from "../theories/theory.ts";
import { ALWAYS_ACCEPTED } from "./always-accepted.ts";
import { createSweep } from "./gibbs-sweep.ts";
import { firstNonlinear } from "./linear-networks.ts";
import type { Sampler, StepInfo, TransitionKernel } from "./sampler.ts";
import type { SamplingSpace } from "./sampling-space.ts";

const references: readonly Reference[] = [
	{
		key: "geman1984stochastic",
		authors: ["Stuart Geman", "Donald Geman"],
		title: "Stochastic Relaxation, Gibbs Distributions, and the Bayesian Restoration of Images",
		year: 1984,
		journal: "IEEE Transactions on Pattern Analysis and Machine Intelligence 6:721",
		doi: "10.1109/TPAMI.1984.4767596",
	},
	{
		key: "wilson2020efficiently",
		authors: [
			"James T. Wilson",
			"Viacheslav Borovitskiy",
			"Alexander Terenin",
			"Peter Mostowsky",
			"Marc Peter Deisenroth",
		],
		title: "Efficiently sampling functions from Gaussian process posteriors",
		year: 2020,
		arxiv: "2002.09309",
		journal: "Proceedings of the 37th International Conference on Machine Learning",
	},
	{
		key: "liu2000generalised",
		authors: ["Jun S. Liu", "Chiara Sabatti"],
		title: "Generalised Gibbs sampler and multigrid Monte Carlo for Bayesian computation",
		year: 2000,
		journal: "Biometrika 87:353",
		doi: "10.1093/biomet/87.2.353",
	},
	{
		key: "devroye2014random",
		authors: ["Luc Devroye"],
		title: "Random variate generation for the generalized inverse Gaussian distribution",
		year: 2014,
		journal: "Statistics and Computing 24:239",
		doi: "10.1007/s11222-012-9367-z",
	},
];

const options = z.strictObject({
	sweeps: z
		.int()
		.min(1)
		.default(1)
		.describe(
			"Sweeps through all layers between two draws: more make draws less correlated, at the same cost each.",
		),
	rescaling: z
		.boolean()
		.default(true)
		.describe(
			"Also draw the scale of every unit's incoming against its outgoing weights in each sweep. It costs little and mixes narrow networks at small noise much faster; the posterior is the same without it.",
		),
});

type Options = z.output<typeof options>;

/** A point of the chain; plain data. The readout is drawn anew at the beginning of each sweep. */
export interface GibbsState {
	/** Whitened hidden weights. */
	readonly hidden: Float64Array;
}

/** Registered as "gibbs". */
export const gibbs: Sampler<GibbsState, StepInfo, Options> = {
	id: "gibbs",
	title: "Gibbs sampling of linear networks",
	summary:
		"Exact up to Monte-Carlo error for linear networks: every layer in turn from its Gaussian conditional.",
	references,
	options,
	applies,
	prepare,
};

function applies({ network, noiseVariance }: Problem): true | string {
	const nonlinear = firstNonlinear(network);
	if (nonlinear) {
		return `gibbs needs linear activations; layer ${nonlinear.layer} has ${nonlinear.activation}. Use hmc.`;
	}
	if (noiseVariance > 0) return true;
	return (
		`gibbs needs noiseVariance > 0; got ${noiseVariance}: without noise the conditional of a layer is concentrated on a ` +
		"subspace, and the sampler would not move off it. Use a small noise, such as 1e-4 of the targets' variance."
	);
}

function prepare(
	space: SamplingSpace,
	{ sweeps, rescaling }: Options,
): TransitionKernel<GibbsState, StepInfo> {
	const { engine, network } = space;
	const sweep = createSweep(space, rescaling);
	const prior = engine.allocate(network.parameters);
	return {
		notes: [],
		init(stream) {
			engine.fillNormal(stream, prior);
			return { hidden: prior.data.slice() };
		},
		step({ hidden }, stream) {
			const { position } = space.potential;
			position.data.set(hidden);
			for (let i = 0; i < sweeps; i++) sweep(stream);
			return { state: { hidden: position.data.slice() }, info: ALWAYS_ACCEPTED };
		},
		draw: ({ hidden }) => ({ hidden }),
		// A sweep reads the targets and keeps nothing of them.
		at: (_, { hidden }) => ({ hidden }),
	};
}
