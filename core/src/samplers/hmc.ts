/**
 * Hamiltonian Monte Carlo on the hidden weights, the readout integrated out exactly.
 *
 * Target: the posterior of all hidden weights and biases, p(w | Y) proportional to p(Y | w) p(w), Y | w ~ N(0, K_w + kappa I)
 * per output with K_w = (s_a^2 / (chi N)) Phi Phi^T (+ s_b^2). Problem class: dense layers, residual blocks and convolutions whose
 * patches tile, any depth, width, activation and number of outputs, biases everywhere, both scalings; noiseVariance > 0.
 * Coordinates: independent standard normals a priori; the first layer in the row space of the training inputs.
 * Exact up to Monte-Carlo error: every transition is Metropolis-corrected.
 * Cost of a gradient: one matrix product forward and two backward per layer, and one factorization of size min(P, N_L).
 * Checked against exact linear posteriors, central differences, Geweke's joint-distribution test and published samples.
 */
import { z } from "zod";
import type { ValidityNote } from "../answer/answer.ts";
import { InputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import type { Reference } from "../theories/theory.ts";
import {
	createHmcTransition,
	DEFAULT_HMC_SETTINGS,
	type HmcInfo,
	type HmcSettings,
	type HmcState,
} from "./hmc-transition.ts";
import { SHORTEST_MASS_WARMUP } from "./mass-windows.ts";
import { createPriorStart, type Precision, type PriorStart, singularKernel } from "./prior-start.ts";
import type { RunPlan, Sampler, TransitionKernel } from "./sampler.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { createSinglePrecisionForce } from "./single-precision-force.ts";
import { recordSize } from "./tempering/rung-record.ts";
import { createTemperedHmc, type TemperedState } from "./tempering/tempered-hmc.ts";

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
		key: "betancourt2017conceptual",
		authors: ["Michael Betancourt"],
		title: "A Conceptual Introduction to Hamiltonian Monte Carlo",
		year: 2017,
		arxiv: "1701.02434",
	},
	{
		key: "titsias2023optimal",
		authors: ["Michalis K. Titsias"],
		title: "Optimal Preconditioning and Fisher Adaptive Langevin Sampling",
		year: 2023,
		arxiv: "2305.14442",
		journal: "Advances in Neural Information Processing Systems 36",
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
	{
		key: "syed2022nonreversible",
		authors: ["Saifuddin Syed", "Alexandre Bouchard-Côté", "George Deligiannidis", "Arnaud Doucet"],
		title: "Non-Reversible Parallel Tempering: a Scalable Highly Parallel MCMC Scheme",
		year: 2022,
		arxiv: "1905.02939",
		journal: "Journal of the Royal Statistical Society B 84:321",
	},
	{
		key: "bennett1976efficient",
		authors: ["Charles H. Bennett"],
		title: "Efficient estimation of free energy differences from Monte Carlo data",
		year: 1976,
		journal: "Journal of Computational Physics 22:245",
		doi: "10.1016/0021-9991(76)90078-4",
	},
	{
		key: "friel2014improving",
		authors: ["Nial Friel", "Merrilee Hurn", "Jason Wyse"],
		title: "Improving power posterior estimation of statistical evidence",
		year: 2014,
		arxiv: "1209.3198",
		journal: "Statistics and Computing 24:709",
	},
];

interface HmcOptions {
	readonly trajectory: HmcSettings["trajectory"];
	readonly maxTreeDepth: number;
	readonly adaptMass: boolean;
	readonly temper: number;
	readonly precision: Precision;
}

/** A ladder for the log evidence where none was asked for. */
const EVIDENCE_REPLICAS = 8;

/** Each replica costs a trajectory a step: more than this is a mistake. */
const MOST_REPLICAS = 64;

const temperText = `an integer from 1 to ${MOST_REPLICAS}`;

/** 4095 gradients a step. */
const DEEPEST_TREE = 12;

const depthText = `an integer from 1 to ${DEEPEST_TREE}`;

