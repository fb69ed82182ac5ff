import type { Engine, Matrix } from "@finitude/engine";
import type { Answer, Convergence, ValidityNote } from "../../../../answer/answer.ts";
import { InputError } from "../../../../errors.ts";
import type { Problem } from "../../../../problem/problem.ts";
import {
	GRID_DIMENSIONS,
	LEAST_EFFECTIVE_FRACTION,
	nodesOf,
	SETS,
	trainingUnit,
	type UnitNodes,
	type WhitenedUnit,
} from "../../../../tilted-unit/index.ts";
import { isNormalizable } from "../../../exact-mean-field/growth.ts";
import type { SaddleSolution } from "../../../exact-mean-field/newton.ts";
import { outputSaddle } from "../../../exact-mean-field/output-saddle.ts";
import { freeEnergy } from "../../../exact-mean-field/saddle-equations.ts";
import { integrationNotes } from "../../../exact-mean-field/validity.ts";
import type { SolveContext } from "../../../theory.ts";
import type { KernelMap } from "../../layers.ts";
import type { MapKernelsOptions } from "../../options.ts";
import { unsolved } from "../../unsolved.ts";
import { tooFewEffective } from "../effective-fraction.ts";
import { saddleAnswer } from "../saddle-answer.ts";

/**
 * The most probable kernel of one hidden layer: the saddle of `exact-mean-field`, by Newton's method on K with the weights of a
 * unit integrated over nodes, for any number of outputs.
 *
 * @throws InputError where `quadrature` is converged and no grid serves, or K + kappa I is singular at infinite width
 */
export function solveShallowSaddle(
	options: MapKernelsOptions,
	layers: readonly KernelMap[],
	problem: Problem,
	context: SolveContext,
): Answer {
	const { engine, covariance = false } = context;
	const found = outputSaddle(problem, context, (unit, { covariance: spread }) =>
		chosenNodes(engine, unit, spread, options),
	);
	const { unit, nodes, proposal, integrated } = found;
	const { solution } = integrated;
	if (solution === undefined) return unsolved(problem, notNormalizable(), proposal.notes);
	const { point } = solution;
	const { effectiveSampleSize } = point.neurons.measure;
	const sampled = nodes.kind === "sampled";
	const validity: ValidityNote[] = [
		...integrationNotes({
			kind: nodes.kind,
			dimension: unit.dimension,
			nodes: integrated.rule.count,
			seed: options.seed,
			errors: integrated.errors,
			sets: SETS,
			...(sampled && { effectiveSampleSize }),
		}),
		...proposal.notes,
	];
	if (!solution.converged) return unsolved(problem, notConverged(solution), validity);
	if (!isNormalizable(engine, trainingUnit(unit), point.force.dual)) {
		return unsolved(problem, notNormalizable(solution), validity);
	}
	const fraction = effectiveSampleSize / integrated.rule.count;
	if (sampled && fraction < LEAST_EFFECTIVE_FRACTION) {
		const { iterations } = solution;
		return unsolved(problem, tooFewEffective(fraction, iterations, point.residual), validity);
	}
	return saddleAnswer(
		problem,
		layers,
		{
			prior: found.prior.output.train,
			preactivation: [found.prior.preactivation[0]![0]!.train],
			output: found.kernels(solution, covariance),
			conjugate: [point.force.conjugate],
			logEvidence: -freeEnergy(found.problem, point.kernel, point.force, point.neurons.logNormalizer),
			integrationErrors: integrated.errors ?? {},
			validity,
			convergence: { converged: true, iterations: solution.iterations, residual: point.residual },
		},
		context,
	);
}

function chosenNodes(
	engine: Engine,
	unit: WhitenedUnit,
	covariance: Matrix,
	{ quadrature, samples, seed }: MapKernelsOptions,
): UnitNodes {
	const { dimension, activation } = unit;
	const random = activation.homogeneous ? "sphere" : "importance";
	const nodes = nodesOf(engine, unit, covariance, {
		integration: quadrature === "sobol" ? random : "auto",
		samples,
		seed,
		gridDimensions: GRID_DIMENSIONS,
	});
	if (quadrature === "converged" && nodes.kind === "sampled") {
		throw new InputError({
			where: "quadrature",
			wanted: `auto or sobol: deterministic nodes are for at most ${activation.homogeneous ? 2 : GRID_DIMENSIONS} weights of a unit, its bias among them, and for pre-activations that do not vary too fast over them`,
			got: `converged, with ${dimension} weights of a unit (${activation.name})`,
		});
	}
	return nodes;
}

function notNormalizable(solution?: SaddleSolution): Convergence {
	return {
		converged: false,
		iterations: solution?.iterations ?? 0,
		// Without a density there are no equations; JSON has no infinity.
		residual: solution?.point.residual ?? Number.MAX_VALUE,
		advice:
			"The tilted density of a unit is not normalizable: (2 g/N) phi^T Ct phi exceeds |w|^2 in units of the prior along some direction. Rescale the targets, raise noiseVariance, or use order first.",
	};
}

function notConverged({ point, iterations }: SaddleSolution): Convergence {
	return {
		converged: false,
		iterations,
		residual: point.residual,
		advice: `The saddle did not converge (residual ${point.residual.toExponential(1)}). Raise samples, take another seed or more noise, or use equations-of-state.`,
	};
}
