/**
 * Importance sampling of the hidden weights, the readout integrated out exactly, with the log evidence.
 *
 * Every draw is independent: hidden weights w from a proposal q, with weight p(Y | w) p(w) / q(w), whose mean is the evidence.
 * Problem class: dense layers, residual blocks and convolutions, any depth, activation and number of outputs, biases, both scalings;
 * noiseVariance > 0; at most MOST_WEIGHTS hidden weights, and few in effect: the weights of wide or strongly tilted deep
 * networks scatter over many orders of magnitude. The effective sample size and the shape of the weights' tail say so.
 * Proposal: all units of the first layer alike and independent, from a mixture of the prior and Gaussians; deeper layers
 * Gaussian with one variance each; with a small probability all weights from the prior (Hesterberg 1995), so that no weight
 * exceeds the largest likelihood over that probability. It is fitted to a Markov chain (hmc's) that runs during warm-up and
 * frozen afterwards: any proposal is right, a good one is efficient.
 * Exact as the number of draws grows; self-normalized averages have a bias of order 1 / effective sample size.
 * Cost of a draw: `proposals` forward passes and factorizations of size min(P, N_L); no gradient after warm-up.
 * Checked against exact linear posteriors and golden posteriors with their log evidence, in both scalings.
 */
import type { RandomState } from "@finitude/engine";
import { z } from "zod";
import { InputError } from "../errors.ts";
import { layerWidth } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import type { Reference } from "../theories/theory.ts";
import { hmc } from "./hmc.ts";
import { createProposalSampler, fitProposal, type Proposal, priorProposal } from "./importance-proposal.ts";
import { positionOrder } from "./position-order.ts";
import type { Sampler, StepInfo, TransitionKernel } from "./sampler.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { createScalarFunctions } from "./scalar-functions.ts";
import { whitenNetwork } from "./whitened-network.ts";

const references: readonly Reference[] = [
	{
		key: "owen2013monte",
		authors: ["Art B. Owen"],
		title: "Monte Carlo theory, methods and examples, chapter 9: Importance sampling",
		year: 2013,
	},
	{
		key: "hesterberg1995weighted",
		authors: ["Tim Hesterberg"],
		title: "Weighted Average Importance Sampling and Defensive Mixture Distributions",
		year: 1995,
		journal: "Technometrics 37:185",
		doi: "10.1080/00401706.1995.10484303",
	},
	{
		key: "vehtari2015pareto",
		authors: ["Aki Vehtari", "Daniel Simpson", "Andrew Gelman", "Yuling Yao", "Jonah Gabry"],
		title: "Pareto Smoothed Importance Sampling",
		year: 2015,
		arxiv: "1507.02646",
		journal: "Journal of Machine Learning Research 25:72 (2024)",
	},
	{
		key: "zhang2009new",
		authors: ["Jin Zhang", "Michael A. Stephens"],
		title: "A New and Efficient Estimation Method for the Generalized Pareto Distribution",
		year: 2009,
		journal: "Technometrics 51:316",
		doi: "10.1198/tech.2009.08017",
	},
];

interface ImportanceOptions {
	readonly proposals: number;
	readonly components: number;
	readonly priorShare: number;
}

const options = z.strictObject({
	proposals: z
		.int()
		.min(1)
		.max(10_000)
		.default(16)
		.describe(
			"Independent proposals for each draw; one is kept by chance according to its weight, with their mean weight.",
		),
	components: z
		.int()
		.min(1)
		.max(32)
		.default(8)
		.describe("Most Gaussians (mirrored pairs for an odd activation) in the proposal of a first-layer unit."),
	priorShare: z
		.number()
		.min(0.001)
		.max(1)
		.default(0.05)
		.describe("Probability of proposing all weights from the prior: it bounds the weights."),
});

type ExplorerState = ReturnType<ReturnType<typeof hmc.prepare>["init"]>;

/** Warming up: a chain explores the posterior. */
interface Exploring {
	readonly explorer: ExplorerState;
	readonly steps: number;
	/** Its positions after every stride-th step, the latest last. */
	readonly visited: readonly Float64Array[];
	readonly stride: number;
}

/** Afterwards: a frozen proposal and a draw. */
interface Drawing {
	readonly proposal: Proposal;
	readonly hidden: Float64Array;
	readonly logWeight: number;
}

type ImportanceState = Exploring | Drawing;

/** More hidden weights than this are refused: the weights of so many independent proposals would scatter beyond use. */
const MOST_WEIGHTS = 20_000;

/** Positions of the explorer that are kept; when they are more, every second one goes. */
const MOST_VISITED = 512;

