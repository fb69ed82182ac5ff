/**
 * Hamiltonian Monte Carlo on the hidden weights of a dense network, the readout integrated out exactly.
 *
 * Target: the posterior of all hidden weights and biases, p(w | Y) proportional to p(Y | w) p(w), Y | w ~ N(0, K_w + kappa I)
 * per output with K_w = (s_a^2 / (chi N)) Phi Phi^T (+ s_b^2). Problem class: dense layers, any depth, width, activation and
 * number of outputs, biases everywhere, both scalings; noiseVariance > 0.
 * Coordinates: independent standard normals a priori; the first layer in the row space of the training inputs.
 * Exact up to Monte-Carlo error: every transition is Metropolis-corrected.
 * Cost of a gradient: one matrix product forward and two backward per layer, and one factorization of size min(P, N_L).
 * Checked against exact linear posteriors, central differences, Geweke's joint-distribution test and published samples.
 */
import { type Engine, load } from "@finitude/engine";
import type { ValidityNote } from "../answer/answer.ts";
import { InputError } from "../errors.ts";
import type { DenseLayer } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import type { Reference } from "../theories/theory.ts";
import { createHmcTransition, type HmcInfo, type HmcState } from "./hmc-transition.ts";
import { createObserver } from "./observer.ts";
import { createPotential } from "./potential.ts";
import { RANK_THRESHOLD } from "./row-space.ts";
import type { Sampler, TransitionKernel } from "./sampler.ts";
import { type WhitenedInputs, whitenInputs } from "./whitened-inputs.ts";
import { whitenNetwork } from "./whitened-network.ts";

const references: readonly Reference[] = [
	{
		key: "neal2011mcmc",
		authors: ["Radford M. Neal"],
		title: "MCMC using Hamiltonian dynamics",
		year: 2011,
		arxiv: "1206.1901",
		journal: "Handbook of Markov Chain Monte Carlo",
	},
	{
		key: "hoffman2014nouturn",
		authors: ["Matthew D. Hoffman", "Andrew Gelman"],
		title: "The No-U-Turn Sampler: Adaptively Setting Path Lengths in Hamiltonian Monte Carlo",
		year: 2014,
		arxiv: "1111.4246",
		journal: "Journal of Machine Learning Research 15:1593",
	},
	{
		key: "beskos2011hybrid",
		authors: ["Alexandros Beskos", "Frank J. Pinski", "Jesús María Sanz-Serna", "Andrew M. Stuart"],
		title: "Hybrid Monte Carlo on Hilbert spaces",
		year: 2011,
		journal: "Stochastic Processes and their Applications 121:2201",
		doi: "10.1016/j.spa.2011.06.003",
	},
	{
		key: "vehtari2021rank",
		authors: ["Aki Vehtari", "Andrew Gelman", "Daniel Simpson", "Bob Carpenter", "Paul-Christian Bürkner"],
		title:
			"Rank-Normalization, Folding, and Localization: An Improved R-hat for Assessing Convergence of MCMC",
		year: 2021,
		arxiv: "1903.08008",
		journal: "Bayesian Analysis 16:667",
	},
];

/** Registered as "hmc". */
export const hmc: Sampler<HmcState, HmcInfo> = {
	id: "hmc",
	title: "Hamiltonian Monte Carlo, readout integrated out",
	references,
	applies,
	prepare,
};

function applies(problem: Problem): true | string {
	const { layers, readout } = problem.network;
	const convolution = layers.findIndex((layer) => layer.type !== "dense");
	if (convolution >= 0) {
		return `hmc samples dense networks; layer ${convolution + 1} is a ${layers[convolution]!.type}.`;
	}
	const frozen = layers.findIndex((layer) => !(layer.weightVariance > 0));
	if (frozen >= 0) {
		return `hmc needs weightVariance > 0 in every layer; layer ${frozen + 1} has ${layers[frozen]!.weightVariance}.`;
	}
	if (!(readout.weightVariance > 0)) {
		return `hmc needs a readout weightVariance > 0; got ${readout.weightVariance}.`;
	}
	if (!(problem.noiseVariance > 0)) {
		return (
			`hmc needs noiseVariance > 0; got ${problem.noiseVariance}: without noise the density of the hidden weights is ` +
			"unbounded or undefined wherever the kernel of the sampled features is singular. Use a small noise, such as 1e-4 " +
			"of the targets' variance."
		);
	}
	return true;
}

/** @throws InputError when `applies` is not true. */
function prepare(problem: Problem, engine: Engine): TransitionKernel<HmcState, HmcInfo> {
	const verdict = applies(problem);
	if (verdict !== true) {
		throw new InputError({
			where: "sampler",
			wanted: "a problem that hmc can sample",
			got: "another",
			sentence: verdict,
		});
	}
	const first = problem.network.layers[0] as DenseLayer;
	const inputs = whitenInputs(engine, first, problem.trainInputs, problem.testInputs);
	const network = whitenNetwork(problem.network, inputs.directions);
	const potential = createPotential(engine, problem, network, load(engine, inputs.train));
	const transition = createHmcTransition(engine, potential);
	const observeAt = createObserver(engine, problem, network, potential, inputs);
	const prior = engine.allocate(network.parameters);
	return {
		notes: [rankNote(inputs, problem)],
		init(stream) {
			engine.fillNormal(stream, prior);
			const state = transition.stateAt(prior.data.slice(), stream);
			if (state === undefined) {
				throw new InputError({
					where: "noiseVariance",
					wanted: "a noise that keeps kernel + noise positive definite in double precision",
					got: `${problem.noiseVariance}`,
					advice: "The Cholesky factorization failed at weights drawn from the prior: raise noiseVariance.",
				});
			}
			return state;
		},
		step: transition.step,
		observe: (state, stream) => observeAt(state.position, stream),
	};
}

function rankNote(inputs: WhitenedInputs, { network, trainInputs }: Problem): ValidityNote {
	return {
		name: "input rank",
		value: inputs.rank,
		message:
			`The first layer is sampled in the ${inputs.rank} directions that the ${trainInputs.rows} training inputs span ` +
			`(of ${trainInputs.columns} inputs${(network.layers[0] as DenseLayer).biasVariance > 0 ? " and the bias" : ""}); singular values below ${RANK_THRESHOLD} of the largest are dropped.`,
	};
}
