/** The deep Gaussian process with one Gram layer, sampled: what the deep kernel machine approximates with errors of order 1/N. */
import {
	type Engine,
	type Matrix,
	matrix,
	multiply,
	type RandomState,
	seedStream,
	symmetricPart,
} from "@finitude/engine";
import type { Problem } from "../../../src/index.ts";
import { createHmcTransition } from "../../../src/samplers/hmc-transition.ts";
import type { Force } from "../../../src/samplers/trajectory.ts";
import { type LayerKernels, layerKernels } from "../../../src/theories/equations-of-state/free-energy.ts";
import { gaussianOutput } from "../../../src/theories/equations-of-state/gaussian-output.ts";
import { inputCotangent } from "../../../src/theories/equations-of-state/input-layer.ts";
import { prepareModel } from "../../../src/theories/equations-of-state/model.ts";
import { outputBlocks } from "../../../src/theories/equations-of-state/predict.ts";
import { weightCovariance } from "../../../src/theories/equations-of-state/solve-equations.ts";
import { gaussianProcessPosterior } from "../../../src/theories/gaussian-process.ts";
import type { Sampled } from "../../helpers/z-scores.ts";

export interface DeepGaussianProcessSettings {
	/** Features of the layer. */
	readonly nu: number;
	readonly chains: number;
	readonly draws: number;
	readonly warmup: number;
	readonly seed: number;
}

/** Moments of f and the covariance of a feature's weights; errors from the spread of the chains. */
export type DeepGaussianProcessAnswer = Record<
	"trainMean" | "trainVariance" | "testMean" | "testVariance" | "Sigma",
	Sampled
> & { readonly acceptance: number };

/**
 * Features h_i = w_i . x, i = 1..nu, w_i ~ N(0, s_1^2/d); f | G ~ GP(0, (s_a^2/chi) E[phi phi^T](G)) with G = (1/nu) sum h_i h_i^T on
 * all inputs. Hamiltonian Monte Carlo on the whitened weights W, nu x r, with f integrated out: S = W^T W/nu is the state of the
 * free energy, and dV/dW = (2/nu) W dV/dS.
 *
 * @throws RangeError for problems outside: one dense layer, one output, training inputs that span the input space
 */
export function sampleDeepGaussianProcess(
	engine: Engine,
	problem: Problem,
	{ nu, chains, draws, warmup, seed }: DeepGaussianProcessSettings,
): DeepGaussianProcessAnswer {
	const { trainTargets, noiseVariance } = problem;
	const output = gaussianOutput(trainTargets, noiseVariance, 1);
	const { model, whitened } = prepareModel(engine, problem, { weights: [nu], output, jitter: 0 });
	const [map] = model.maps;
	if (model.maps.length > 1 || map!.layer.positions > 1 || trainTargets.columns > 1)
		throw new RangeError("sampleDeepGaussianProcess: wanted one dense layer and one output.");
	if (whitened.directions < problem.trainInputs.columns)
		throw new RangeError("sampleDeepGaussianProcess: wanted training inputs that span the input space.");
	const r = whitened.directions;

	/** r x nu: F with S = F F^T. */
	const factorOf = (weights: Float64Array): Matrix => {
		const factor = matrix(r, nu);
		for (let i = 0; i < nu; i++)
			for (let k = 0; k < r; k++) factor.data[k * nu + i] = weights[i * r + k]! / Math.sqrt(nu);
		return factor;
	};
	const position = engine.allocate(nu * r);
	const gradient = engine.allocate(nu * r);
	const force: Force = {
		position,
		gradient,
		evaluate() {
			const weights = matrix(nu, r, position.data.slice());
			const { sites, output: kernel } = layerKernels(engine, model, [factorOf(weights.data)]) as LayerKernels;
			const top = output(engine, kernel);
			if (top === undefined) return Number.POSITIVE_INFINITY;
			const below = map!.backward(engine, sites[0]!, top.cotangent);
			const pull = symmetricPart(inputCotangent(engine, map!.layer, model.inputs, below));
			gradient.data.set(multiply(engine, weights, pull, { alpha: 2 / nu }).data);
			return top.value;
		},
	};
	const transition = createHmcTransition(engine, force);

	/** Of one draw: conditional means, then conditional variances plus squared means, then Sigma. */
	const record = (weights: Float64Array) => {
		const state = { factors: [factorOf(weights)], logDeterminants: [0] };
		const kernels = layerKernels(engine, model, state.factors) as LayerKernels;
		const blocks = outputBlocks(engine, { model, state, kernels, whitened }, false);
		const { trainMean, trainVariance, testMean, testVariance } = gaussianProcessPosterior(
			engine,
			blocks,
			trainTargets,
			noiseVariance,
		);
		const means = [...trainMean.data, ...testMean!.data];
		const variances = [...trainVariance, ...testVariance!];
		const Sigma = weightCovariance(engine, problem, { state, whitened });
		return [...means, ...variances.map((v, i) => v + means[i]! ** 2), ...Sigma.data];
	};

	let accepted = 0;
	const chainMeans = Array.from({ length: chains }, (_, chain) => {
		const stream: RandomState = seedStream(seed + chain);
		engine.fillNormal(stream, position);
		let state = transition.stateAt(position.data.slice(), stream)!;
		let sums: number[] = [];
		for (let step = 0; step < warmup + draws; step++) {
			const next = transition.step(state, stream, step < warmup);
			state = next.state;
			if (step < warmup) continue;
			accepted += next.info.acceptance / (chains * draws);
			const values = record(state.position);
			sums = step === warmup ? values : sums.map((x, i) => x + values[i]!);
		}
		return sums.map((x) => x / draws);
	});
	const average = (i: number) => chainMeans.reduce((sum, values) => sum + values[i]!, 0) / chains;
	const sampled = (
		rows: number,
		columns: number,
		value: (values: readonly number[], k: number) => number,
	) => {
		const estimate = matrix(rows, columns);
		const error = matrix(rows, columns);
		for (let k = 0; k < rows * columns; k++) {
			const each = chainMeans.map((values) => value(values, k));
			const mean = each.reduce((sum, x) => sum + x, 0) / chains;
			const squares = each.reduce((sum, x) => sum + (x - mean) ** 2, 0);
			estimate.data[k] = mean;
			error.data[k] = Math.sqrt(squares / (chains - 1) / chains);
		}
		return { estimate, error, freedom: chains - 1 };
	};
	const P = trainTargets.rows;
	const points = P + problem.testInputs!.rows;
	// Var f = E[v + m^2] - (E m)^2, linear in the chain's averages around the overall mean.
	const variance = (values: readonly number[], i: number) =>
		values[points + i]! - 2 * average(i) * values[i]! + average(i) ** 2;
	const d = problem.trainInputs.columns;
	return {
		trainMean: sampled(P, 1, (values, k) => values[k]!),
		trainVariance: sampled(P, 1, variance),
		testMean: sampled(points - P, 1, (values, k) => values[P + k]!),
		testVariance: sampled(points - P, 1, (values, k) => variance(values, P + k)),
		Sigma: sampled(d, d, (values, k) => values[2 * points + k]!),
		acceptance: accepted,
	};
}
