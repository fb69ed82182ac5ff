/** Kernels to first order, by as many random points as they need. */
import { type Engine, type Matrix, minus } from "@finitude/engine";
import type { Convergence } from "../../answer/answer.ts";
import { combineBlocks, type KernelBlocks } from "../../kernels/kernel-blocks.ts";
import type { Problem } from "../../problem/problem.ts";
import { doublings, standardError } from "../../tilted-unit/index.ts";
import { outputConjugate } from "../output-force.ts";
import { closedForm } from "../predictions.ts";
import { conjugateKernels } from "./conjugate-kernels.ts";
import { trimmed } from "./exact-contraction.ts";
import { firstOrderChanges } from "./first-order-kernels.ts";
import { type ContractKernelCovariance, layerAverages, SCRAMBLES } from "./layer-averages.ts";
import type { KernelMap } from "./layers.ts";
import type { MapKernelsOptions } from "./options.ts";
import { type SelfConsistentKernels, selfConsistentKernels } from "./self-consistent-kernels.ts";

/** The kernels of all layers and what pulls on them. */
export interface FirstOrderKernels {
	/** C^(0), ..., C^(L) = K, corrected. */
	readonly kernels: readonly KernelBlocks[];
	/** Ct^(1), ..., Ct^(L). */
	readonly conjugates: readonly Matrix[];
}

export interface RefinedKernels {
	/** By each independent set of random points, by all of equal weight; one where nothing is random, none where it was not solved. */
	readonly replicates: readonly FirstOrderKernels[];
	/** Of all sets together; 0 where nothing is random. */
	readonly randomPoints: number;
	readonly convergence: Convergence;
}

/**
 * The largest standard error of an entry that is wanted, relative to the largest change of K: the order 1/N^2, which is left
 * out, is larger for N < 50, and `expansion` is far larger where many points make averages expensive.
 */
const TOLERANCE = 2e-2;

/** log2 of the points of one set to begin with. */
const FIRST_LEVEL = 9;

/**
 * Equations (5), (8), (9) of docs/theories/map-kernels.md, or (5), (7), (8) where `selfConsistent` is wanted. Random points are
 * added until their standard error is 2 % of the change of the kernel, or `samples` are used.
 *
 * @param prior C^(0), ..., C^(L) at infinite width, with `test.covariance` where there are test points
 * @param covariance whether the P* x P* block of K is wanted
 * @throws InputError when K + kappa I of infinite width is singular, or an average cannot be had as `quadrature` asks
 */
export function refinedKernels(
	engine: Engine,
	{ trainTargets, noiseVariance }: Problem,
	layers: readonly KernelMap[],
	prior: readonly KernelBlocks[],
	options: MapKernelsOptions,
	covariance: boolean,
): RefinedKernels {
	const { selfConsistent, samples } = options;
	const averages = layerAverages(
		engine,
		layers,
		prior,
		options,
		covariance || selfConsistent,
		selfConsistent,
	);
	const solve = selfConsistent ? selfConsistently : strict();
	const last = Math.ceil(Math.log2(samples / SCRAMBLES));
	for (let log2Count = Math.min(FIRST_LEVEL, last); ; ) {
		const randomPoints = averages.random ? SCRAMBLES * 2 ** log2Count : 0;
		const solved = averages.replicates(log2Count).map(solve);
		const stuck = solved.find((one) => one.solution === undefined);
		if (stuck) return { replicates: [], randomPoints, convergence: stuck.convergence };
		const all = solved.map(({ solution }) => solution!);
		const { convergence } = solved[0]!;
		if (randomPoints === 0) return { replicates: all, randomPoints, convergence };
		const error = standardError(all.map(({ kernels }) => kernels.at(-1)!.train.data));
		const change = largestSize(kernelChange(meanOf(all), prior).data);
		if (error <= TOLERANCE * change || log2Count >= last) {
			return {
				replicates: all,
				randomPoints,
				convergence: onRandomPoints(convergence, error, change),
			};
		}
		log2Count = Math.min(last, log2Count + doublings(error / (TOLERANCE * change)));
	}

	function selfConsistently(contract: ContractKernelCovariance): SelfConsistentKernels {
		return selfConsistentKernels(
			engine,
			layers,
			prior,
			trainTargets,
			noiseVariance,
			contract,
			averages.random,
		);
	}

	function strict(): (contract: ContractKernelCovariance) => SelfConsistentKernels {
		const trains = prior.map(({ train }) => train);
		const top = outputConjugate(engine, trains.at(-1)!, trainTargets, noiseVariance);
		const conjugates = conjugateKernels(engine, layers, trains, top);
		return (contract) => {
			const changes = firstOrderChanges(engine, layers, prior, conjugates, contract);
			const kernels = prior.map((kernel, l) =>
				l === 0 ? kernel : combineBlocks([trimmed(kernel, covariance), changes[l - 1]!], 1, 0),
			);
			return { solution: { kernels, conjugates }, convergence: closedForm };
		};
	}
}

/** The mean over independent sets of random points. */
export function meanOf(all: readonly FirstOrderKernels[]): FirstOrderKernels {
	if (all.length === 1) return all[0]!;
	const mean = (blocks: readonly KernelBlocks[]) => combineBlocks(blocks, 1 / all.length, 0);
	return {
		kernels: all[0]!.kernels.map((_, l) => mean(all.map(({ kernels }) => kernels[l]!))),
		conjugates: all[0]!.conjugates.map(
			(_, l) => mean(all.map(({ conjugates }) => ({ train: conjugates[l]! }))).train,
		),
	};
}

/** dK, P x P. */
export function kernelChange({ kernels }: FirstOrderKernels, prior: readonly KernelBlocks[]): Matrix {
	return minus(kernels.at(-1)!.train, prior.at(-1)!.train);
}

/** Above this the largest standard error is no longer small beside the change of the kernel. */
const LARGEST_ERROR = 0.2;

/** The residual is then the standard error as a fraction of the change of the kernel. */
function onRandomPoints(convergence: Convergence, error: number, change: number): Convergence {
	const fraction = error > 0 ? error / change : 0;
	const converged = fraction <= LARGEST_ERROR;
	return {
		converged,
		iterations: convergence.iterations,
		residual: Math.max(fraction, convergence.residual),
		...(!converged && {
			advice: `The averages err by ${fraction.toPrecision(2)} of the change of the kernel. Raise the option samples.`,
		}),
	};
}

function largestSize(values: Float64Array): number {
	return values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}