const options = z.strictObject({
	trajectory: z
		.enum(["static", "nuts"], 'one of "static", "nuts"')
		.default(DEFAULT_HMC_SETTINGS.trajectory)
		.describe(
			"How far a step follows the motion: static, for a random time around pi/3; or nuts, doubled until it turns back.",
		),
	maxTreeDepth: z
		.int(depthText)
		.min(1, depthText)
		.max(DEEPEST_TREE, depthText)
		.default(DEFAULT_HMC_SETTINGS.maxTreeDepth)
		.describe("nuts: doublings of a trajectory at most; 2^maxTreeDepth - 1 gradients."),
	adaptMass: z
		.boolean("true or false")
		.default(false)
		.describe(
			"Adapt one metric to the incoming weights of each layer's units while warming up. " +
				`Not in warm-ups under ${SHORTEST_MASS_WARMUP} steps.`,
		),
	temper: z
		.int(temperText)
		.min(1, temperText)
		.max(MOST_REPLICAS, temperText)
		.default(1)
		.describe(
			"Replicas of each chain at growing noise, from the problem's up to the prior, that exchange their weights; 1 for none. " +
				`With evidence and 1, ${EVIDENCE_REPLICAS} are used.`,
		),
	precision: z
		.enum(["float64", "float32"])
		.default("float64")
		.describe(
			"Precision of the gradients along a trajectory. float32 is up to twice as fast and just as exact, because every " +
				"trajectory is accepted or rejected by its energy in float64; with a very small noiseVariance fewer are accepted.",
		),
});

/** Rungs of the ladder; 1 for no ladder. */
function ladderSize(temper: number, evidence: boolean): number {
	return evidence && temper === 1 ? EVIDENCE_REPLICAS : temper;
}

/** Registered as "hmc". */
export const hmc: Sampler<HmcState | TemperedState, HmcInfo, HmcOptions> = {
	id: "hmc",
	title: "Hamiltonian Monte Carlo, readout integrated out",
	summary: "Exact up to Monte-Carlo error for every network: gradient-guided moves of the hidden weights.",
	references,
	options,
	evidence: { numbersPerDraw: ({ temper }) => recordSize(ladderSize(temper, true)) },
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

function prepare(
	space: SamplingSpace,
	{ trajectory, maxTreeDepth, adaptMass, temper, precision }: HmcOptions,
	{ warmup, evidence }: RunPlan = { warmup: 0, evidence: false },
): TransitionKernel<HmcState | TemperedState, HmcInfo> {
	const { layers } = space.network;
	const tooShort = adaptMass && warmup < SHORTEST_MASS_WARMUP;
	const mass = adaptMass && !tooShort ? { mass: { layers, warmup } } : {};
	const moves = { trajectory, maxTreeDepth, ...mass };
	const replicas = ladderSize(temper, evidence);
	const start = createPriorStart(space, precision);
	if (replicas > 1 && precision !== "float64") {
		throw new InputError({
			where: "sampling.options.precision",
			wanted: "float64 with temper or evidence, whose replicas exchange energies at several noises",
			got: precision,
		});
	}
	const kernel =
		replicas > 1
			? createTemperedHmc(space, start, { replicas, evidence, moves })
			: plain(space, start, moves, precision);
	const notes = [...kernel.notes, ...(tooShort ? [massNote(warmup)] : [])];
	return { ...kernel, notes } as TransitionKernel<HmcState | TemperedState, HmcInfo>;
}

function massNote(warmup: number): ValidityNote {
	return {
		name: "mass adaptation",
		value: warmup,
		message:
			`A warm-up of ${warmup} steps is too short to adapt the mass, which is left at the identity: ` +
			`${SHORTEST_MASS_WARMUP} are needed.`,
	};
}

function plain(
	space: SamplingSpace,
	start: PriorStart,
	moves: HmcSettings,
	precision: Precision,
): TransitionKernel<HmcState, HmcInfo> {
	const { engine, potential, problem } = space;
	const force = precision === "float32" ? createSinglePrecisionForce(space) : potential;
	const transition = createHmcTransition(engine, force, moves);
	return {
		notes: [],
		init: (stream) => start(transition, stream),
		step: transition.step,
		draw: ({ position }) => ({ hidden: position }),
		at(state, { hidden }) {
			const point = transition.pointAt(hidden);
			if (point === undefined) throw singularKernel(problem, precision);
			return { ...state, ...point };
		},
	};
}
