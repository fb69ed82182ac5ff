/**
 * Simulation-based calibration (Talts et al. 2018, arXiv 1804.06788; Modrak et al. 2023, arXiv 2211.02383): a network and data
 * from the prior, then draws of the posterior by a short chain. If the chain samples the posterior, the rank of the true value
 * of any quantity among its draws is uniform. Network, data and what is ranked come from the network's definition; f at the
 * test point from the observer.
 */
import { seedStream, splitStream } from "@finitude/engine";
import type { NetworkDraw, Problem, Sampler } from "../../src/index.ts";
import { createObserver } from "../../src/samplers/observer.ts";
import { createSamplingSpace } from "../../src/samplers/sampling-space.ts";
import { choleskyFactor, logDeterminant, solveLower, solveUpper } from "../helpers/small-cholesky.ts";
import { drawPlainNetwork, normalSource, plainNetworkOf, rowsOf, runPlainNetwork } from "./plain-network.ts";
import { engine } from "./problems.ts";

/** Draws that a true value is ranked among: ranks 0 to 63. */
export const RANKED_DRAWS = 63;

export interface Simulation {
	readonly replications: number;
	readonly warmup: number;
	/** Steps between ranked draws, so many that these are nearly independent. */
	readonly thinning: number;
	readonly seed: number;
	/** Of the sampler; its defaults where none are given. */
	readonly options?: Readonly<Record<string, unknown>>;
	/** Of the simulated data; that of the problem unless the sampler is to be wrong about it. */
	readonly noiseVariance?: number;
}

/** The last two depend on the data: without such quantities a sampler that returns the prior would pass. */
export const RANKED_QUANTITIES = [
	"f at a training point",
	"f at a test point",
	"output kernel entry",
	"log likelihood of f",
	"log likelihood of the hidden weights",
] as const;

export type Ranks = Readonly<Record<(typeof RANKED_QUANTITIES)[number], number[]>>;

/** One rank of every quantity for each replication. The targets of `problem` are replaced. */
export function simulatedRanks(
	problem: Problem,
	sampler: Pick<Sampler, "prepare" | "options">,
	{ replications, warmup, thinning, seed, options = {}, noiseVariance = problem.noiseVariance }: Simulation,
): Ranks {
	const mark = engine.mark();
	const [transitions, observations, prior] = [0, 1, 2].map((child) => splitStream(seedStream(seed), child));
	const normal = normalSource(prior!);
	const space = createSamplingSpace(engine, problem);
	const observer = createObserver(space, {});
	const kernel = sampler.prepare(space, sampler.options.parse(options));
	const train = rowsOf(problem.trainInputs);
	const inputs = [...train, ...rowsOf(problem.testInputs!)];

	const quantities = (f: number[][], testValue: number, k: number[][], y: number[][]): number[] => [
		f[0]![0]!,
		testValue,
		k[0]![1]!,
		-squaredNorm(f.map((row, i) => row.map((x, d) => x - y[i]![d]!))) / (2 * problem.noiseVariance),
		logLikelihood(k, y, problem.noiseVariance),
	];

	/** The same quantities for a draw; a readout that it integrates out is drawn given data and hidden weights. */
	const drawn = (draw: NetworkDraw, y: number[][]): number[] => {
		const { f, kernel: k } = runPlainNetwork(problem, plainNetworkOf(space, draw, normal), train);
		const { testMean, testVariance } = observer.observe(draw, observations!);
		const posterior = draw.readout ? f : conditioned(f, k, y, problem.noiseVariance, normal);
		const testValue = testMean[0]! + Math.sqrt(testVariance[0]!) * normal();
		return quantities(posterior, testValue, k, y);
	};

	const ranks = RANKED_QUANTITIES.map((): number[] => []);
	for (let r = 0; r < replications; r++) {
		const network = runPlainNetwork(problem, drawPlainNetwork(problem, normal), inputs);
		const f = network.f.slice(0, train.length);
		const k = network.kernel.slice(0, train.length).map((row) => row.slice(0, train.length));
		const y = f.map((row) => row.map((x) => x + Math.sqrt(noiseVariance) * normal()));
		space.potential.targets.block.data.set(y.flat());
		const truth = quantities(f, network.f[train.length]![0]!, k, y);
		const below = truth.map(() => 0);
		// Kernel entries of relu networks can be exactly 0: ties are put in a random order.
		const tieBreaks = truth.map(normal);
		let state = kernel.init(transitions!);
		for (let t = 0; t < warmup; t++) ({ state } = kernel.step(state, transitions!, true));
		for (let draw = 0; draw < RANKED_DRAWS; draw++) {
			for (let t = 0; t < thinning; t++) ({ state } = kernel.step(state, transitions!, false));
			drawn(kernel.draw(state), y).forEach((value, q) => {
				if (value < truth[q]! || (value === truth[q] && normal() < tieBreaks[q]!)) below[q]!++;
			});
		}
		below.forEach((rank, q) => {
			ranks[q]!.push(rank);
		});
	}
	engine.release(mark);
	return Object.fromEntries(RANKED_QUANTITIES.map((name, q) => [name, ranks[q]!])) as unknown as Ranks;
}

/**
 * A draw of f given data from a draw f0 of its prior with kernel K (Matheron's rule): f0 + K A^-1 (Y - f0 - noise) with
 * A = K + kappa I.
 */
function conditioned(
	prior: number[][],
	kernel: number[][],
	y: number[][],
	noiseVariance: number,
	normal: () => number,
): number[][] {
	const factor = noisyFactor(kernel, noiseVariance);
	const columns = y[0]!.map((_, d) => {
		const rest = y.map((row, i) => row[d]! - prior[i]![d]! - Math.sqrt(noiseVariance) * normal());
		const weights = solveUpper(factor, solveLower(factor, rest));
		return prior.map((row, i) => row[d]! + kernel[i]!.reduce((sum, k, j) => sum + k * weights[j]!, 0));
	});
	return y.map((row, i) => row.map((_, d) => columns[d]![i]!));
}

/** log p(Y | hidden weights) without the constant. */
function logLikelihood(kernel: number[][], y: number[][], noiseVariance: number): number {
	const factor = noisyFactor(kernel, noiseVariance);
	const whitened = y[0]!.map((_, d) =>
		solveLower(
			factor,
			y.map((row) => row[d]!),
		),
	);
	return -(y[0]!.length * logDeterminant(factor) + squaredNorm(whitened)) / 2;
}

function noisyFactor(kernel: number[][], noiseVariance: number): number[][] {
	return choleskyFactor(kernel.map((row, i) => row.map((k, j) => k + (i === j ? noiseVariance : 0))));
}

function squaredNorm(x: readonly (readonly number[])[]): number {
	return x.flat().reduce((sum, value) => sum + value * value, 0);
}

/** Pearson's statistic of the histogram of ranks 0 to 63 in equal bins: chi squared with bins - 1 degrees of freedom. */
export function chiSquared(ranks: readonly number[], bins: number): number {
	const counts = new Float64Array(bins);
	for (const rank of ranks) counts[Math.floor((rank * bins) / (RANKED_DRAWS + 1))]!++;
	const expected = ranks.length / bins;
	return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