/** Registered as "importance". */
export const importance: Sampler<ImportanceState, StepInfo, ImportanceOptions> = {
	id: "importance",
	title: "Importance sampling with a fitted proposal, readout integrated out",
	summary:
		"Independent weighted draws and the log evidence, for tiny networks; the effective sample size says whether it worked.",
	references,
	options,
	weighted: true,
	// The weights give it at no cost.
	evidence: { numbersPerDraw: () => 0 },
	applies,
	prepare,
};

function applies(problem: Problem): true | string {
	const { noiseVariance, network, trainInputs } = problem;
	if (!(noiseVariance > 0)) {
		return `importance needs noiseVariance > 0; got ${noiseVariance}: without noise the likelihood of the hidden weights is unbounded. Use a small noise, such as 1e-4 of the targets' variance.`;
	}
	const { counts, inputColumns } = positionOrder(problem);
	const directions = Math.min(trainInputs.rows * counts[0]!, inputColumns[0]!.length + 1);
	const { parameters } = whitenNetwork(problem, directions);
	if (parameters <= MOST_WEIGHTS) return true;
	const widths = network.layers.map(layerWidth).join(", ");
	return `importance samples at most ${MOST_WEIGHTS} hidden weights; widths ${widths} have ${parameters}. Use hmc.`;
}

function prepare(
	space: SamplingSpace,
	{ proposals, components, priorShare }: ImportanceOptions,
): TransitionKernel<ImportanceState, StepInfo> {
	const { engine, network, potential, problem } = space;
	const explorer = hmc.prepare(space, hmc.options.parse({}));
	const symmetric = network.layers[0]!.activation.odd;
	const sampler = createProposalSampler(engine, network, 1 + components * (symmetric ? 2 : 1));
	const uniforms = engine.allocate(proposals);
	const { exp, log } = createScalarFunctions(engine);
	const normalization = (problem.trainTargets.data.length / 2) * log(2 * Math.PI) + log(proposals);

	/** One of `proposals` candidates, chosen in proportion to their weights, with their mean weight. */
	const draw = (proposal: Proposal, stream: RandomState) => {
		engine.fillUniform(stream, uniforms);
		let hidden: Float64Array | undefined;
		let top = Number.NEGATIVE_INFINITY;
		let sum = 0;
		let failures = 0;
		for (let j = 0; j < proposals; j++) {
			const logRatio = sampler.draw(proposal, potential.position, stream);
			const energy = potential.energy();
			if (!Number.isFinite(energy)) {
				failures++;
				continue;
			}
			const logWeight = -energy - logRatio;
			if (logWeight > top) {
				sum = sum === 0 ? 0 : sum * exp(top - logWeight);
				top = logWeight;
			}
			const weight = exp(logWeight - top);
			sum += weight;
			if (uniforms.data[j]! * sum < weight) hidden = potential.position.data.slice();
		}
		if (hidden === undefined) throw notFactorized(problem.noiseVariance);
		return { hidden, logWeight: top + log(sum) - normalization, failed: failures > 0 };
	};

	/** The first half of the visited positions may still be on the way from the prior. */
	const proposalAfter = ({ visited }: Exploring, stream: RandomState) =>
		visited.length === 0
			? priorProposal(engine, network)
			: fitProposal(
					engine,
					network,
					visited.slice(Math.floor(visited.length / 2)),
					{ symmetric, components, priorShare },
					stream,
				);

	return {
		notes: [],
		init: (stream) => ({ explorer: explorer.init(stream), steps: 0, visited: [], stride: 1 }),
		step(state, stream, warmingUp) {
			if (warmingUp && "explorer" in state) {
				const { state: next, info } = explorer.step(state.explorer, stream, true);
				return { state: visit(state, next, explorer.draw(next).hidden), info };
			}
			const proposal = "explorer" in state ? proposalAfter(state, stream) : state.proposal;
			const { hidden, logWeight, failed } = draw(proposal, stream);
			return {
				state: { proposal, hidden, logWeight },
				info: { acceptance: 1, divergent: failed, energyError: 0 },
			};
		},
		draw: (state) =>
			"explorer" in state
				? explorer.draw(state.explorer)
				: { hidden: state.hidden, logWeight: state.logWeight },
	};
}

function visit(state: Exploring, explorer: ExplorerState, position: Float64Array): Exploring {
	const steps = state.steps + 1;
	const visited = steps % state.stride === 0 ? [...state.visited, position] : state.visited;
	if (visited.length < MOST_VISITED) return { explorer, steps, visited, stride: state.stride };
	return { explorer, steps, visited: visited.filter((_, i) => i % 2 === 1), stride: 2 * state.stride };
}

function notFactorized(noiseVariance: number): InputError {
	return new InputError({
		where: "noiseVariance",
		wanted: "a noise that keeps kernel + noise positive definite in double precision",
		got: `${noiseVariance}`,
		advice: "The Cholesky factorization failed at every one of a draw's proposals: raise noiseVariance.",
	});
}
