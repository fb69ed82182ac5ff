/**
 * Geweke's joint-distribution test (2004, JASA 99:799): drawing in turn data given weights and weights given data must leave
 * the joint prior of weights and data unchanged.
 *
 * Everything is judged in variables that are independent standard normals under that joint law: the whitened weights w, and
 * u = L(w)^-1 Y with L L^T = K_w + kappa I (or (Y - f) / sqrt(kappa) where draws carry a readout). The data are drawn by the
 * network's definition, so that the whitened coordinates, the forward pass and the readout's integral are tested as well.
 */
import { seedStream, splitStream } from "@finitude/engine";
import { mcseMean } from "../../src/diagnostics/index.ts";
import type { NetworkDraw, Problem, Sampler, StepInfo, TransitionKernel } from "../../src/index.ts";
import { createSamplingSpace, type SamplingSpace } from "../../src/samplers/sampling-space.ts";
import { choleskyFactor, logDeterminant, solveLower } from "../helpers/small-cholesky.ts";
import type { Measurement } from "../helpers/z-scores.ts";
import {
	drawPlainNetwork,
	normalSource,
	type PlainOutputs,
	plainNetworkOf,
	rowsOf,
	runPlainNetwork,
} from "./plain-network.ts";
import { engine } from "./problems.ts";

export interface JointTest {
	readonly measurements: Measurement[];
	/** Mean acceptance of the steps. */
	readonly acceptance: number;
}

type Proved = Pick<Sampler, "prepare" | "options">;

/** One row of numbers a draw, by name; averages of the same names under the joint prior. */
type Statistics = Record<string, number>;

const WARMUP = 300;

/**
 * The successive-conditional simulator through a sampler's kernel: `rounds` times new data, the state at the new data (`at`),
 * one step with frozen tuning. It starts from the joint prior, so that no round is transient.
 */
export function successiveConditional(
	problem: Problem,
	{ prepare, options }: Proved,
	chosen: object,
	rounds: number,
	seed: number,
): JointTest {
	const mark = engine.mark();
	const space = createSamplingSpace(engine, problem);
	const kernel = prepare(space, options.parse(chosen), { warmup: WARMUP, evidence: false }) as Required<
		TransitionKernel<unknown, StepInfo>
	>;
	const [transitions, data] = [0, 1].map((child) => splitStream(seedStream(seed), child));
	const normal = normalSource(data!);
	const joint = jointStatistics(space, normal);
	let state = kernel.init(transitions!);
	let outputs = joint.outputsOf(kernel.draw(state));
	const turn = (warmingUp: boolean) => {
		joint.drawTargets(outputs);
		const outcome = kernel.step(kernel.at(state, kernel.draw(state)), transitions!, warmingUp);
		state = outcome.state;
		outputs = joint.outputsOf(kernel.draw(state));
		return outcome.info.acceptance;
	};
	for (let t = 0; t < WARMUP; t++) turn(true);
	state = kernel.at(state, priorDraw(space, kernel.draw(state), normal));
	outputs = joint.outputsOf(kernel.draw(state));
	const rows: Statistics[] = [];
	let acceptance = 0;
	for (let t = 0; t < rounds; t++) {
		acceptance += turn(false) / rounds;
		rows.push(joint.statistics(kernel.draw(state), outputs));
	}
	engine.release(mark);
	return { measurements: measure(rows, priorAverages(problem, seed)), acceptance };
}

/** Draws of the weights given one data set: what a preparation costs is shared by several. */
const DRAWS_PER_DATA = 8;

/**
 * For samplers whose draws are independent: `rounds` times a network and data from the prior, and draws given the data, which
 * with the data follow the joint prior. One number of every statistic a round: the average over its draws.
 */
export function independentConditional(
	problem: Problem,
	{ prepare, options }: Proved,
	chosen: object,
	rounds: number,
	seed: number,
): Measurement[] {
	const mark = engine.mark();
	const [transitions, data] = [0, 1].map((child) => splitStream(seedStream(seed), child));
	const normal = normalSource(data!);
	const space = createSamplingSpace(engine, problem);
	const kernel = prepare(space, options.parse(chosen));
	const joint = jointStatistics(space, normal);
	const inputs = rowsOf(problem.trainInputs);
	let state = kernel.init(transitions!);
	const rows: Statistics[] = [];
	for (let t = 0; t < rounds; t++) {
		joint.drawTargets(runPlainNetwork(problem, drawPlainNetwork(problem, normal), inputs));
		const sums: Statistics = {};
		for (let k = 0; k < DRAWS_PER_DATA; k++) {
			({ state } = kernel.step(state, transitions!, false));
			const draw = kernel.draw(state);
			for (const [name, value] of Object.entries(joint.statistics(draw, joint.outputsOf(draw)))) {
				sums[name] = (sums[name] ?? 0) + value / DRAWS_PER_DATA;
			}
		}
		rows.push(sums);
	}
	engine.release(mark);
	return measure(rows, priorAverages(problem, seed));
}

/** Whitened weights from the prior, of the kind that the sampler draws. */
function priorDraw({ network }: SamplingSpace, like: NetworkDraw, normal: () => number): NetworkDraw {
	return {
		hidden: Float64Array.from({ length: network.parameters }, normal),
		...(like.readout && { readout: like.readout.map(normal) }),
	};
}

