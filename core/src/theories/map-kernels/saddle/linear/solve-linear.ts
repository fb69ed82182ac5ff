import { type Engine, type Matrix, matrix, plusDiagonal } from "@finitude/engine";
import type { Answer, Convergence, OrderParameter, ValidityNote } from "../../../../answer/answer.ts";
import type { KernelBlocks } from "../../../../kernels/kernel-blocks.ts";
import { priorKernels } from "../../../../kernels/prior-kernels.ts";
import type { Problem } from "../../../../problem/problem.ts";
import { factorKernel } from "../../../kernel-factor.ts";
import { outputForce } from "../../../output-force.ts";
import type { SolveContext } from "../../../theory.ts";
import { infiniteWidthKernels, type KernelMap } from "../../layers.ts";
import { unsolved } from "../../unsolved.ts";
import { saddleAnswer } from "../saddle-answer.ts";
import { extendLayer } from "./extend-layer.ts";
import { conjugateBelow } from "./kernel-map.ts";
import { type LinearSaddles, linearSaddles, type SolvedSaddle } from "./saddles.ts";
import { branchNote, largestOf, rangeNotes, saddleNotes } from "./validity.ts";

/**
 * The most probable kernels of a linear network of any depth, with any number of outputs and with biases: every average is a
 * Gaussian integral. The saddle with the largest log evidence of those that the roots of the tree level lead to.
 *
 * @throws InputError when K + kappa I is singular at infinite width
 */
export function solveLinearSaddle(
	layers: readonly KernelMap[],
	problem: Problem,
	context: SolveContext,
): Answer {
	const { engine, covariance = false } = context;
	const prior = priorKernels(engine, problem, { testCovariance: covariance });
	factorKernel(engine, prior.output.train, problem.noiseVariance);
	const [inputs] = infiniteWidthKernels(prior);
	const saddles = linearSaddles(engine, problem, layers, prior.output.train, inputs!.train);
	const [chosen] = saddles.solved;
	if (chosen === undefined) return unsolved(problem, notSolved(saddles), []);
	const conjugate = conjugateKernels(engine, problem, layers, chosen);
	const covariances: KernelBlocks[] = [inputs!];
	layers.forEach((layer, l) => {
		covariances.push(extendLayer(engine, layer, covariances[l]!, conjugate[l]!, chosen.kernels[l]!));
	});
	const output = covariances.pop()!;
	const conserved = layers.every(({ biasVariance }) => biasVariance === 0);
	const validity: ValidityNote[] = [
		...(conserved ? [branchNote(layers, chosen)] : []),
		...saddleNotes(saddles),
		...rangeNotes(saddles, problem),
	];
	return saddleAnswer(
		problem,
		layers,
		{
			prior: prior.output.train,
			preactivation: covariances.map(({ train }) => train),
			output,
			conjugate: conjugate.slice(1),
			logEvidence: chosen.logEvidence,
			orderParameters: conserved ? conservedParameters(saddles.solved) : {},
			validity,
			convergence: { converged: true, iterations: chosen.iterations, residual: chosen.residual },
		},
		context,
	);
}

/** Ct^(0) ... Ct^(L) on the training points, by (5) and (4); also where the kernels do not reach. */
function conjugateKernels(
	engine: Engine,
	{ trainTargets, noiseVariance }: Problem,
	layers: readonly KernelMap[],
	{ kernels }: SolvedSaddle,
): Matrix[] {
	const noisy = plusDiagonal(kernels[kernels.length - 1]!, noiseVariance);
	const conjugates = [outputForce(engine, noisy, trainTargets)!.conjugate];
	for (let l = layers.length - 1; l >= 0; l--) {
		const here = { kernel: kernels[l]!, conjugate: conjugates[0]! };
		conjugates.unshift(conjugateBelow(engine, layers[l]!, here));
	}
	return conjugates;
}

/** The trace and the largest eigenvalue of B, and the rows (largest eigenvalue, log evidence below the chosen saddle's). */
function conservedParameters(solved: readonly SolvedSaddle[]): Record<string, OrderParameter> {
	const chosen = solved[0]!;
	const rows = solved
		.map((saddle) => [largestOf(saddle), chosen.logEvidence - saddle.logEvidence] as const)
		.sort(([a], [b]) => a - b);
	return {
		conservedMatrixTrace: chosen.layers[0]!.eigenvalues.reduce((sum, b) => sum + b, 0),
		conservedMatrixLargestEigenvalue: largestOf(chosen),
		roots: matrix(rows.length, 2, Float64Array.from(rows.flat())),
	};
}

function notSolved({ unsolved }: LinearSaddles): Convergence {
	return {
		converged: false,
		iterations: unsolved?.iterations ?? 0,
		// Without a start there are no equations; JSON has no infinity.
		residual: unsolved?.residual ?? Number.MAX_VALUE,
		advice:
			"The fixed point of the output kernel was not reached: raise noiseVariance or the widths, or use multi-scale.",
	};
}
