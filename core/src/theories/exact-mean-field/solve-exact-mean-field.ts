import { type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import type { Answer, ValidityNote } from "../../answer/answer.ts";
import { InputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import { type Integration, nodesOf, SETS, trainingUnit, type WhitenedUnit } from "../../tilted-unit/index.ts";
import { gaussianProcessPosterior } from "../gaussian-process.ts";
import { predictions } from "../predictions.ts";
import type { SolveContext } from "../theory.ts";
import { fluctuationsOf, oneLoopEvidence, plusFluctuations } from "./fluctuating-posterior.ts";
import { MOST_POINTS } from "./fluctuations.ts";
import { isNormalizable } from "./growth.ts";
import { outputSaddle } from "./output-saddle.ts";
import { weightMoments } from "./outputs.ts";
import { gaussianSampleSize } from "./proposal.ts";
import { freeEnergy } from "./saddle-equations.ts";
import { NOT_NORMALIZABLE, notConverged, unsolved } from "./unsolved.ts";
import { integrationNotes, requireEffectiveNodes, scalingNotes } from "./validity.ts";

export interface ExactMeanFieldOptions {
	readonly variance: "conditional" | "with-kernel-fluctuations";
	readonly evidence: "saddle" | "one-loop";
	readonly samples: number;
	readonly seed: number;
	readonly integration: Integration;
}

/**
 * The saddle over the output kernel with the exact density of the neurons, and what follows from it.
 *
 * @throws InputError for an integration or a size that the options do not allow, and for nodes of which too few count
 */
export function solveExactMeanField(
	options: ExactMeanFieldOptions,
	problem: Problem,
	context: SolveContext,
): Answer {
	const { engine, covariance = false } = context;
	requireFewPoints(options, problem);
	const found = outputSaddle(problem, context, (unit, { covariance: spread }) => {
		const chosen = nodesOf(engine, unit, spread, options);
		if (chosen.kind === "sampled" && !chosen.sphere) {
			// Before minutes of work that would end in the same refusal.
			requireEffectiveNodes(gaussianSampleSize(chosen.rule.count, spread.rows), options.samples);
		}
		return chosen;
	});
	const { problem: saddle, unit, proposal, nodes, integrated } = found;
	const { solution, rule, errors } = integrated;
	if (solution === undefined) return unsolved(problem, NOT_NORMALIZABLE, proposal.notes);
	const { point } = solution;
	const { effectiveSampleSize } = point.neurons.measure;
	const sampled = nodes.kind === "sampled";
	const blocks = found.kernels(solution, covariance);
	const conditional = gaussianProcessPosterior(engine, blocks, problem.trainTargets, problem.noiseVariance, {
		covariance,
	});
	const validity: ValidityNote[] = [
		...scalingNotes(problem, blocks.train, conditional, options.variance),
		...integrationNotes({
			kind: nodes.kind,
			dimension: unit.dimension,
			nodes: rule.count,
			seed: options.seed,
			errors,
			sets: SETS,
			...(sampled && { effectiveSampleSize }),
		}),
		...proposal.notes,
	];
	if (!solution.converged) return unsolved(problem, notConverged(solution), validity);
	if (sampled) requireEffectiveNodes(effectiveSampleSize, options.samples);
	if (!isNormalizable(engine, trainingUnit(unit), point.force.dual)) {
		return unsolved(problem, { ...NOT_NORMALIZABLE, residual: point.residual }, validity);
	}
	const fluctuations = wantsFluctuations(options)
		? fluctuationsOf(engine, unit, integrated, solution, blocks, saddle)
		: undefined;
	const posterior =
		options.variance === "with-kernel-fluctuations" && fluctuations
			? plusFluctuations(conditional, fluctuations, problem.trainInputs.rows)
			: conditional;
	const variances = [...posterior.trainVariance, ...(posterior.testVariance ?? [])];
	if (variances.some((x) => x < 0))
		return unsolved(problem, notConverged(solution, Math.min(...variances)), validity);
	const weights = weightMoments(
		engine,
		unit,
		{ law: integrated.law, neurons: point.neurons },
		problem.network.layers[0]!,
	);
	const S = freeEnergy(saddle, point.kernel, point.force, point.neurons.logNormalizer);
	const { logEvidence, reason }: { logEvidence?: number; reason?: string } =
		options.evidence === "one-loop" && fluctuations ? oneLoopEvidence(S, fluctuations) : { logEvidence: -S };
	return {
		theory: "exact-mean-field",
		...predictions(posterior, 1),
		...(logEvidence !== undefined && { logEvidence }),
		kernels: { output: blocks.train, preactivation: preactivations(engine, unit, weights.whitened) },
		orderParameters: {
			Sigma: weights.covariance,
			freeEnergy: S,
			kurtosis: weights.kurtosis,
			...(sampled && { effectiveSampleSize }),
		},
		integrationErrors: errors ?? {},
		absent: reason === undefined ? {} : { logEvidence: reason },
		validity: [...validity, ...posterior.validity],
		convergence: { converged: true, iterations: solution.iterations, residual: point.residual },
	};
}

function wantsFluctuations({ variance, evidence }: ExactMeanFieldOptions): boolean {
	return variance === "with-kernel-fluctuations" || evidence === "one-loop";
}

function requireFewPoints(options: ExactMeanFieldOptions, { trainInputs }: Problem): void {
	if (!wantsFluctuations(options) || trainInputs.rows <= MOST_POINTS) return;
	const [where, wanted] =
		options.variance === "with-kernel-fluctuations"
			? (["variance", "conditional"] as const)
			: (["evidence", "saddle"] as const);
	throw new InputError({
		where,
		wanted: `${wanted} with more than ${MOST_POINTS} training points`,
		got: `${options[where]} with ${trainInputs.rows}`,
		advice: `The fluctuations need the eigenvalues of a matrix with P(P+1)/2 rows; use ${wanted}.`,
	});
}

/** K_1 = X Sigma X^T, one for each position of a convolution. */
function preactivations(
	engine: Engine,
	unit: WhitenedUnit,
	covariance: Matrix,
): readonly (Matrix | readonly Matrix[])[] {
	const { trainPoints: P, points: n, positions, dimension, basis } = unit;
	const r = basis.rows;
	const kernels = Array.from({ length: positions }, (_, i) => {
		const inputs = matrix(P, r);
		for (let a = 0; a < P; a++) {
			const row = (i * n + a) * dimension;
			inputs.data.set(unit.inputs.data.subarray(row, row + r), a * r);
		}
		const kernel = multiply(engine, multiply(engine, inputs, covariance), inputs, { transposeB: true });
		for (let a = 0; a < P; a++) for (let b = 0; b < a; b++) kernel.data[b * P + a] = kernel.data[a * P + b]!;
		return kernel;
	});
	return positions === 1 ? kernels : [kernels];
}
