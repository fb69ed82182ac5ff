import { choleskyFactor, type Engine, type Matrix, plusDiagonal, smallestEigenvalue } from "@finitude/engine";
import type { Convergence } from "../../answer/answer.ts";
import { dualOf } from "../../kernels/dual-of.ts";
import { combineBlocks, type KernelBlocks, mapBlocks } from "../../kernels/kernel-blocks.ts";
import { outputConjugate } from "../output-force.ts";
import { conjugateKernels } from "./conjugate-kernels.ts";
import type { ContractKernelCovariance } from "./layer-averages.ts";
import type { KernelMap } from "./layers.ts";

export interface SelfConsistentKernels {
	/** C^(0), ..., C^(L) and Ct^(1), ..., Ct^(L); undefined where the equations were not solved. */
	readonly solution?: { readonly kernels: readonly KernelBlocks[]; readonly conjugates: readonly Matrix[] };
	readonly convergence: Convergence;
}

/** The widths are multiplied by these in turn: the solution of one is the start of the next. */
const ANNEALING = [16, 8, 4, 2, 1];

/** Each kernel moves this part of its way. */
const DAMPING = 0.5;

/** Change of the kernels, relative to their largest entry, at which they are solved; a rounding error of the conjugates is 1e-14
 * times the condition number of K + kappa. */
const TOLERANCE = 1e-11;

/** The same on random points, whose errors are far above it. */
const RANDOM_TOLERANCE = 1e-6;

/** The same at wider networks, which only lead to a start. */
const COARSE_TOLERANCE = 1e-3;

/** Damping by 1/2 halves an error in each iteration: 60 of them suffice where the equations pull little. */
const MAX_ITERATIONS = 400;

/**
 * The first-order equations (5), (7) and (8) of docs/theories/map-kernels.md solved together: the conjugate kernels at the
 * kernels that they give, by annealing of the widths. The test points follow those of training.
 *
 * @param prior C^(0), ..., C^(L) at infinite width, with `test.covariance` where there are test points
 * @param targets Y, P x D
 * @param random whether `contract` averages over random points
 */
export function selfConsistentKernels(
	engine: Engine,
	layers: readonly KernelMap[],
	prior: readonly KernelBlocks[],
	targets: Matrix,
	noiseVariance: number,
	contract: ContractKernelCovariance,
	random: boolean,
): SelfConsistentKernels {
	let kernels: KernelBlocks[] = prior.map(({ train }) => ({ train }));
	let iterations = 0;
	let residual = 0;
	for (const factor of ANNEALING) {
		const tolerance = factor > 1 ? COARSE_TOLERANCE : random ? RANDOM_TOLERANCE : TOLERANCE;
		let left = MAX_ITERATIONS;
		do {
			const fault = outsideRange(engine, kernels, noiseVariance);
			if (fault) return unsolved(factor, iterations, residual, fault);
			if (left-- === 0) return unsolved(factor, iterations, residual, "the iteration does not settle");
			const step = damped(engine, layers, kernels, conjugatesAt(kernels), factor, contract);
			kernels = step.kernels;
			residual = step.change;
			iterations++;
		} while (!(residual <= tolerance));
	}
	const conjugates = conjugatesAt(kernels);
	const joined: KernelBlocks[] = [prior[0]!];
	layers.forEach((_, l) => {
		joined.push(mapped(engine, layers, l, joined[l]!, conjugates[l]!, 1, contract));
	});
	return {
		solution: {
			kernels: joined.map(({ test }, l) => ({ train: kernels[l]!.train, ...(test && { test }) })),
			conjugates,
		},
		convergence: { converged: true, iterations, residual },
	};

	function conjugatesAt(state: readonly KernelBlocks[]): Matrix[] {
		const trains = state.map(({ train }) => train);
		const top = outputConjugate(engine, trains.at(-1)!, targets, noiseVariance);
		return conjugateKernels(engine, layers, trains, top);
	}
}

/** All kernels part of the way to what the equations make of them, from the input up. */
function damped(
	engine: Engine,
	layers: readonly KernelMap[],
	kernels: readonly KernelBlocks[],
	conjugates: readonly Matrix[],
	widthFactor: number,
	contract: ContractKernelCovariance,
): { kernels: KernelBlocks[]; change: number } {
	const moved: KernelBlocks[] = [kernels[0]!];
	let change = 0;
	layers.forEach((_, l) => {
		const before = kernels[l + 1]!.train;
		const after = mapped(engine, layers, l, moved[l]!, conjugates[l]!, widthFactor, contract).train;
		const size = before.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
		const most = after.data.reduce((sum, x, k) => Math.max(sum, Math.abs(x - before.data[k]!)), 0);
		// NaN must not pass for a small change.
		change = Math.max(change, size > 0 ? most / size : most);
		if (Number.isNaN(most)) change = Number.POSITIVE_INFINITY;
		moved.push(combineBlocks([{ train: before }, { train: after }], DAMPING, 0));
	});
	return { kernels: moved, change };
}

/** The right side of (7): g <phi phi^T> + s_b^2 + (g^2 / N) Cov : Ct. */
function mapped(
	engine: Engine,
	layers: readonly KernelMap[],
	l: number,
	covariance: KernelBlocks,
	conjugate: Matrix,
	widthFactor: number,
	contract: ContractKernelCovariance,
): KernelBlocks {
	const { activation, width, prefactor, biasVariance } = layers[l]!;
	const mean = combineBlocks([mapBlocks(engine, dualOf(activation), covariance)], prefactor, biasVariance);
	const shift = contract(l, covariance, conjugate);
	return combineBlocks([mean, combineBlocks([shift], prefactor ** 2 / (width * widthFactor), 0)], 1, 0);
}

/** Why the kernels are none: averages over N(0, C) need C >= 0, and the conjugates K + kappa I > 0. */
function outsideRange(
	engine: Engine,
	kernels: readonly KernelBlocks[],
	noiseVariance: number,
): string | undefined {
	for (const [l, { train }] of kernels.entries()) {
		if (train.data.some((x) => !Number.isFinite(x))) return `the kernel of layer ${l} overflows`;
		const output = l === kernels.length - 1;
		if (choleskyFactor(engine, output ? plusDiagonal(train, noiseVariance) : train).positiveDefinite)
			continue;
		const smallest = smallestEigenvalue(engine, train);
		const largest = train.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
		// A singular covariance has eigenvalues that rounding makes negative.
		const allowed = output ? noiseVariance : train.rows * Number.EPSILON * train.rows * largest;
		if (smallest < -allowed) return `the kernel of layer ${l} has eigenvalue ${smallest.toPrecision(2)}`;
	}
	return undefined;
}

function unsolved(
	factor: number,
	iterations: number,
	residual: number,
	fault: string,
): SelfConsistentKernels {
	const width = factor === 1 ? "at the widths given" : `at ${factor} times the widths given`;
	return {
		convergence: {
			converged: false,
			iterations,
			residual: Number.isFinite(residual) ? residual : Number.MAX_VALUE,
			advice: `The self-consistent first order has no solution in reach: ${width} ${fault}. Use order saddle or theory multi-scale.`,
		},
	};
}
