/** Every saddle of a linear network that the starts lead to, with its log evidence. */
import { type Engine, type Matrix, matrix, multiply, plusDiagonal } from "@finitude/engine";
import { relativeDistance } from "../../../../diagnostics/distance.ts";
import type { Problem } from "../../../../problem/problem.ts";
import { outputEnergy, outputForce } from "../../../output-force.ts";
import type { KernelMap } from "../../layers.ts";
import { findLinearSaddle, type LinearSaddle } from "./find-saddle.ts";
import type { LinearProblem } from "./kernel-map.ts";
import { liftKernel, rangeCoordinates, reduceKernel } from "./range-coordinates.ts";
import { type TreeProblem, treeKernel, treeRoots } from "./tree-roots.ts";

/** A saddle with its kernels on the training points. */
export interface SolvedSaddle extends LinearSaddle {
	/** C^(l) - s_b^2 for l = 1 ... L, P x P; the last one is K. */
	readonly kernels: readonly Matrix[];
	/** Equation (6). */
	readonly logEvidence: number;
}

export interface LinearSaddles {
	/** Those that were solved, the one with the largest log evidence first. */
	readonly solved: readonly SolvedSaddle[];
	/** The residual of the best of those that were not, and its steps; undefined where no start exists. */
	readonly unsolved?: { readonly residual: number; readonly iterations: number };
	/** Starts that did not lead to a saddle. */
	readonly failures: number;
	/** r, the rank of the kernels. */
	readonly rank: number;
}

/** Iterations end at a distance of about 1e-12 from a saddle: what is closer than this is the same one. */
const SAME_SADDLE = 1e-6;

/**
 * @param priorKernel K0 of the training points
 * @param inputs C^(0) of the training points
 */
export function linearSaddles(
	engine: Engine,
	problem: Problem,
	layers: readonly KernelMap[],
	priorKernel: Matrix,
	inputs: Matrix,
): LinearSaddles {
	const { trainTargets, noiseVariance } = problem;
	const range = rangeCoordinates(engine, priorKernel);
	const r = range.eigenvalues.length;
	const linear: LinearProblem = {
		layers,
		inputs: reducedInputs(layers, inputs, (kernel) => reduceKernel(engine, range, kernel)),
		bias: reduceKernel(engine, range, ones(priorKernel.rows)),
		noise: range.eigenvalues.map((l) => noiseVariance / l),
		targets: multiply(engine, range.inverse, trainTargets),
	};
	const solved: SolvedSaddle[] = [];
	let unsolved: LinearSaddles["unsolved"];
	let failures = 0;
	for (const start of startsOf(linear, range.eigenvalues, noiseVariance)) {
		const saddle = findLinearSaddle(engine, linear, start);
		if (!saddle?.converged) {
			failures++;
			if (saddle && !(unsolved && unsolved.residual <= saddle.residual)) unsolved = saddle;
			continue;
		}
		if (solved.some(({ kernel }) => relativeDistance(kernel, saddle.kernel)! < SAME_SADDLE)) continue;
		const kernels = saddle.layers.map(({ kernel }) => liftKernel(engine, range, kernel));
		const logEvidence =
			hiddenEvidence(layers, saddle) -
			outputEnergy(
				outputForce(engine, plusDiagonal(kernels[kernels.length - 1]!, noiseVariance), trainTargets)!,
				trainTargets,
			);
		solved.push({ ...saddle, kernels, logEvidence });
	}
	solved.sort((a, b) => b.logEvidence - a.logEvidence);
	return { solved, ...(unsolved && { unsolved }), failures, rank: r };
}

/** C^(0) in units of the prior kernel; without biases it is a multiple of the identity, which rounding would hide. */
function reducedInputs(
	layers: readonly KernelMap[],
	inputs: Matrix,
	reduce: (kernel: Matrix) => Matrix,
): Matrix {
	const reduced = reduce(inputs);
	if (layers.some(({ biasVariance }) => biasVariance > 0)) return reduced;
	const total = layers.reduce((product, { prefactor }) => product * prefactor, 1);
	const r = reduced.rows;
	return plusDiagonal(matrix(r, r), 1 / total);
}

/** The tree kernels: of every root of (17) for one output, of the smallest and of the largest root of each for several. */
function startsOf(
	{ layers, targets }: LinearProblem,
	eigenvalues: Float64Array,
	noiseVariance: number,
): Matrix[] {
	const D = targets.columns;
	const outputs = Array.from(
		{ length: D },
		(_, d): TreeProblem => ({
			eigenvalues,
			components: eigenvalues.map((l, k) => Math.sqrt(l) * targets.data[k * D + d]!),
			noiseVariance,
			widths: layers.map(({ width }) => width),
		}),
	);
	const roots = outputs.map(treeRoots);
	if (D === 1) return roots[0]!.map((t) => treeKernel(outputs, [t]));
	const smallest = roots.map((all) => all[0]!);
	const largest = roots.map((all) => all[all.length - 1]!);
	const several = roots.some((all) => all.length > 1);
	return (several ? [smallest, largest] : [smallest]).map((chosen) => treeKernel(outputs, chosen));
}

/** sum_l [ lambda_l - tr Ct^(l) (C^(l) - s_b^2) ] = sum_l sum_b [ (N_l/2) log(1 + 2 b/N_l) - b ], equation (16). */
function hiddenEvidence(layers: readonly KernelMap[], saddle: LinearSaddle): number {
	return saddle.layers.reduce((sum, { eigenvalues }, l) => {
		const { width } = layers[l]!;
		return sum + eigenvalues.reduce((part, b) => part + (width / 2) * Math.log1p((2 * b) / width) - b, 0);
	}, 0);
}

function ones(P: number): Matrix {
	return matrix(P, P, new Float64Array(P * P).fill(1));
}