/** Draws the space's targets given a network, and reads statistics of a network and the targets. */
function jointStatistics(space: SamplingSpace, normal: () => number) {
	const { problem, potential } = space;
	const inputs = rowsOf(problem.trainInputs);
	const noise = Math.sqrt(problem.noiseVariance);
	const outputs = problem.trainTargets.columns;
	return {
		outputsOf: (draw: NetworkDraw) => runPlainNetwork(problem, plainNetworkOf(space, draw, normal), inputs),
		drawTargets({ f }: PlainOutputs) {
			potential.targets.block.data.set(f.flat().map((x) => x + noise * normal()));
		},
		statistics(draw: NetworkDraw, { f, kernel }: PlainOutputs): Statistics {
			const y = [...potential.targets.block.data];
			const factor = noisyFactor(kernel, problem.noiseVariance);
			const columns = Array.from({ length: outputs }, (_, k) => y.filter((_, i) => i % outputs === k));
			const residuals = draw.readout
				? y.map((x, i) => (x - f.flat()[i]!) / noise)
				: columns.flatMap((column) => solveLower(factor, column));
			return {
				...normalMoments(blocksOf(space, draw), residuals),
				...dataStatistics(y, { f, kernel }, logDeterminant(factor), problem),
			};
		},
	};
}

function noisyFactor(kernel: PlainOutputs["kernel"], noiseVariance: number): number[][] {
	return choleskyFactor(kernel.map((row, i) => row.map((k, j) => k + (i === j ? noiseVariance : 0))));
}

/** The weights of every hidden layer, and the readout's where the draw has them. */
function blocksOf({ network }: SamplingSpace, { hidden, readout }: NetworkDraw): Float64Array[] {
	const layers = network.layers.map(({ offset, width, fanIn }) =>
		hidden.subarray(offset, offset + width * fanIn),
	);
	return readout ? [...layers, readout] : layers;
}

/** Functions of independent standard normals; their means are those of `expectedMoment`. */
function normalMoments(blocks: readonly Float64Array[], residuals: readonly number[]): Statistics {
	const moment = (x: ArrayLike<number>, power: number) => {
		let sum = 0;
		for (let i = 0; i < x.length; i++) sum += x[i]! ** power;
		return sum / x.length;
	};
	const statistics: Statistics = {};
	const spread = moment(residuals, 2);
	blocks.forEach((w, l) => {
		for (const power of [1, 2, 3, 4]) statistics[`E w${l}^${power}`] = moment(w, power);
		statistics[`E w${l}^2 u^2`] = moment(w, 2) * spread;
		statistics[`E w${l}[0] u[0]`] = w[0]! * residuals[0]!;
	});
	for (const power of [1, 2, 3, 4]) statistics[`E u^${power}`] = moment(residuals, power);
	statistics["E w[0] w[-1]"] = blocks[0]![0]! * blocks.at(-1)!.at(-1)!;
	return statistics;
}

/** Mean of a statistic of `normalMoments`. */
function expectedMoment(name: string): number {
	if (name.endsWith("^4")) return 3;
	return name.endsWith("^2") ? 1 : 0;
}

/**
 * Functions of data and kernel whose means under the joint prior are averages over independent draws. Logarithmic or bounded:
 * products of many weights have tails too heavy for a normal error.
 */
function dataStatistics(
	y: readonly number[],
	{ kernel }: PlainOutputs,
	logDet: number,
	{ noiseVariance, trainTargets }: Problem,
): Statistics {
	const first = y[0]!;
	const second = y[trainTargets.columns]!;
	return {
		"E log det": logDet,
		"E Y^2 / (Y^2 + kappa)": first ** 2 / (first ** 2 + noiseVariance),
		"E Y Y' K / ((Y^2 + Y'^2 + kappa) (tr K + kappa))":
			(first * second * kernel[0]![1]!) /
			((first ** 2 + second ** 2 + noiseVariance) * (kernel[0]![0]! + kernel[1]![1]! + noiseVariance)),
	};
}

/** The marginal-conditional simulator: independent draws of network and data from the prior, by definition. */
function priorAverages(problem: Problem, seed: number): Map<string, { mean: number; error: number }> {
	const normal = normalSource(splitStream(seedStream(seed), 2));
	const inputs = rowsOf(problem.trainInputs);
	// As many as a long chain has effective draws: more would not sharpen the comparison.
	const rows = Array.from({ length: 10_000 }, () => {
		const outputs = runPlainNetwork(problem, drawPlainNetwork(problem, normal), inputs);
		const y = outputs.f.flat().map((x) => x + Math.sqrt(problem.noiseVariance) * normal());
		const logDet = logDeterminant(noisyFactor(outputs.kernel, problem.noiseVariance));
		return dataStatistics(y, outputs, logDet, problem);
	});
	return new Map(Object.keys(rows[0]!).map((name) => [name, average(rows, name)]));
}

function measure(
	rows: readonly Statistics[],
	priors: ReadonlyMap<string, { mean: number; error: number }>,
): Measurement[] {
	return Object.keys(rows[0]!).map((label) => {
		const { mean, error } = average(rows, label);
		const truth = priors.get(label) ?? { mean: expectedMoment(label), error: 0 };
		return { label, estimate: mean, error, truth: truth.mean, truthError: truth.error };
	});
}

function average(rows: readonly Statistics[], name: string): { mean: number; error: number } {
	const series = Float64Array.from(rows, (row) => row[name]!);
	const error = mcseMean([series]);
	if (!error.defined) throw new Error(`${name}: ${error.reason}`);
	return { mean: series.reduce((a, b) => a + b, 0) / series.length, error: error.value };
}
