/** Draws of f at the test points from the posterior predictive law, which is not Gaussian. */
import {
	dot,
	type Engine,
	type Matrix,
	matrix,
	multiply,
	type RandomState,
	scoped,
	symmetricEigen,
} from "@finitude/engine";
import { InputError } from "../errors.ts";
import type { KernelBlocks } from "../kernels/kernel-blocks.ts";
import { checkProblem } from "../problem/parse-problem.ts";
import type { Problem } from "../problem/problem.ts";
import { requireApplicable } from "../theories/applicability.ts";
import { hasMatrixScale } from "../theories/scale-mixture/matrix-options.ts";
import { type MeanTermOption, meanTermUse } from "../theories/scale-mixture/mean-term.ts";
import { scaleMixture } from "../theories/scale-mixture.ts";
import { createNodeDraw } from "./lattice-law.ts";
import { testPoints } from "./mixture-moments.ts";
import { solveOneOutput } from "./one-output.ts";

export interface PredictiveDrawOptions {
	/** How many. */
	readonly draws: number;
	/** A random stream (`seedStream`), advanced by the draws. */
	readonly stream: RandomState;
	/** As the option of `scale-mixture`. */
	readonly meanTerm?: MeanTermOption;
}

/**
 * Independent draws of the noise-free f at the test points under `scale-mixture` (and `deep-linear`, which is the same for
 * linear units): the scale from its posterior, then f from the Gaussian process with kernel q K given y.
 *
 * The second step draws f and y together from the prior and moves f by what the data say of the difference (Matheron's rule),
 * which needs one eigendecomposition of the kernel of all points, O((P + P*)^3), and O((P + P*)^2) for each draw.
 *
 * @returns draws x P*
 * @throws InputError where `scale-mixture` does not answer the problem, where its scale is a matrix, and without test inputs
 */
export function drawPredictive(
	engine: Engine,
	problem: Problem,
	{ draws, stream, meanTerm = "auto" }: PredictiveDrawOptions,
): Matrix {
	checkProblem(problem);
	requireApplicable(scaleMixture, problem);
	if (hasMatrixScale(problem)) {
		throw new InputError({
			where: "trainTargets",
			wanted: "one output, and a network whose layers have one position",
			got: "a problem whose scale is a matrix",
			sentence: "drawPredictive draws one output of dense layers; the scale of this problem is a matrix.",
		});
	}
	if (!problem.testInputs) {
		throw new InputError({
			where: "testInputs",
			wanted: "test points to draw f at",
			got: "none",
			advice: "Give testInputs.",
		});
	}
	const includeMean = meanTermUse(problem, meanTerm) === "included";
	const solution = solveOneOutput(engine, problem, { includeMean, testCovariance: true, closedForms: false });
	const { mixture, kernel, mean, drawMeanFactor } = solution;
	const { modes, nodes, biasVariance } = mixture;
	const { signal, noise } = modes;
	const { rows: P } = problem.trainInputs;
	const n = problem.testInputs.rows;
	const root = squareRoot(engine, jointKernel(kernel));
	const { loadings } = testPoints(engine, modes, kernel.test!);
	const drawNode = createNodeDraw(nodes.probabilities);
	const biasLoadings = modes.project(new Float64Array(P).fill(biasVariance));
	const sigma = Math.sqrt(problem.noiseVariance);
	const result = matrix(draws, n);
	return scoped(engine, () => {
		const uniforms = engine.allocate(2);
		const normals = engine.allocate(2 * P + n + 1);
		for (let draw = 0; draw < draws; draw++) {
			engine.fillUniform(stream, uniforms);
			engine.fillNormal(stream, normals);
			const q = nodes.scales[drawNode(uniforms.data[0]!)]!;
			const tau = drawMeanFactor?.(q, uniforms.data[1]!) ?? 0;
			const z = normals.data.slice();
			const bias = Math.sqrt(biasVariance) * z[2 * P + n]!;
			const prior = multiply(engine, root, matrix(P + n, 1, z.slice(0, P + n))).data.map(
				(x, i) => Math.sqrt(q) * x + bias + tau * (mean?.[i] ?? 0),
			);
			const rest = problem.trainTargets.data.map((y, i) => y - prior[i]! - sigma * z[P + n + i]!);
			const dual = modes.project(rest).map((x, k) => x / (noise[k]! + q * signal[k]!));
			const moved = multiply(engine, loadings, matrix(P, 1, dual)).data;
			// The bias moves by s_b^2 1^T A^-1 rest, for all points alike.
			const shift = dot(biasLoadings, dual);
			for (let i = 0; i < n; i++) result.data[draw * n + i] = prior[P + i]! + q * moved[i]! + shift;
		}
		return result;
	});
}

/** Training, then test points. */
function jointKernel({ train, test }: KernelBlocks): Matrix {
	const { cross, covariance } = test!;
	const [P, n] = [train.rows, cross.rows];
	const joint = matrix(P + n, P + n);
	for (let i = 0; i < P + n; i++) {
		for (let j = 0; j <= i; j++) {
			const value =
				i < P
					? train.data[i * P + j]!
					: j < P
						? cross.data[(i - P) * P + j]!
						: covariance!.data[(i - P) * n + j - P]!;
			joint.data[i * (P + n) + j] = joint.data[j * (P + n) + i] = value;
		}
	}
	return joint;
}

/** R with R R^T = K, also for a singular K, whose zero eigenvalues rounding may have made negative. */
function squareRoot(engine: Engine, kernel: Matrix): Matrix {
	const { values, vectors } = symmetricEigen(engine, kernel);
	const roots = values.map((l) => Math.sqrt(Math.max(0, l)));
	return matrix(
		kernel.rows,
		kernel.rows,
		vectors.data.map((x, at) => x * roots[at % kernel.rows]!),
	);
}
