/** The measures of separationOfScales by their definitions, from stored weights, in plain loops over every draw. */

import { type ChainResult, findActivation, type Problem } from "../../../src/index.ts";
import { layerWidth } from "../../../src/network/network.ts";
import { choleskyFactor, solveLower, solveUpper } from "../../helpers/small-cholesky.ts";

type Square = number[][];

export interface PlainLayer {
	readonly discrepancyKurtosis: number;
	readonly featureKurtosis: number;
	/** sqrt(E|K|^2 / |E K|^2 - 1), nothing taken off for Monte-Carlo noise. */
	readonly preactivationFluctuation: number;
	readonly featureFluctuation: number;
	readonly independentUnits: number;
	readonly change: number;
	readonly shapeChange: number;
	readonly captured: number;
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const flat = (m: Square) => m.flat();
const difference = (a: Square, b: Square) => a.map((row, i) => row.map((x, j) => x - b[i]![j]!));
const norm = (m: Square) => Math.sqrt(dot(flat(m), flat(m)));
const average = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

/** (1/N) sum over units; x[unit][point]. */
function kernelOf(x: Square): Square {
	return x[0]!.map((_, a) => x[0]!.map((_, b) => average(x.map((unit) => unit[a]! * unit[b]!))));
}

function meanKernel(kernels: readonly Square[]): Square {
	return kernels[0]!.map((row, a) => row.map((_, b) => average(kernels.map((k) => k[a]![b]!))));
}

/** E[erf(h_a) erf(h_b)] (Williams 1997). */
function erfKernel(k: Square): Square {
	return k.map((row, a) =>
		row.map(
			(c, b) => (2 / Math.PI) * Math.asin((2 * c) / Math.sqrt((1 + 2 * k[a]![a]!) * (1 + 2 * k[b]![b]!))),
		),
	);
}

function kurtosis(values: readonly number[]): number {
	const mean = average(values);
	const second = average(values.map((x) => (x - mean) ** 2));
	return average(values.map((x) => (x - mean) ** 4)) / second ** 2 - 3;
}

function fluctuation(kernels: readonly Square[]): number {
	return Math.sqrt(average(kernels.map((k) => norm(k) ** 2)) / norm(meanKernel(kernels)) ** 2 - 1);
}

/** Dense erf layers without biases, one output. */
export function plainSeparation(problem: Problem, chains: readonly ChainResult[]): PlainLayer[] {
	const { network, trainInputs, trainTargets, noiseVariance } = problem;
	const inputs = Array.from({ length: trainInputs.rows }, (_, p) => [
		...trainInputs.data.subarray(p * trainInputs.columns, (p + 1) * trainInputs.columns),
	]);
	const erf = findActivation("erf").value;
	/** For every layer and draw x[unit][point]. */
	const h: Square[][] = network.layers.map(() => []);
	for (const { weights, weightArrays, completedDraws } of chains) {
		const size = weights!.length / completedDraws;
		for (let t = 0; t < completedDraws; t++) {
			let at = t * size;
			let below = inputs;
			for (const [l, layer] of network.layers.entries()) {
				requireName(weightArrays![l]!.name, `weights_${l + 1}`);
				const units = Array.from({ length: layerWidth(layer) }, () => {
					const row = [...weights!.subarray(at, at + below[0]!.length)];
					at += row.length;
					return below.map((x) => dot(row, x));
				});
				h[l]!.push(units);
				below = inputs.map((_, p) => units.map((unit) => erf(unit[p]!)));
			}
		}
	}
	let prior = inputs.map((a) =>
		inputs.map((b) => (network.layers[0]!.weightVariance * dot(a, b)) / a.length),
	);
	const priors = network.layers.map((_, l) => {
		if (l > 0) {
			prior = erfKernel(prior).map((row) => row.map((g) => network.layers[l]!.weightVariance * g));
		}
		return prior;
	});
	const output = erfKernel(prior).map((row, a) =>
		row.map((g, b) => network.readout.weightVariance * g + (a === b ? noiseVariance : 0)),
	);
	const cholesky = choleskyFactor(output);
	const t = solveUpper(cholesky, solveLower(cholesky, [...trainTargets.data]));
	return h.map((draws, l) => {
		const phi = draws.map((units) => units.map((unit) => unit.map(erf)));
		const [K, G] = [draws.map(kernelOf), phi.map(kernelOf)];
		const mean = meanKernel(G);
		const start = erfKernel(priors[l]!);
		const change = norm(difference(mean, start));
		const factor = dot(flat(mean), flat(start)) / norm(start) ** 2;
		const best = start.map((row) => row.map((g) => factor * g));
		const fourth = average(phi.flat().map((unit) => dot(unit, unit) ** 2));
		return {
			discrepancyKurtosis: kurtosis(draws.flat().map((unit) => dot(unit, t))),
			featureKurtosis: kurtosis(phi.flat().map((unit) => dot(unit, t))),
			preactivationFluctuation: fluctuation(K),
			featureFluctuation: fluctuation(G),
			independentUnits: Math.sqrt((fourth / norm(mean) ** 2 - 1) / draws[0]!.length),
			change: change / norm(start),
			shapeChange: norm(difference(mean, best)) / norm(start),
			captured: 1 - norm(difference(mean, erfKernel(meanKernel(K)))) / change,
		};
	});
}

function requireName(name: string, wanted: string): void {
	if (name !== wanted) throw new Error(`plain separation: ${name} where ${wanted} belongs.`);
}
