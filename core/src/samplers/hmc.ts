/**
 * Hamiltonian Monte Carlo on the hidden weights, the readout integrated out exactly.
 *
 * Target: the posterior of all hidden weights and biases, p(w | Y) proportional to p(Y | w) p(w), Y | w ~ N(0, K_w + kappa I)
 * per output with K_w = (s_a^2 / (chi N)) Phi Phi^T (+ s_b^2). Problem class: dense layers and convolutions whose patches
 * tile, any depth, width, activation and number of outputs, biases everywhere, both scalings; noiseVariance > 0.
 * Coordinates: independent standard normals a priori; the first layer in the row space of the training inputs.
 * Exact up to Monte-Carlo error: every transition is Metropolis-corrected.
 * Cost of a gradient: one matrix product forward and two backward per layer, and one factorization of size min(P, N_L).
 * Checked against exact linear posteriors, central differences, Geweke's joint-distribution test and published samples.
 */
import { z } from "zod";
import { InputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import type { Reference } from "../theories/theory.ts";
import { createHmcTransition, type HmcInfo, type HmcState } from "./hmc-transition.ts";
import type { Sampler, TransitionKernel } from "./sampler.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { createSinglePrecisionForce } from "./single-precision-force.ts";

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

const options = z.strictObject({
	precision: z
		.enum(["float64", "float32"])
		.default("float64")
		.describe(
			"Precision of the gradients along a trajectory. float32 is up to twice as fast and just as exact, because every " +
				"trajectory is accepted or rejected by its energy in float64; a small noiseVariance can make it accept less.",
		),
});

type HmcOptions = z.infer<typeof options>;

/** Registered as "hmc". */
export const hmc: Sampler<HmcState, HmcInfo, HmcOptions> = {
	id: "hmc",
	title: "Hamiltonian Monte Carlo, readout integrated out",
	summary: "Exact up to Monte-Carlo error for every network: gradient-guided moves of the hidden weights.",
	references,
	options,
	applies,
	prepare,
};

function applies({ noiseVariance }: Problem): true | string {
	if (noiseVariance > 0) return true;
	return (
		`hmc needs noiseVariance > 0; got ${noiseVariance}: without noise the density of the hidden weights is ` +
		"unbounded or undefined wherever the kernel of the sampled features is singular. Use a small noise, such as 1e-4 " +
		"of the targets' variance."
	);
}

function prepare(space: SamplingSpace, { precision }: HmcOptions): TransitionKernel<HmcState, HmcInfo> {
	const { engine, network, potential, problem } = space;
	const single = precision === "float32";
	const transition = createHmcTransition(engine, single ? createSinglePrecisionForce(space) : potential);
	const prior = engine.allocate(network.parameters);
	return {
		notes: [],
		init(stream) {
			engine.fillNormal(stream, prior);
			const state = transition.stateAt(prior.data.slice(), stream);
			if (state === undefined) {
				throw new InputError({
					where: "noiseVariance",
					wanted: `a noise that keeps kernel + noise positive definite in ${single ? "single" : "double"} precision`,
					got: `${problem.noiseVariance}`,
					advice:
						"The Cholesky factorization failed at weights drawn from the prior: raise noiseVariance" +
						(single ? ", or use precision float64." : "."),
				});
			}
			return state;
		},
		step: transition.step,
		draw: ({ position }) => ({ hidden: position }),
	};
}
